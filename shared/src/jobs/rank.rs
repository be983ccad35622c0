//! The order within a queue.

use crate::domain::desired::Urgency;
use serde::{Deserialize, Serialize};

/// Order within a queue: a lower rank goes first; within a rank, first in, first out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank(pub u8);

impl Rank {
    /// The last rank.
    pub const NORMAL: Self = Self(2);
    /// How many ranks there are.
    pub const COUNT: u8 = 3;
}

impl From<Urgency> for Rank {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Hide => Self(0),
            Urgency::BelowCost => Self(1),
            Urgency::Normal => Self(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding_ranks_before_prices_below_cost_before_the_rest() {
        let ranks = [Urgency::Hide, Urgency::BelowCost, Urgency::Normal].map(Rank::from);

        assert_eq!(ranks, [Rank(0), Rank(1), Rank::NORMAL]);
        assert!(ranks.iter().all(|rank| rank.0 < Rank::COUNT));
    }
}
