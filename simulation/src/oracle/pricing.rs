//! The selling price, and whether a difference is worth an edit (section 6).

use super::rules::KeeperRules;

/// Prices are rounded to so many yen.
const STEP: i64 = 10;
/// Ratios are in thousandths.
const THOUSANDTHS: i64 = 1_000;

/// What a product of this cost sells for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selling {
    /// At this price.
    At(i64),
    /// Not at all: this price is below the bounds. The listing is held.
    TooLow(i64),
    /// Not at all: this price is above the bounds.
    TooHigh(i64),
}

/// Amazon's price times the ratio, to the nearest 10 yen, half up; a price out of bounds is not clamped.
pub fn selling(cost: i64, rules: &KeeperRules) -> Selling {
    let exact = cost.saturating_mul(rules.ratios.of(cost));
    let step = STEP * THOUSANDTHS;
    let price = (exact.saturating_add(step / 2)).div_euclid(step) * STEP;
    if price < rules.lowest {
        Selling::TooLow(price)
    } else if price > rules.highest {
        Selling::TooHigh(price)
    } else {
        Selling::At(price)
    }
}

/// Whether an item that asks `asked` must be changed to `exact`, for a product that costs `cost`.
pub fn price_edit_is_due(asked: i64, exact: i64, cost: i64, rules: &KeeperRules) -> bool {
    let difference = (exact - asked).abs();
    let is_worth_percent =
        difference.saturating_mul(100) >= rules.worth_percent.saturating_mul(asked);
    difference > 0 && (difference >= rules.worth_yen || is_worth_percent || asked < cost)
}
