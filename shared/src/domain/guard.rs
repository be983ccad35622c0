//! The guard against a broken answer: too many products of a run to be hidden at once.
//!
//! It is asked with each answer, over what was answered so far, so that few are hidden before it trips;
//! and once more at the end, over the whole run, whether it was right.

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
    /// Whether hiding `hides` of `asins` must wait for a person.
    ///
    /// What counts is a product that is shown and would be hidden, for whatever reason: a format that
    /// changed may look like offers that fail the rule, or like prices beyond all bounds, as well as
    /// like no offer. One that is hidden already turns from nothing to nothing.
    pub fn trips(&self, hides: u64, asins: u64) -> bool {
        hides > u64::from(self.count) && hides * 100 > asins * u64::from(self.percent)
    }
}

/// What the guard does with the hides of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarding {
    /// Lets them pass.
    Quiet,
    /// Has begun to hold them with this very step.
    Tripped {
        /// ASINs that the run would hide, by now.
        hides: u64,
        /// ASINs that were answered, by now.
        answered: u64,
    },
    /// Holds them.
    Holding,
    /// Has let them go with this very step: the whole run is no mass change.
    Lifted,
}

impl Guarding {
    /// Whether a hide is not to be sent.
    pub fn holds(self) -> bool {
        matches!(self, Self::Tripped { .. } | Self::Holding)
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
        fn more_changes_never_release_a_guard(hides in 0_u64..1_000_000, more in 0_u64..1_000, asins in 0_u64..1_000_000) {
            let guard = MassChangeGuard::default();

            prop_assert!(!guard.trips(hides, asins) || guard.trips(hides + more, asins));
        }

        /// So no run ends as a mass change whose guard has not tripped on the way.
        #[test]
        fn what_trips_over_a_whole_run_trips_over_a_part_of_it(hides in 0_u64..1_000_000, answered in 0_u64..1_000_000, more in 0_u64..1_000_000) {
            let guard = MassChangeGuard::default();

            prop_assert!(!guard.trips(hides, answered + more) || guard.trips(hides, answered));
        }
    }
}
