//! The BASE shops: their items as a visitor sees them.

use std::collections::BTreeMap;

use super::item::Item;
use crate::catalog::Product;
use crate::config::Config;
use crate::opening::{Account, Listing, opening_listings};
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

/// The shops as they are when the world begins.
pub fn open_shops(config: &Config, accounts: Vec<Account>) -> Vec<Shop> {
    let mut shops: Vec<Shop> = accounts
        .into_iter()
        .map(|account| Shop {
            id: account.id,
            name: account.name,
            client_id: account.client_id,
            client_secret: account.client_secret,
            items: BTreeMap::new(),
            hours: ShopHours::default(),
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

fn item(seed: u64, listing: Listing, list_order: u64) -> Item {
    let title = Product::of(seed, listing.number).title;
    Item {
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
        edits: 0,
    }
}
