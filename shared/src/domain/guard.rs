//! The guard against a broken answer: too many products of a run going out of stock at once.

/// When a run looks like a change of Amazon's format and not like a market (`GUARD_*` settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassChangeGuard {
    /// More than this share of the run's ASINs, in percent; 10 by default.
    pub percent: u32,
    /// And more than this many; 50 by default.
    pub count: u32,
}

impl Default for MassChangeGuard {
    fn default() -> Self {
        Self {
            percent: 10,
            count: 50,
        }
    }
}

impl MassChangeGuard {
    /// Whether `to_out` of the `asins` of a run turning from in stock to not must be held.
    pub fn trips(&self, to_out: u64, asins: u64) -> bool {
        to_out > u64::from(self.count) && to_out * 100 > asins * u64::from(self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_figures_must_be_exceeded() {
        let guard = MassChangeGuard::default();

        assert!(!guard.trips(50, 100), "50 are not more than 50");
        assert!(guard.trips(51, 509), "51 of 509 are more than 10 %");
        assert!(!guard.trips(51, 510), "51 of 510 are 10 %");
        assert!(
            !guard.trips(1_282, 12_829),
            "the share counts in a large run"
        );
        assert!(!guard.trips(0, 0));
    }

    proptest! {
        #[test]
        fn more_changes_never_release_a_guard(to_out in 0_u64..1_000_000, more in 0_u64..1_000, asins in 0_u64..1_000_000) {
            let guard = MassChangeGuard::default();

            prop_assert!(!guard.trips(to_out, asins) || guard.trips(to_out + more, asins));
        }
    }
}
