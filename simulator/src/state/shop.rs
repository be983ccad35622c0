//! The BASE shops and their items.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::item::SimulatedItem;
use crate::catalog::CatalogProduct;
use crate::config::Config;
use crate::opening::{OpeningListing, SimulatedAccount, opening_listings};
use crate::quota::ShopCallCounts;

/// One shop, which is one account.
#[derive(Debug, Serialize, Deserialize)]
pub struct SimulatedShop {
    /// `shop-1` and so on.
    pub id: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    pub items: BTreeMap<u64, SimulatedItem>,
    pub calls: ShopCallCounts,
}

/// The shops when the world begins.
pub fn open_shops(config: &Config, accounts: Vec<SimulatedAccount>) -> Vec<SimulatedShop> {
    let mut shops: Vec<SimulatedShop> = accounts
        .into_iter()
        .map(|account| SimulatedShop {
            id: account.id,
            name: account.name,
            client_id: account.client_id,
            client_secret: account.client_secret,
            items: BTreeMap::new(),
            calls: ShopCallCounts::default(),
        })
        .collect();
    for listing in opening_listings(config) {
        if let Some(shop) = shops.get_mut(listing.account) {
            let order = shop.items.len() as u64 + 1;
            shop.items
                .insert(listing.item_id, item(config.seed, listing, order));
        }
    }
    shops
}

fn item(seed: u64, listing: OpeningListing, list_order: u64) -> SimulatedItem {
    let title = CatalogProduct::of(seed, listing.number).title;
    SimulatedItem {
        id: listing.item_id,
        asin: listing.asin,
        detail: format!("{title}です。"),
        title,
        price: listing.price,
        tax_type: 1,
        stock: i64::from(listing.visible),
        visible: listing.visible,
        list_order,
        identifier: Some(listing.sku),
        modified: listing.listed_at,
        variations: Vec::new(),
        digital: false,
        sale_price: None,
        edits: 0,
    }
}
