//! One item of a BASE shop.

/// One variation of an item, with its own stock.
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
    /// How often the API edited it.
    pub edits: u64,
}

impl SimulatedItem {
    /// Sets the stock to the sum of the variations' stock, if there are variations.
    pub fn sum_variation_stock(&mut self) {
        if !self.variations.is_empty() {
            let stocks = self.variations.iter().map(|variation| variation.stock);
            self.stock = stocks.fold(0, i64::saturating_add);
        }
    }
}
