//! The shop keeper's rules with the defaults of `domain.md`, as the oracle reads them (sections 4, 5 and 6).

use chrono::TimeDelta;

use crate::drawn_rules::DrawnRules;

/// Whether an offer without a shipping amount ships for free (section 4, step 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntoldShipping {
    /// Only if Amazon fulfils it, or it has Prime.
    FreeWithFbaOrPrime,
    /// Always.
    Free,
}

/// How a selling price follows from Amazon's price (section 6). Ratios are in thousandths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ratios {
    /// One ratio for every price.
    One(i64),
    /// The ratio of the first tier whose limit is not below the price; the last one is for all above.
    Tiers {
        /// Limits in yen, ascending, each with its ratio.
        limits: Vec<(i64, i64)>,
        /// The ratio above the last limit.
        above: i64,
    },
}

impl Ratios {
    /// The tiers of section 6: to 1,000 yen 1.4, to 5,000 1.3, to 10,000 1.25, above 1.2.
    pub fn usual_tiers() -> Self {
        Self::Tiers {
            limits: vec![(1_000, 1_400), (5_000, 1_300), (10_000, 1_250)],
            above: 1_200,
        }
    }

    /// The ratio for a price of Amazon's.
    pub fn of(&self, cost: i64) -> i64 {
        match self {
            Self::One(ratio) => *ratio,
            Self::Tiers { limits, above } => {
                let tier = limits.iter().find(|(limit, _)| cost <= *limit);
                tier.map_or(*above, |(_, ratio)| *ratio)
            }
        }
    }
}

/// All rules that decide what a listing must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperRules {
    /// Hours until an offer is shipped, at most.
    pub max_hours: i64,
    /// What a missing shipping amount means.
    pub untold_shipping: UntoldShipping,
    /// Countries that an offer may ship from; `None` for any.
    pub countries: Option<Vec<String>>,
    /// From Amazon's price to the selling price.
    pub ratios: Ratios,
    /// The lowest selling price in yen; below it the listing is held.
    pub lowest: i64,
    /// The highest one.
    pub highest: i64,
    /// A difference of so many yen is worth an edit.
    pub worth_yen: i64,
    /// So is one of so many percent.
    pub worth_percent: i64,
    /// So many sightings of `filtered_out` in a row hide the item.
    pub filtered_hides_after: u32,
    /// A fall by more than so many percent needs a second answer; 100 for never.
    pub doubt_percent: i64,
    /// How long an item that sold out in the shop keeps stock 0; `None` for ever.
    pub restock_after: Option<TimeDelta>,
    /// The share of a run's ASINs that may be hidden, in percent.
    pub guard_percent: i64,
    /// The number of ASINs that may be hidden.
    pub guard_count: i64,
}

impl Default for KeeperRules {
    /// The defaults of `domain.md`.
    fn default() -> Self {
        Self {
            max_hours: 72,
            untold_shipping: UntoldShipping::FreeWithFbaOrPrime,
            countries: None,
            ratios: Ratios::One(1_300),
            lowest: 500,
            highest: 100_000,
            worth_yen: 100,
            worth_percent: 3,
            filtered_hides_after: 2,
            doubt_percent: 50,
            restock_after: Some(TimeDelta::hours(24)),
            guard_percent: 10,
            guard_count: 50,
        }
    }
}

impl KeeperRules {
    /// The rules that a seed has drawn; what it does not draw is as usual.
    pub fn of_drawn(drawn: &DrawnRules) -> Self {
        let restock = drawn.restock_hours.map(i64::from);
        Self {
            max_hours: i64::from(drawn.max_handling_hours),
            ratios: Ratios::One(i64::from(drawn.ratio_permille)),
            lowest: drawn.min_price,
            highest: drawn.max_price,
            worth_yen: drawn.min_change,
            worth_percent: i64::from(drawn.min_change_percent),
            filtered_hides_after: drawn.filtered_hides_after,
            doubt_percent: i64::from(drawn.confirm_fall_percent),
            restock_after: restock.map(TimeDelta::hours),
            guard_percent: i64::from(drawn.guard_share_percent),
            guard_count: i64::from(drawn.guard_min),
            ..Self::default()
        }
    }

    /// How many of a run's ASINs may be hidden before the guard holds it, in shops with `shop_asins` ASINs together:
    /// both figures must be exceeded, and a shop too small for the count is guarded from 5 on (section 4).
    pub fn hides_allowed(&self, run_asins: i64, shop_asins: i64) -> i64 {
        let count = if shop_asins <= self.guard_count {
            self.guard_count.min(4)
        } else {
            self.guard_count
        };
        count.max(run_asins * self.guard_percent / 100)
    }
}
