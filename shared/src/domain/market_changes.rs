//! What a run found on Amazon, as its report has it.

use super::account::AccountId;
use super::asin::Asin;
use super::money::Yen;
use super::product::StockChange;
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

impl PriceChanges {
    /// Whether a price changed by `least` or more, up or down.
    pub fn reach(&self, least: Yen) -> bool {
        let by = |change: &PriceChange| change.old.difference_to(change.new).unsigned_abs();
        self.examples
            .iter()
            .any(|change| by(change) >= u64::from(least.0))
    }
}

/// A product as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownAs {
    /// Its name, if Amazon has told it.
    #[serde(default)]
    pub name: Option<String>,
    /// The shops that list it.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// The product.
    pub asin: Asin,
    /// The price before.
    pub old: Yen,
    /// The price now.
    pub new: Yen,
    /// Its name and shops.
    #[serde(flatten)]
    pub known_as: KnownAs,
}

/// Changes of Amazon's stock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StockChanges {
    /// ASINs that sold out.
    pub to_out: u64,
    /// ASINs that are in stock again.
    pub to_in: u64,
    /// The first ten that sold out, then the first ten that are in stock again.
    #[serde(default)]
    pub examples: Vec<TurnedStock>,
}

/// A product whose stock on Amazon changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnedStock {
    /// The product.
    pub asin: Asin,
    /// Which way.
    pub change: StockChange,
    /// Its name and shops.
    #[serde(flatten)]
    pub known_as: KnownAs,
}

/// What a run changed for one shop: on Amazon, among the products that it lists, and in the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopChanges {
    /// The shop.
    pub account: AccountId,
    /// Its name for people.
    pub name: String,
    /// Products whose price changed.
    pub price_changes: u64,
    /// Products that sold out.
    pub to_out: u64,
    /// Products that are in stock again.
    pub to_in: u64,
    /// Updates that were applied.
    pub applied: u64,
    /// Listings that were hidden.
    pub hidden: u64,
    /// Listings that were shown again.
    pub shown: u64,
    /// Listings that are held for a person to check.
    pub held: u64,
    /// Updates that failed.
    pub failed: u64,
    /// Updates that wait until the shop accepts them.
    pub parked: u64,
    /// Updates that wait for the hours of `RUN_HOURS`.
    #[serde(default)]
    pub for_hours: u64,
    /// Listings whose item was deleted in the shop.
    pub delisted: u64,
}

impl ShopChanges {
    /// Whether the run changed nothing for the shop.
    pub fn is_empty(&self) -> bool {
        let changed = [self.price_changes, self.to_out, self.to_in, self.applied];
        let left = [
            self.held,
            self.failed,
            self.parked,
            self.for_hours,
            self.delisted,
        ];
        // What is hidden or shown was applied.
        changed.iter().chain(&left).all(|count| *count == 0)
    }
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
