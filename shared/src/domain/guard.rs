//! The guard against broken answers of Amazon, which would hide too many products at once.
//!
//! It is checked after each answer, over the answers so far, so that few products are hidden before
//! it trips, and once more at the end, over the whole run, so that a false alarm is lifted.

/// The limits above which the hides of a run look like a changed format of Amazon's answers and not
/// like the market (`GUARD_*` settings). Both must be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassChangeGuard {
    /// The share of the run's ASINs, in percent; 10 by default.
    pub percent: u32,
    /// The number of ASINs; 50 by default.
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
    /// A hide is a product that is shown and would be hidden, for any reason: a changed format may
    /// look like offers that fail the rule, or like prices out of bounds, as well as like no offer.
    /// A product that is hidden already does not count.
    pub fn trips(&self, hides: u64, asins: u64) -> bool {
        hides > u64::from(self.count) && hides * 100 > asins * u64::from(self.percent)
    }
}

/// What the guard does with the hides of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarding {
    /// They pass.
    Quiet,
    /// The guard has tripped in this step: they are held from now on.
    Tripped {
        /// ASINs that the run would hide so far.
        hides: u64,
        /// ASINs that were answered so far.
        answered: u64,
    },
    /// They are held.
    Holding,
    /// The guard was lifted in this step, since the whole run is no mass change: they are released.
    Lifted,
}

impl Guarding {
    /// Whether a hide must not be sent.
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
