//! Changes of the market by hand: a price, the stock, or the whole list of offers of an ASIN.

use serde::{Deserialize, Serialize};

use crate::catalog::TrueOffer;

/// What the market control takes: ASINs to set, then hours to let pass.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketChange {
    pub set: Vec<MarketSet>,
    #[serde(rename = "move")]
    pub moved: Option<MarketMove>,
}

/// Lets the whole market drift.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketMove {
    pub hours: u64,
}

/// What becomes true of one ASIN; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketSet {
    pub asin: String,
    /// Whole yen of the offer that the shop sells from; the other offers move along.
    pub price: Option<i64>,
    pub in_stock: Option<bool>,
    pub offers: Option<Vec<TrueOffer>>,
    /// False makes the ASIN unknown to Amazon.
    pub known: Option<bool>,
    /// True makes Amazon say `ActiveButTooSoonForProcessing`.
    pub too_soon: Option<bool>,
}
