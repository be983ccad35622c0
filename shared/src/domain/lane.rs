//! The lanes: one name for each quota that a vendor grants.

use super::account::AccountId;
use super::platform::Platform;
use super::quota::WindowQuota;
use std::fmt;

/// One quota: an SP-API operation with one credential, or one shop account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// `getItemOffersBatch` of one application: 0.1 requests a second, burst 1 (source: Selling
    /// Partner API model `productPricingV0`, 2026-08-05). The string is the application's id.
    ItemOffers(String),
    /// `searchCatalogItems` of one application: 2 requests a second, burst 2, of which only 1 is
    /// used (source: Selling Partner API model `catalogItems_2022-04-01`, 2026-08-05). The string
    /// is the application's id.
    CatalogItems(String),
    /// All calls of one shop account.
    Shop(ShopLane),
}

/// The lane of one account, as the adapter of its platform defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShopLane {
    /// The platform: the first part of the lane's name.
    pub platform: Platform,
    /// The account: the second part.
    pub account: AccountId,
    /// What the platform grants an account.
    pub quota: WindowQuota,
}

/// The order of callers that wait for the same lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before all normal callers.
    Urgent,
    /// In order of arrival.
    Normal,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ItemOffers(credential) => write!(f, "spapi/{credential}/item-offers"),
            Self::CatalogItems(credential) => write!(f, "spapi/{credential}/catalog-items"),
            Self::Shop(shop) => write!(f, "{}/{}", shop.platform, shop.account),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows, Redis keys and notices name a lane.
    #[test]
    fn a_lane_is_named_after_its_vendor_its_owner_and_its_operation() {
        let application = || "amzn1.application".to_owned();
        let shop = ShopLane {
            platform: Platform::default(),
            account: AccountId::parse("main").unwrap(),
            quota: WindowQuota::UNLIMITED,
        };

        let names = [
            Lane::ItemOffers(application()),
            Lane::CatalogItems(application()),
            Lane::Shop(shop),
        ]
        .map(|lane| lane.to_string());

        assert_eq!(
            names,
            [
                "spapi/amzn1.application/item-offers",
                "spapi/amzn1.application/catalog-items",
                "base/main",
            ]
        );
    }
}
