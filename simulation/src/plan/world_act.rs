//! What changes on Amazon and in the shops, without any fault.

use simulator::{MarketSet, ShopChange};
use std::time::Duration;

/// One change and its instant.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedChange {
    /// From the start of the simulation.
    pub at: Duration,
    /// What changes.
    pub what: WorldChange,
}

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub enum WorldChange {
    /// Prices and stock on Amazon.
    Market(Vec<MarketSet>),
    /// A person's work in the pages of a shop, or a sale.
    Shop {
        /// The shop.
        account: String,
        /// The work.
        change: ShopChange,
    },
}
