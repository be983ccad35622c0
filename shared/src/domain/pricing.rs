//! From Amazon's price to the selling price, in whole numbers.

use super::money::{Ratio, Yen};

/// How the selling price follows Amazon's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// One ratio for all prices.
    Flat(Ratio),
    /// A ratio for each span of prices.
    Tiers(Tiers),
}

/// Ratios by span: each holds up to and including its limit, the last one above.
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

impl Strategy {
    /// The price at which the shop sells what costs `cost` on Amazon.
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
