//! What a run found on Amazon, as its report has it.

use super::asin::Asin;
use super::money::Yen;
use serde::{Deserialize, Serialize};

/// Changes of Amazon's price.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceChanges {
    /// Number of changes.
    pub count: u64,
    /// Number of changes of 100 yen or more.
    #[serde(default)]
    pub of_100_yen_or_more: u64,
    /// The largest changes.
    pub examples: Vec<PriceChange>,
}

/// Prices that fell too far in one answer, and that no second one confirmed: the last price stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DoubtedPrices {
    /// Number of products.
    pub count: u64,
    /// The largest falls, from the last price to the doubted one.
    pub examples: Vec<PriceChange>,
}

/// One change of Amazon's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// The product.
    pub asin: Asin,
    /// The price before.
    pub old: Yen,
    /// The price now.
    pub new: Yen,
}

/// Changes of Amazon's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StockChanges {
    /// ASINs that sold out.
    pub to_out: u64,
    /// ASINs that are in stock again.
    pub to_in: u64,
}

/// ASINs that have had no offer for a week or longer. Amazon answers so for ever about a parent of
/// variations, which nobody can buy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WithoutOffer {
    /// Their number.
    pub count: u64,
    /// The first ten of them.
    pub examples: Vec<Asin>,
}
