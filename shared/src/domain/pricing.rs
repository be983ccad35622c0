//! The selling price as a function of Amazon's price, in whole numbers.

use super::money::{Ratio, Yen};

/// How the selling price follows Amazon's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// One ratio for all prices.
    Flat(Ratio),
    /// One ratio for each span of prices.
    Tiers(Tiers),
}

/// Ratios by span of Amazon's price: each applies up to and including its limit, the last one
/// above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    spans: Vec<(Yen, Ratio)>,
    above: Ratio,
}

/// The span of selling prices that the shop accepts; a price outside is held, never clamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Lowest accepted selling price.
    pub min: Yen,
    /// Highest accepted selling price.
    pub max: Yen,
}

impl Tiers {
    /// `None` unless the limits rise strictly.
    pub fn new(spans: Vec<(Yen, Ratio)>, above: Ratio) -> Option<Self> {
        let rising = spans.windows(2).all(|pair| pair[0].0 < pair[1].0);
        rising.then_some(Self { spans, above })
    }
}

impl Default for Tiers {
    /// Higher ratios for small prices: up to 1,000 yen 1.4, to 5,000 1.3, to 10,000 1.25, above
    /// 1.2.
    fn default() -> Self {
        let ratio = |thousandths| Ratio::from_thousandths(thousandths).expect("above 1.0");
        Self {
            spans: vec![
                (Yen(1_000), ratio(1_400)),
                (Yen(5_000), ratio(1_300)),
                (Yen(10_000), ratio(1_250)),
            ],
            above: ratio(1_200),
        }
    }
}

impl Strategy {
    /// The selling price of a product that costs `cost` on Amazon.
    pub fn selling_price(&self, cost: Yen) -> Yen {
        self.ratio(cost).apply(cost)
    }

    fn ratio(&self, cost: Yen) -> Ratio {
        match self {
            Self::Flat(ratio) => *ratio,
            Self::Tiers(tiers) => tiers
                .spans
                .iter()
                .find(|(limit, _)| cost <= *limit)
                .map_or(tiers.above, |(_, ratio)| *ratio),
        }
    }
}

impl Bounds {
    /// Whether the shop accepts `price`.
    pub fn contain(&self, price: Yen) -> bool {
        self.min <= price && price <= self.max
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            min: Yen(500),
            max: Yen(100_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Ratio, Strategy, Tiers, Yen};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn ratio(thousandths: u32) -> Ratio {
        Ratio::from_thousandths(thousandths).unwrap()
    }

    #[test]
    fn a_ratio_applies_up_to_and_including_the_limit_of_its_span() {
        let strategy = Strategy::Tiers(Tiers::default());

        let prices = [999, 1_000, 1_001, 5_000, 5_001, 10_000, 10_001].map(|cost| {
            let selling = strategy.selling_price(Yen(cost));
            (cost, selling.0)
        });

        assert_eq!(
            prices,
            [
                (999, 1_400),     // x 1.4 = 1,398.6
                (1_000, 1_400),   // x 1.4
                (1_001, 1_300),   // x 1.3 = 1,301.3
                (5_000, 6_500),   // x 1.3
                (5_001, 6_250),   // x 1.25 = 6,251.25
                (10_000, 12_500), // x 1.25
                (10_001, 12_000), // x 1.2 = 12,001.2
            ]
        );
    }

    #[test]
    fn limits_that_do_not_rise_are_no_tiers() {
        let equal = vec![(Yen(1_000), ratio(1_400)), (Yen(1_000), ratio(1_300))];
        let falling = vec![(Yen(5_000), ratio(1_400)), (Yen(1_000), ratio(1_300))];

        assert_eq!(Tiers::new(equal, ratio(1_200)), None);
        assert_eq!(Tiers::new(falling, ratio(1_200)), None);
        assert!(Tiers::new(Vec::new(), ratio(1_200)).is_some());
    }

    proptest! {
        #[test]
        fn each_price_takes_the_ratio_of_its_span(cost in 1_u32..200_000) {
            let thousandths = match cost {
                0..=1_000 => 1_400,
                1_001..=5_000 => 1_300,
                5_001..=10_000 => 1_250,
                _ => 1_200,
            };

            let selling = Strategy::Tiers(Tiers::default()).selling_price(Yen(cost));

            prop_assert_eq!(selling, ratio(thousandths).apply(Yen(cost)));
        }

        #[test]
        fn a_flat_ratio_applies_to_all_prices(cost in any::<u32>(), thousandths in 1_001_u32..=10_000) {
            let selling = Strategy::Flat(ratio(thousandths)).selling_price(Yen(cost));

            prop_assert_eq!(selling, ratio(thousandths).apply(Yen(cost)));
        }
    }

    #[test]
    fn both_bounds_are_accepted_prices() {
        let bounds = Bounds::default();

        let accepted = [499, 500, 100_000, 100_001].map(|price| bounds.contain(Yen(price)));

        assert_eq!(accepted, [false, true, true, false]);
    }
}
