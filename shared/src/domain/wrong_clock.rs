//! Stored instants that a right clock cannot have written: they are not obeyed.
//!
//! All processes keep the clock of the database, so a stored instant lies in the past, and the end of a
//! wait lies no further ahead than the longest wait of its kind. One that does comes from a time when a
//! clock was wrong.

use chrono::{DateTime, TimeDelta, Utc};

/// The most by which the clocks of two processes differ that keep the clock of one server.
pub const CLOCK_ERROR: TimeDelta = TimeDelta::seconds(1);

/// No process works whose clock differs by more than this from that of its servers. So it is also the
/// most by which an end of a wait can be wrong.
pub const MOST_OFF: TimeDelta = TimeDelta::minutes(1);

/// Whether nobody can have seen anything at `at` yet.
pub fn is_future(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at > now + CLOCK_ERROR
}

/// The end of a wait that lasts at `now`; `None` if it is over, or further ahead than a wait of at most
/// `longest` can end.
pub fn lasting(
    until: Option<DateTime<Utc>>,
    longest: TimeDelta,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    until.filter(|until| *until > now && *until <= now + longest + MOST_OFF)
}

/// The instant at which something is due that is repeated at least once in `every`: `now` if `due` is
/// further ahead than that.
pub fn due(due: DateTime<Utc>, every: TimeDelta, now: DateTime<Utc>) -> DateTime<Utc> {
    if due > now + every + MOST_OFF {
        now
    } else {
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn what_was_seen_a_moment_ago_by_another_clock_is_no_future() {
        assert!(!is_future(NOW, NOW));
        assert!(!is_future(NOW + CLOCK_ERROR, NOW));
        assert!(is_future(NOW + TimeDelta::seconds(2), NOW));
    }

    #[test]
    fn a_wait_that_is_longer_than_any_of_its_kind_is_not_obeyed() {
        let (second, hour) = (TimeDelta::seconds(1), TimeDelta::hours(1));

        for (ends_in, lasts) in [
            (-second, false),
            (TimeDelta::zero(), false),
            (second, true),
            (hour, true),
            (hour + MOST_OFF, true),
            (hour + MOST_OFF + second, false),
        ] {
            let until = Some(NOW + ends_in);
            assert_eq!(
                lasting(until, hour, NOW),
                until.filter(|_| lasts),
                "{ends_in}"
            );
        }
        assert_eq!(lasting(None, hour, NOW), None);
    }

    #[test]
    fn what_is_due_later_than_it_can_be_is_due_at_once() {
        let hour = TimeDelta::hours(1);

        assert_eq!(due(NOW + hour, hour, NOW), NOW + hour);
        assert_eq!(due(NOW - hour, hour, NOW), NOW - hour);
        let latest = NOW + hour + MOST_OFF;
        assert_eq!(due(latest, hour, NOW), latest);
        assert_eq!(due(latest + CLOCK_ERROR, hour, NOW), NOW);
    }
}
