//! How long each part of a product stays fresh.

use super::product::{Product, Seen};
use chrono::{DateTime, TimeDelta, Utc};

/// Time to live of each part (`TTL_*` settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttls {
    /// 24 h by default.
    pub price: TimeDelta,
    /// 1 h by default.
    pub stock: TimeDelta,
    /// 7 days by default.
    pub basic_info: TimeDelta,
}

impl Default for Ttls {
    fn default() -> Self {
        Self {
            price: TimeDelta::hours(24),
            stock: TimeDelta::hours(1),
            basic_info: TimeDelta::days(7),
        }
    }
}

impl Ttls {
    /// Whether a reader that wants to know what to show can rely on `product` at `now`.
    ///
    /// The stock must be fresh; the price only where it is needed, which is when the product is in
    /// stock: a product that is out of stock gets no new price, and must not be a miss for ever.
    pub fn usable(&self, product: &Product, now: DateTime<Utc>) -> bool {
        let stock_fresh = fresh(product.stock, self.stock, now);
        let needs_price = product.stock.is_none_or(|stock| stock.value.is_in());
        stock_fresh && (!needs_price || fresh(product.price, self.price, now))
    }
}

fn fresh<T>(seen: Option<Seen<T>>, ttl: TimeDelta, now: DateTime<Utc>) -> bool {
    seen.is_some_and(|seen| now.signed_duration_since(seen.at) <= ttl)
}
