//! The operations of the API that are used, and what this process knows of each.

use super::refusal_streak::RefusalStreak;
use shared::ports::marketplace::MarketplaceError;

/// One operation. Amazon grants and refuses each by itself: the other one goes on.
pub(super) struct AmazonOperation {
    /// Its name, for people.
    pub(super) callee: &'static str,
    /// The role that the application needs for it (source: Selling Partner API, "Roles", by operation).
    role: &'static str,
    pub(super) refusals: RefusalStreak,
}

impl AmazonOperation {
    /// `getItemOffersBatch`: prices and stock.
    pub(super) fn item_offers() -> Self {
        Self {
            callee: "Amazon (getItemOffersBatch)",
            role: "Pricing",
            refusals: RefusalStreak::default(),
        }
    }

    /// `searchCatalogItems`: texts and images.
    pub(super) fn catalog_search() -> Self {
        Self {
            callee: "Amazon (searchCatalogItems)",
            role: "Product Listing",
            refusals: RefusalStreak::default(),
        }
    }

    /// What it means that Amazon refuses it to the application.
    pub(super) fn denied(&self, what: &str) -> MarketplaceError {
        let role = self.role;
        MarketplaceError::Credentials(format!(
            "{what}: the application lacks the role {role}, or host and path do not belong to it; \
             check its roles in Seller Central and the host of the region"
        ))
    }
}
