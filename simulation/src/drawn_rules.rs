//! The shop keeper's rules, as a seed draws them and a person changes them.

use crate::dice::Dice;

/// What the settings say of prices, stock, the guard and shops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnRules {
    /// The ratio of selling price to cost, in thousandths.
    pub ratio_permille: u32,
    /// Lowest accepted selling price.
    pub min_price: i64,
    /// Highest accepted selling price.
    pub max_price: i64,
    /// The guard's share of hidden products, in percent.
    pub guard_share_percent: u32,
    /// The guard's number of hidden products.
    pub guard_min: u32,
    /// A difference of so many yen is worth an edit.
    pub min_change: i64,
    /// A difference of so many percent is worth an edit.
    pub min_change_percent: u32,
    /// All offers failed so often in a row before an item is hidden.
    pub filtered_hides_after: u32,
    /// A price that falls by more percent is asked again.
    pub confirm_fall_percent: u32,
    /// The cool-down of an item that was sold, in hours; `None` until a person stocks it.
    pub restock_hours: Option<u32>,
    /// Offers that are shipped later do not count.
    pub max_handling_hours: u32,
    /// The shop that is switched off in the accounts file.
    pub off: Option<String>,
}

impl DrawnRules {
    /// The rules of the start.
    pub fn draw(dice: &mut Dice) -> Self {
        Self {
            ratio_permille: dice.pick(&[1_300, 1_300, 1_200, 1_451]),
            min_price: 500,
            max_price: dice.pick(&[100_000, 100_000, 40_000]),
            guard_share_percent: dice.pick(&[10, 10, 30]),
            guard_min: dice.pick(&[50, 50, 5]),
            min_change: dice.pick(&[100, 100, 1]),
            min_change_percent: dice.pick(&[3, 3, 10]),
            filtered_hides_after: dice.pick(&[2, 2, 1]),
            confirm_fall_percent: dice.pick(&[50, 50, 30]),
            restock_hours: dice.pick(&[Some(24), Some(2), None]),
            max_handling_hours: 72,
            off: None,
        }
    }

    /// Others: all of them are drawn again, and some stay as they were.
    #[must_use]
    pub fn changed(&self, dice: &mut Dice) -> Self {
        let other = Self {
            min_price: dice.pick(&[500, 300, 1_500]),
            max_handling_hours: dice.pick(&[72, 24, 120]),
            ..Self::draw(dice)
        };
        let mut old_or = |other: &Self| {
            if dice.chance(500) {
                self.clone()
            } else {
                other.clone()
            }
        };
        let (prices, bounds, guard, worth, offers) = (
            old_or(&other),
            old_or(&other),
            old_or(&other),
            old_or(&other),
            old_or(&other),
        );
        Self {
            ratio_permille: prices.ratio_permille,
            min_price: bounds.min_price,
            max_price: bounds.max_price,
            guard_share_percent: guard.guard_share_percent,
            guard_min: guard.guard_min,
            min_change: worth.min_change,
            min_change_percent: worth.min_change_percent,
            filtered_hides_after: offers.filtered_hides_after,
            confirm_fall_percent: offers.confirm_fall_percent,
            max_handling_hours: offers.max_handling_hours,
            restock_hours: other.restock_hours,
            off: self.off.clone(),
        }
    }
}
