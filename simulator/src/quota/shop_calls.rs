//! Counts the calls of one BASE shop by clock hour and by date in Japan.
//!
//! Failed calls count as well, which BASE does not document. Refused calls do not count, so that a
//! client that goes on calling is answered again as soon as the hour changes.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::limits::BaseLimits;

/// One of the two limits of a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopLimit {
    /// Calls in a clock hour.
    Hour,
    /// Calls in a day in Japan.
    Day,
}

/// The calls of one shop in the current hour and day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShopCallCounts {
    hour: Option<(NaiveDate, u32)>,
    used_in_hour: u64,
    used_in_day: u64,
}

impl ShopCallCounts {
    /// Counts a call at `now`.
    ///
    /// # Errors
    ///
    /// The limit that refuses it.
    pub fn count(&mut self, limits: BaseLimits, now: DateTime<Utc>) -> Result<(), ShopLimit> {
        self.roll_over(now);
        if self.used_in_day >= limits.day {
            return Err(ShopLimit::Day);
        }
        if self.used_in_hour >= limits.hour {
            return Err(ShopLimit::Hour);
        }
        self.used_in_hour += 1;
        self.used_in_day += 1;
        Ok(())
    }

    /// Uses up what is left until the limit opens again.
    pub fn use_up(&mut self, limit: ShopLimit, now: DateTime<Utc>) {
        self.roll_over(now);
        match limit {
            ShopLimit::Hour => self.used_in_hour = u64::MAX,
            ShopLimit::Day => self.used_in_day = u64::MAX,
        }
    }

    fn roll_over(&mut self, now: DateTime<Utc>) {
        let (date, hour) = japan(now);
        if self.hour.is_none_or(|(known, _)| known != date) {
            self.used_in_day = 0;
        }
        if self.hour != Some((date, hour)) {
            self.used_in_hour = 0;
        }
        self.hour = Some((date, hour));
    }
}

/// Date and hour in Japan, which has no daylight saving time.
fn japan(now: DateTime<Utc>) -> (NaiveDate, u32) {
    let local = now + TimeDelta::hours(9);
    (local.date_naive(), local.hour())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    const LIMITS: BaseLimits = BaseLimits {
        hour: 2,
        day: 3,
        add_per_day: 0,
    };

    #[test]
    fn the_hour_opens_again_at_minute_zero_whenever_it_was_used() {
        let mut calls = ShopCallCounts::default();

        assert_eq!(calls.count(LIMITS, at("2026-11-02T01:59:58Z")), Ok(()));
        assert_eq!(calls.count(LIMITS, at("2026-11-02T01:59:58Z")), Ok(()));
        assert_eq!(
            calls.count(LIMITS, at("2026-11-02T01:59:59.999Z")),
            Err(ShopLimit::Hour)
        );
        assert_eq!(calls.count(LIMITS, at("2026-11-02T02:00:00Z")), Ok(()));
    }

    #[test]
    fn what_others_use_up_opens_again_with_the_hour_or_the_day() {
        let mut calls = ShopCallCounts::default();
        let mut refusal = |used, time: &str| {
            calls.use_up(used, at("2026-11-02T13:30:00Z"));
            calls.count(LIMITS, at(time))
        };

        let hour = refusal(ShopLimit::Hour, "2026-11-02T13:59:59Z");
        assert_eq!(hour, Err(ShopLimit::Hour));
        assert_eq!(refusal(ShopLimit::Hour, "2026-11-02T14:00:00Z"), Ok(()));
        let day = refusal(ShopLimit::Day, "2026-11-02T14:00:00Z");
        assert_eq!(day, Err(ShopLimit::Day));
        assert_eq!(refusal(ShopLimit::Day, "2026-11-02T15:00:00Z"), Ok(()));
    }

    #[test]
    fn the_day_ends_at_midnight_in_japan() {
        let mut calls = ShopCallCounts::default();

        for time in [
            "2026-11-02T12:00:00Z",
            "2026-11-02T13:00:00Z",
            "2026-11-02T14:00:00Z",
        ] {
            assert_eq!(calls.count(LIMITS, at(time)), Ok(()));
        }
        assert_eq!(
            calls.count(LIMITS, at("2026-11-02T14:59:59Z")),
            Err(ShopLimit::Day)
        );
        assert_eq!(calls.count(LIMITS, at("2026-11-02T15:00:00Z")), Ok(()));
    }
}
