//! The hourly and daily quota of a shop: never exceeded, and never closed longer than the window.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::domain::quota::{QuotaWindow, Window, WindowQuota, WindowUse};
use std::collections::HashMap;

const SMALL: WindowQuota = in_japan(Some(3), Some(7));

/// Calls in a clock hour and in a day of Japan.
const fn in_japan(per_hour: Option<u32>, per_day: Option<u32>) -> WindowQuota {
    WindowQuota {
        short: QuotaWindow {
            limit: per_hour,
            length: TimeDelta::hours(1),
            offset: TimeDelta::zero(),
        },
        long: QuotaWindow {
            limit: per_day,
            length: TimeDelta::days(1),
            offset: TimeDelta::hours(9),
        },
    }
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("valid").to_utc()
}

/// 21 November 2026, a time of that day in UTC.
fn today(time: &str) -> DateTime<Utc> {
    at(&format!("2026-11-21T{time}Z"))
}

fn used_up(quota: &WindowQuota, now: DateTime<Utc>) -> WindowUse {
    let mut used = WindowUse::default();
    let refused = (0..200_000).find(|_| used.take(quota, now).is_err());
    refused.expect("a window ends it");
    used
}

#[test]
fn a_window_holds_as_many_calls_as_its_limit() {
    let short = used_up(&in_japan(Some(5_000), Some(100_000)), today("01:20:00"));
    let long = used_up(&in_japan(None, Some(100_000)), today("01:20:00"));

    assert_eq!((short.short_used, long.long_used), (5_000, 100_000));
}

#[test]
fn a_quota_may_have_windows_of_any_length() {
    let mut quota = in_japan(Some(10), None);
    quota.short.length = TimeDelta::minutes(1);
    let mut used = used_up(&quota, today("01:20:30"));

    assert_eq!(used.short_used, 10);
    assert_eq!(used.take(&quota, today("01:20:59")), Err(today("01:21:00")));
    assert_eq!(used.take(&quota, today("01:21:00")), Ok(()));
}

#[test]
fn a_used_up_hour_opens_at_minute_0() {
    let mut used = used_up(&SMALL, today("01:40:00"));

    assert_eq!(
        used.take(&SMALL, today("01:59:59.9")),
        Err(today("02:00:00"))
    );
    assert_eq!(used.take(&SMALL, today("02:00:00")), Ok(()));
}

#[test]
fn a_used_up_day_opens_at_midnight_in_japan() {
    let day_only = in_japan(None, Some(7));
    let mut used = used_up(&day_only, today("14:59:59"));

    assert_eq!(
        used.take(&day_only, today("14:59:59.9")),
        Err(today("15:00:00"))
    );
    assert_eq!(used.take(&day_only, today("15:00:00")), Ok(()));
}

#[test]
fn without_limits_every_call_is_allowed() {
    let unlimited = WindowQuota::UNLIMITED;
    let mut used = used_up(&SMALL, today("01:00:00"));

    assert_eq!(used.take(&unlimited, today("01:00:00")), Ok(()));
}

#[test]
fn a_lane_is_unlimited_when_neither_window_has_a_limit() {
    let limits = [(None, None), (Some(3), None), (None, Some(7))];

    let unlimited = limits.map(|(hour, day)| in_japan(hour, day).is_unlimited());

    assert_eq!(unlimited, [true, false, false]);
}

#[test]
fn a_refusal_at_minute_40_closes_the_lane_until_minute_0() {
    let mut used = WindowUse::default();
    used.take(&SMALL, today("01:40:00")).expect("valid");

    let until = used.close(&SMALL, Window::Short, today("01:40:00"));

    assert_eq!(until, today("02:00:00"));
    assert_eq!(used.take(&SMALL, today("01:59:00")), Err(until));
    assert_eq!(used.take(&SMALL, until), Ok(()));
}

#[test]
fn the_later_of_two_refusals_holds() {
    let mut used = WindowUse::default();

    used.close(&SMALL, Window::Long, today("01:40:00"));
    used.close(&SMALL, Window::Short, today("01:40:00"));

    assert_eq!(used.take(&SMALL, today("02:30:00")), Err(today("15:00:00")));
}

#[test]
fn a_refusal_right_after_the_reset_belongs_to_the_previous_window() {
    let mut used = WindowUse::default();

    let hour = used.close(&SMALL, Window::Short, today("02:00:01"));
    let day = WindowUse::default().close(&SMALL, Window::Long, today("15:00:01"));

    assert_eq!((hour, day), (today("02:00:10"), today("15:00:10")));
    assert_eq!(used.take(&SMALL, today("02:00:10")), Ok(()));
    let next = used.close(&SMALL, Window::Short, today("02:00:10"));
    assert_eq!(next, today("03:00:00"), "ten seconds later it is its own");
}

#[test]
fn a_refusal_counts_no_call() {
    let mut used = used_up(&SMALL, today("01:40:00"));
    let before = used;

    used.take(&SMALL, today("01:41:00")).expect_err("used up");

    assert_eq!(used, before);
}

#[test]
fn a_clock_that_steps_back_over_the_hour_gives_no_second_quota() {
    let mut used = used_up(&SMALL, today("02:00:00"));

    let stepped_back = used.take(&SMALL, today("01:59:59"));

    assert!(stepped_back.is_err());
    assert!(used.take(&SMALL, today("02:00:01")).is_err());
}

#[test]
fn a_clock_that_was_a_year_ahead_closes_nothing_for_a_year() {
    let mut used = used_up(&SMALL, at("2027-11-21T01:00:00Z"));
    used.close(&SMALL, Window::Long, at("2027-11-21T01:00:00Z"));

    assert_eq!(used.take(&SMALL, today("01:00:00")), Ok(()));
}

proptest! {
    #[test]
    fn no_window_is_ever_exceeded(steps in prop::collection::vec(0_i64..2_000, 1..200)) {
        let mut used = WindowUse::default();
        let mut now = today("13:00:00");
        let mut hours: HashMap<_, u32> = HashMap::new();
        let mut days: HashMap<_, u32> = HashMap::new();

        for seconds in steps {
            now += TimeDelta::seconds(seconds);
            match used.take(&SMALL, now) {
                Ok(()) => {
                    *hours.entry(SMALL.short.end(now)).or_default() += 1;
                    *days.entry(SMALL.long.end(now)).or_default() += 1;
                }
                Err(until) => prop_assert!(until > now && until <= SMALL.long.end(now)),
            }
        }

        prop_assert!(hours.values().all(|calls| *calls <= 3));
        prop_assert!(days.values().all(|calls| *calls <= 7));
    }

    #[test]
    fn a_caller_that_returns_at_the_given_instant_is_served(minutes in 0_i64..3_000, by_the_shop in any::<bool>()) {
        let now = today("00:00:00") + TimeDelta::minutes(minutes);
        let mut used = used_up(&SMALL, now);
        if by_the_shop {
            used.close(&SMALL, Window::Long, now);
        }

        let mut asked = now;
        for _ in 0..4 {
            match used.take(&SMALL, asked) {
                Ok(()) => return Ok(()),
                Err(until) => asked = until,
            }
        }

        prop_assert!(false, "never served");
    }
}
