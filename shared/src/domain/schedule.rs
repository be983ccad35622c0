//! When the regular runs start, when one is overdue, and at which hours the shops get everything.
//! Times of day are Japan's, which has no summer time.

use super::wrong_clock::due;
use chrono::{DateTime, Days, FixedOffset, NaiveTime, TimeDelta, Timelike as _, Utc};

/// A run that starts later than this was missed. A restart or an upgrade takes less.
pub const LATE: TimeDelta = TimeDelta::minutes(10);
const JST_SECONDS: i32 = 9 * 3600;

/// When the regular runs start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunSchedule {
    /// This long after the start of the last one (`RUN_EVERY_HOURS`).
    Every(TimeDelta),
    /// At these times of day, at least one (`RUN_AT`).
    At(Vec<NaiveTime>),
}

/// The last regular run, as far as its schedule needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its end; for one that is held for a person, its start. `None` while programs work on it.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the last program that works on it gave a sign of life; `None` where none ever has, since those
    /// of earlier versions give none.
    pub heard_at: Option<DateTime<Utc>>,
}

impl RunSchedule {
    /// The first start after a run that started at `last`; possibly in the past.
    pub fn next_after(&self, last: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(pause) => last + *pause,
            Self::At(times) => {
                let next = times.iter().map(|at| next_time_of_day(*at, last));
                next.min().unwrap_or(last)
            }
        }
    }

    /// The start after the run that started at `last`, as it is obeyed at `now`: see [`due`].
    pub fn due_after(&self, last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        due(self.next_after(last), self.longest_pause(), now)
    }

    /// The longest time between two starts.
    pub fn longest_pause(&self) -> TimeDelta {
        match self {
            Self::Every(pause) => *pause,
            Self::At(_) => TimeDelta::days(1),
        }
    }

    /// Since when no run was made, if one is overdue at `now`: a start was missed, or the last run is
    /// open and nothing works on it.
    pub fn overdue_since(&self, last: &LastRun, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (since, start) = if let Some(end) = last.ended_at {
            (end, self.due_after(last.started_at, now).max(end))
        } else {
            let sign = last.heard_at?.max(last.started_at);
            (sign, sign)
        };
        (now > start + LATE).then_some(since)
    }
}

/// The hours of the day at which everything is sent to the shops; at the others only what ends a loss is
/// (`RUN_HOURS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunHours {
    from: u32,
    to: u32,
}

impl Default for RunHours {
    /// All day.
    fn default() -> Self {
        Self { from: 0, to: 24 }
    }
}

impl RunHours {
    /// From the hour `from` (0 to 23) to the hour `to` (1 to 24), also over midnight; `None` for other
    /// numbers, and for hours that are none.
    pub fn new(from: u32, to: u32) -> Option<Self> {
        let valid = from < 24 && (1..=24).contains(&to) && from != to;
        valid.then_some(Self { from, to })
    }

    /// When they begin again; `None` within them.
    pub fn closed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hour = now.with_timezone(&japan()).hour();
        let open = if self.is_over_midnight() {
            hour >= self.from || hour < self.to
        } else {
            (self.from..self.to).contains(&hour)
        };
        let begin = NaiveTime::from_hms_opt(self.from, 0, 0)?;
        (!open).then(|| next_time_of_day(begin, now))
    }

    fn is_over_midnight(self) -> bool {
        self.from > self.to
    }
}

/// The first instant after `from` at which the time in Japan is `at`.
pub fn next_time_of_day(at: NaiveTime, from: DateTime<Utc>) -> DateTime<Utc> {
    let local = from.with_timezone(&japan()).naive_local();
    let today = local.date().and_time(at);
    let next = if today > local {
        today
    } else {
        today.checked_add_days(Days::new(1)).unwrap_or(today)
    };
    (next - TimeDelta::seconds(i64::from(JST_SECONDS))).and_utc()
}

fn japan() -> FixedOffset {
    FixedOffset::east_opt(JST_SECONDS).expect("nine hours are an offset")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn clock(text: &str) -> NaiveTime {
        text.parse().expect("a time")
    }

    #[test]
    fn four_in_the_morning_is_japans_and_after_it_the_next_one_is_tomorrow() {
        for (from, next) in [
            ("2026-11-21T18:59:59Z", "2026-11-21T19:00:00Z"),
            ("2026-11-21T12:00:00Z", "2026-11-21T19:00:00Z"),
            ("2026-11-21T19:00:00Z", "2026-11-22T19:00:00Z"),
            ("2026-11-21T23:00:00Z", "2026-11-22T19:00:00Z"),
        ] {
            let found = next_time_of_day(clock("04:00:00"), instant(from));

            assert_eq!(found, instant(next), "{from}");
        }
    }

    #[test]
    fn the_next_of_several_times_of_day_follows_the_last_run_wherever_it_started() {
        let times = ["06:00:00", "12:30:00", "21:00:00"].map(clock);
        let schedule = RunSchedule::At(times.to_vec());

        // 05:59, 06:00, 12:29, 21:00 and 23:00 in Japan.
        for (last, next) in [
            ("2026-11-21T20:59:00Z", "2026-11-21T21:00:00Z"),
            ("2026-11-21T21:00:00Z", "2026-11-22T03:30:00Z"),
            ("2026-11-22T03:29:00Z", "2026-11-22T03:30:00Z"),
            ("2026-11-22T12:00:00Z", "2026-11-22T21:00:00Z"),
            ("2026-11-22T14:00:00Z", "2026-11-22T21:00:00Z"),
        ] {
            assert_eq!(schedule.next_after(instant(last)), instant(next), "{last}");
        }
    }

    #[test]
    fn a_start_that_is_further_ahead_than_a_pause_comes_from_a_wrong_clock_and_is_due() {
        let last = instant("2026-11-21T00:00:00Z");
        let (every, daily) = (
            RunSchedule::Every(TimeDelta::hours(3)),
            RunSchedule::At(vec![clock("09:00:00")]),
        );

        // 00:00 in UTC is 09:00 in Japan.
        let due = |schedule: &RunSchedule, now| schedule.due_after(last, now);
        let three = last + TimeDelta::hours(3);
        assert_eq!(due(&every, last), three);
        assert_eq!(due(&daily, last), last + TimeDelta::days(1));
        let a_day_before = last - TimeDelta::days(1);
        assert_eq!(due(&every, a_day_before), a_day_before);
        assert_eq!(due(&daily, a_day_before), a_day_before);
    }

    #[test]
    fn outside_the_hours_the_next_ones_begin_in_japans_time() {
        let (day, night) = (RunHours::new(6, 23), RunHours::new(22, 5));
        let (day, night) = (day.expect("hours"), night.expect("hours"));

        // 22:59 and 23:00 in Japan.
        let (within, outside) = (
            instant("2026-11-21T13:59:59Z"),
            instant("2026-11-21T14:00:00Z"),
        );
        assert_eq!(day.closed_until(within), None);
        let six = instant("2026-11-21T21:00:00Z");
        assert_eq!(day.closed_until(outside), Some(six));
        assert_eq!(day.closed_until(six), None);
        // Over midnight: 04:59 and 05:00 in Japan.
        assert_eq!(night.closed_until(instant("2026-11-21T19:59:00Z")), None);
        assert_eq!(
            night.closed_until(instant("2026-11-21T20:00:00Z")),
            Some(instant("2026-11-22T13:00:00Z"))
        );
        assert_eq!(RunHours::default().closed_until(outside), None);
        assert_eq!(RunHours::new(6, 6), None);
        assert_eq!(RunHours::new(24, 6), None);
        assert_eq!(RunHours::new(6, 25), None);
    }

    #[test]
    fn a_run_is_overdue_when_its_start_was_missed_by_more_than_a_restart_takes() {
        let schedule = RunSchedule::Every(TimeDelta::hours(3));
        let start = instant("2026-11-21T00:00:00Z");
        let ended = |hours| LastRun {
            started_at: start,
            ended_at: Some(start + TimeDelta::hours(hours)),
            heard_at: None,
        };
        let (minute, due) = (TimeDelta::minutes(1), start + TimeDelta::hours(3));

        assert_eq!(schedule.overdue_since(&ended(1), due + LATE), None);
        let late = schedule.overdue_since(&ended(1), due + LATE + minute);
        assert_eq!(late, Some(start + TimeDelta::hours(1)));
        // A run that took longer than the pause is followed by the next one.
        assert_eq!(
            schedule.overdue_since(&ended(5), start + TimeDelta::hours(5)),
            None
        );
    }

    #[test]
    fn an_open_run_is_overdue_when_nothing_works_on_it() {
        let schedule = RunSchedule::Every(TimeDelta::hours(3));
        let start = instant("2026-11-21T00:00:00Z");
        let last = |heard: i64| LastRun {
            started_at: start,
            ended_at: None,
            heard_at: Some(start + TimeDelta::minutes(heard)),
        };
        let now = start + TimeDelta::hours(7);

        assert_eq!(schedule.overdue_since(&last(419), now), None);
        let never = LastRun {
            heard_at: None,
            ..last(0)
        };
        assert_eq!(schedule.overdue_since(&never, now), None);
        let since = schedule.overdue_since(&last(20), now);
        assert_eq!(since, Some(start + TimeDelta::minutes(20)));
    }
}
