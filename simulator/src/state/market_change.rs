//! Changes of the market by a control: price, stock, or all offers of an ASIN, or hours that pass.

use serde::{Deserialize, Serialize};

use crate::catalog::TrueOffer;

/// A change of the market: first ASINs are set, then hours pass.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketChange {
    /// The new states.
    pub set: Vec<MarketSet>,
    /// The hours that pass.
    #[serde(rename = "move")]
    pub moved: Option<MarketMove>,
}

/// Lets prices and stock of the whole market change.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketMove {
    /// Hours that pass.
    pub hours: u64,
}

/// The new state of one ASIN. A field that is `None` does not change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketSet {
    /// Which ASIN.
    pub asin: String,
    /// Price of the best offer in whole yen; the prices of the other offers change in proportion.
    pub price: Option<i64>,
    /// False removes all offers, true brings them back.
    pub in_stock: Option<bool>,
    /// All offers.
    pub offers: Option<Vec<TrueOffer>>,
    /// False makes the ASIN unknown to Amazon.
    pub known: Option<bool>,
    /// True makes Amazon answer `ActiveButTooSoonForProcessing`.
    pub too_soon: Option<bool>,
    /// True makes it a parent of variations, which never has offers.
    pub variation_parent: Option<bool>,
}
