//! The operations that the simulator offers, and the method and path of each.
//!
//! Ledger, faults and quotas use the same names.

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// The vendor that answers an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    Amazon,
    Base,
    Chatwork,
    Webhook,
}

/// One operation of one vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operation {
    LwaToken,
    ItemOffersBatch,
    CompetitivePricing,
    SearchCatalogItems,
    /// Any path that no vendor knows; the Selling Partner API answers it.
    UnknownPath,
    BaseAuthorize,
    BaseToken,
    UsersMe,
    Items,
    ItemsDetail,
    ItemsEdit,
    /// A path below `/1/` that BASE does not know.
    UnknownBasePath,
    Messages,
    /// A post to an incoming webhook.
    Webhook,
}

impl Operation {
    /// All operations, with the vendors' names for them.
    const NAMES: [(Self, &'static str); 14] = [
        (Self::LwaToken, "lwaToken"),
        (Self::ItemOffersBatch, "getItemOffersBatch"),
        (Self::CompetitivePricing, "getCompetitivePricing"),
        (Self::SearchCatalogItems, "searchCatalogItems"),
        (Self::UnknownPath, "unknown"),
        (Self::BaseAuthorize, "baseAuthorize"),
        (Self::BaseToken, "baseToken"),
        (Self::UsersMe, "users/me"),
        (Self::Items, "items"),
        (Self::ItemsDetail, "items/detail"),
        (Self::ItemsEdit, "items/edit"),
        (Self::UnknownBasePath, "base/unknown"),
        (Self::Messages, "messages"),
        (Self::Webhook, "webhook"),
    ];

    /// The vendor's name of the operation.
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.into_iter().find(|(known, _)| *known == self);
        named.map_or("unknown", |(_, name)| name)
    }

    pub fn from_name(name: &str) -> Option<Self> {
        let named = Self::NAMES.into_iter().find(|(_, known)| *known == name);
        named.map(|(operation, _)| operation)
    }

    pub fn vendor(self) -> Vendor {
        match self {
            Self::LwaToken
            | Self::ItemOffersBatch
            | Self::CompetitivePricing
            | Self::SearchCatalogItems
            | Self::UnknownPath => Vendor::Amazon,
            Self::Messages => Vendor::Chatwork,
            Self::Webhook => Vendor::Webhook,
            _ => Vendor::Base,
        }
    }

    /// Whether it is an operation of the Selling Partner API: only those have rates.
    pub fn is_selling_partner(self) -> bool {
        self.vendor() == Vendor::Amazon && self != Self::LwaToken
    }

    /// The operation of this method and path.
    ///
    /// BASE itself answers a wrong method, so there the method is not considered.
    pub fn of(method: &Method, path: &str) -> Self {
        match path {
            "/auth/o2/token" => return Self::LwaToken,
            "/1/oauth/authorize" => return Self::BaseAuthorize,
            "/1/oauth/token" => return Self::BaseToken,
            "/1/users/me" => return Self::UsersMe,
            "/1/items" => return Self::Items,
            "/1/items/detail" => return Self::ItemsDetail,
            "/1/items/edit" => return Self::ItemsEdit,
            _ if path.starts_with("/1/items/detail/") => return Self::ItemsDetail,
            _ if path.starts_with("/1/") => return Self::UnknownBasePath,
            _ if path.starts_with("/v2/") => return Self::Messages,
            _ if path.starts_with("/services/") => return Self::Webhook,
            _ => {}
        }
        Self::of_selling_partner(method, path)
    }

    fn of_selling_partner(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["batches", "products", "pricing", "v0", "itemOffers"]) => {
                Self::ItemOffersBatch
            }
            ("GET", ["products", "pricing", "v0", "competitivePrice"]) => Self::CompetitivePricing,
            ("GET", ["catalog", "2022-04-01", "items"]) => Self::SearchCatalogItems,
            _ => Self::UnknownPath,
        }
    }
}

/// The name of the operation of this method and path, as in the ledger.
pub fn operation_of(method: &Method, path: &str) -> &'static str {
    Operation::of(method, path).name()
}
