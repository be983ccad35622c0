//! One item of a BASE shop.

/// One choice of an item, with a stock of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemVariation {
    pub id: u64,
    pub name: String,
    pub stock: i64,
    pub identifier: Option<String>,
}

/// One item as the shop shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedItem {
    pub id: u64,
    /// The ASIN it was listed for; empty where the shop keeper did not say.
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
    /// A digital item may not be edited by the API.
    pub digital: bool,
    /// How often it was edited.
    pub edits: u64,
}

impl SimulatedItem {
    /// With variations, the stock is the sum of theirs.
    pub fn settle_stock(&mut self) {
        if !self.variations.is_empty() {
            let stocks = self.variations.iter().map(|variation| variation.stock);
            self.stock = stocks.fold(0, i64::saturating_add);
        }
    }
}
