//! One item of a BASE shop.

use serde::{Deserialize, Serialize};

/// One variation of an item, with its own stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemVariation {
    pub id: u64,
    pub name: String,
    pub stock: i64,
    pub identifier: Option<String>,
}

/// One item as the shop shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedItem {
    pub id: u64,
    /// The ASIN that it was listed for; empty if unknown.
    pub asin: String,
    pub title: String,
    pub detail: String,
    /// Whole yen, tax included.
    pub price: i64,
    pub tax_type: u8,
    pub stock: i64,
    pub visible: bool,
    pub list_order: u64,
    pub identifier: Option<String>,
    /// Unix seconds of simulator time.
    pub modified: i64,
    pub variations: Vec<ItemVariation>,
    /// The API refuses to edit a digital item.
    pub digital: bool,
    /// The price of a sale of the platform, while it runs.
    pub sale_price: Option<i64>,
    /// How often the API edited it.
    pub edits: u64,
}

impl ItemVariation {
    /// Variations of the item with this stock each.
    pub fn of_stock(item: u64, stock: &[i64]) -> Vec<Self> {
        let variation = |(number, stock): (u64, &i64)| Self {
            id: item * 100 + number,
            name: format!("種類{number}"),
            stock: *stock,
            identifier: None,
        };
        (1..).zip(stock).map(variation).collect()
    }
}

impl SimulatedItem {
    /// The price that buyers are asked: that of the sale, while one runs.
    pub fn asked_price(&self) -> i64 {
        self.sale_price.unwrap_or(self.price)
    }

    /// Sets the stock to the sum of the variations' stock, if there are variations.
    pub fn sum_variation_stock(&mut self) {
        if !self.variations.is_empty() {
            let stocks = self.variations.iter().map(|variation| variation.stock);
            self.stock = stocks.fold(0, i64::saturating_add);
        }
    }
}
