//! How long each part of a product stays fresh.

use super::product::{Product, Seen};
use super::wrong_clock::is_future;
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
    /// The instant before which basic information counts as stale at `now`.
    pub fn basic_info_stale_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.basic_info
    }

    /// Whether `product` is fresh enough at `now` to decide what the shop shows.
    ///
    /// The stock must be fresh; the price only if the product is in stock. A product that is out of
    /// stock gets no new price, and would otherwise be a cache miss forever.
    pub fn usable(&self, product: &Product, now: DateTime<Utc>) -> bool {
        let stock_fresh = fresh(product.stock, now - self.stock, now);
        let needs_price = product.stock.is_none_or(|stock| stock.value.is_in());
        stock_fresh && (!needs_price || fresh(product.price, now - self.price, now))
    }

    /// As [`Self::usable`]; what was seen at `since` or later counts as fresh, too.
    pub fn usable_or_seen_since(
        &self,
        since: Option<DateTime<Utc>>,
        product: &Product,
        now: DateTime<Utc>,
    ) -> bool {
        let longer = since.map(|since| now - since).unwrap_or_default();
        let ttls = Self {
            price: self.price.max(longer),
            stock: self.stock.max(longer),
            basic_info: self.basic_info,
        };
        ttls.usable(product, now)
    }
}

fn fresh<T>(seen: Option<Seen<T>>, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    seen.is_some_and(|seen| seen.at >= since && !is_future(seen.at, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::asin::Asin;
    use crate::domain::money::Yen;
    use crate::domain::offer::Rejection;
    use crate::domain::product::Stock;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn product(price_age: TimeDelta, stock: Stock, stock_age: TimeDelta) -> Product {
        Product {
            price: Some(Seen {
                value: Yen(1_000),
                at: NOW - price_age,
            }),
            stock: Some(Seen {
                value: stock,
                at: NOW - stock_age,
            }),
            ..Product::unknown(Asin::parse("B00EXAMPLE").unwrap())
        }
    }

    fn usable(product: &Product) -> bool {
        Ttls::default().usable(product, NOW)
    }

    #[test]
    fn a_part_is_stale_when_older_than_its_ttl_and_not_before() {
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::hours(24));
        let instant = TimeDelta::microseconds(1);

        assert!(usable(&product(day, Stock::In, hour)));
        assert!(!usable(&product(day + instant, Stock::In, hour)));
        assert!(!usable(&product(day, Stock::In, hour + instant)));
    }

    #[test]
    fn basic_information_is_stale_after_a_week() {
        let stale_before = Ttls::default().basic_info_stale_before(NOW);

        assert_eq!(stale_before, NOW - TimeDelta::days(7));
    }

    #[test]
    fn a_fresh_price_never_makes_an_old_stock_look_fresh() {
        let old_stock = product(TimeDelta::zero(), Stock::In, TimeDelta::hours(2));

        assert!(!usable(&old_stock));
    }

    #[test]
    fn a_product_out_of_stock_needs_no_fresh_price() {
        let (week, minute) = (TimeDelta::days(7), TimeDelta::minutes(1));
        let filtered_out = Stock::FilteredOut {
            times: 2,
            why: Rejection::NotNew,
        };

        assert!(usable(&product(week, Stock::NoOffer, minute)));
        assert!(usable(&product(week, filtered_out, minute)));
        assert!(!usable(&product(week, Stock::In, minute)));
    }

    #[test]
    fn what_was_seen_since_an_instant_is_fresh_whatever_its_age_and_nothing_before_it() {
        let (ttls, week) = (Ttls::default(), TimeDelta::days(7));
        let (instant, since) = (TimeDelta::microseconds(1), Some(NOW - week));
        let usable = |product| ttls.usable_or_seen_since(since, &product, NOW);

        assert!(usable(product(week, Stock::In, week)));
        assert!(!usable(product(week + instant, Stock::In, week)));
        assert!(!usable(product(week, Stock::In, week + instant)));
        // An instant that is younger than the TTL makes nothing stale.
        let hour = product(TimeDelta::hours(24), Stock::In, TimeDelta::hours(1));
        assert!(ttls.usable_or_seen_since(Some(NOW), &hour, NOW));
        assert!(ttls.usable_or_seen_since(None, &hour, NOW));
    }

    #[test]
    fn an_unknown_part_is_not_fresh() {
        let asin = Asin::parse("B00EXAMPLE").unwrap();
        let no_price = Product {
            price: None,
            ..product(TimeDelta::zero(), Stock::In, TimeDelta::zero())
        };

        assert!(!usable(&Product::unknown(asin)));
        assert!(!usable(&no_price));
    }

    #[test]
    fn an_answer_from_a_clock_that_is_ahead_by_a_moment_is_fresh_and_one_of_tomorrow_is_not() {
        let (moment, day) = (TimeDelta::milliseconds(-500), TimeDelta::days(-1));

        assert!(usable(&product(moment, Stock::In, moment)));
        assert!(!usable(&product(moment, Stock::In, day)));
        assert!(!usable(&product(day, Stock::In, moment)));
    }
}
