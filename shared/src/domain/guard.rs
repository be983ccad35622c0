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
    /// The number of ASINs; 50 by default. In shops with no more ASINs it is 4.
    pub count: u32,
}

/// In shops that are too small for the count, so many hides are never held.
const FEW: u32 = 4;
/// A count of at least this holds nothing, in shops of any size.
const NEVER: u32 = 1_000_000;

impl Default for MassChangeGuard {
    fn default() -> Self {
        Self {
            percent: 10,
            count: 50,
        }
    }
}

impl MassChangeGuard {
    /// The limits in shops of `listed` ASINs together: a count that they cannot exceed would not
    /// guard them.
    #[must_use]
    pub fn in_shops_of(self, listed: u64) -> Self {
        let too_small = listed <= u64::from(self.count) && self.count < NEVER;
        let count = if too_small {
            self.count.min(FEW)
        } else {
            self.count
        };
        Self { count, ..self }
    }

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

    #[test]
    fn in_shops_too_small_for_the_count_the_share_alone_counts() {
        let guard = MassChangeGuard::default();

        assert!(guard.in_shops_of(5).trips(5, 5));
        assert!(guard.in_shops_of(50).trips(6, 50));
        assert!(!guard.in_shops_of(50).trips(5, 50), "5 of 50 are 10 %");
        assert!(!guard.in_shops_of(50).trips(4, 4), "four are never a mass");
        assert!(!guard.in_shops_of(60).trips(6, 50));
        let lower = MassChangeGuard { count: 3, ..guard };
        assert_eq!(lower.in_shops_of(2), lower);
        for count in [NEVER, 10_000_000] {
            let never = MassChangeGuard { count, ..guard };
            assert_eq!(never.in_shops_of(40), never);
        }
    }

    #[test]
    fn hides_are_held_from_the_step_in_which_the_guard_trips_until_it_is_lifted() {
        let (hides, answered) = (51, 100);
        let steps = [
            Guarding::Quiet,
            Guarding::Tripped { hides, answered },
            Guarding::Holding,
            Guarding::Lifted,
        ];

        assert_eq!(steps.map(Guarding::holds), [false, true, true, false]);
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
