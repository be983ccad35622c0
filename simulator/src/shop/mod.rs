//! The BASE shops: their items as a visitor sees them, and how they look when the world begins.

mod item;
mod opening;

pub use item::{Item, Variation};
pub use opening::{Listing, csv, opening_listings};

use std::collections::BTreeMap;

use crate::quota::ShopHours;

/// One shop, which is one account.
#[derive(Debug)]
pub struct Shop {
    /// `shop-1` and so on.
    pub id: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    pub items: BTreeMap<u64, Item>,
    pub hours: ShopHours,
}
