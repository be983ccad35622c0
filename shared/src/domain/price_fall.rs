//! A price that falls too far in one answer is asked again before it counts.
//!
//! Amazon has answered prices that were days old and a tenth of the true one (source:
//! selling-partner-api-models issue 464). Sold for such a price, an item loses money. A rise is
//! never doubted, since a sale at the old price would lose money.

use super::money::Yen;

/// How far a price may fall in one answer (`CONFIRM_FALL_PERCENT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceFallRule {
    /// The share of the known price, in percent; 50 by default. 100 doubts no price.
    pub percent: u32,
}

/// Two answers agree if the higher price is at most this many percent above the lower.
const SAME_PRICE_PERCENT: u64 = 10;

impl Default for PriceFallRule {
    fn default() -> Self {
        Self { percent: 50 }
    }
}

impl PriceFallRule {
    /// Whether `answered` needs a second answer when `known` is the last price.
    pub fn doubts(self, known: Yen, answered: Yen) -> bool {
        let fallen = u64::from(known.0.saturating_sub(answered.0));
        fallen * 100 > u64::from(known.0) * u64::from(self.percent)
    }
}

/// Whether two answers tell the same price; it may move a little in between.
pub(super) fn agree(one: Yen, other: Yen) -> bool {
    let (low, high) = (one.0.min(other.0), one.0.max(other.0));
    u64::from(high) * 100 <= u64::from(low) * (100 + SAME_PRICE_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_doubted_when_it_falls_by_more_than_the_share() {
        let rule = PriceFallRule::default();

        assert!(rule.doubts(Yen(7_583), Yen(736)));
        assert!(rule.doubts(Yen(1_000), Yen(499)));
        assert!(!rule.doubts(Yen(1_000), Yen(500)));
        assert!(!rule.doubts(Yen(736), Yen(7_583)));
        assert!(!PriceFallRule { percent: 100 }.doubts(Yen(u32::MAX), Yen(1)));
    }

    #[test]
    fn answers_agree_within_a_tenth() {
        assert!(agree(Yen(736), Yen(736)));
        assert!(agree(Yen(1_100), Yen(1_000)));
        assert!(!agree(Yen(1_000), Yen(1_101)));
    }
}
