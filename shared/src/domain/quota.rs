//! A lane that is counted by the clock: so many requests an hour and a day (BASE).

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// What a BASE shop may ask for.
///
/// Source: BASE API documentation: 5,000 calls a clock hour, reset at minute 0; 100,000 a day,
/// reset with the date, taken as Japan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowQuota {
    /// Calls in one clock hour; `None` for no limit.
    pub per_hour: Option<u32>,
    /// Calls in one day of Japan; `None` for no limit.
    pub per_day: Option<u32>,
}

impl Default for WindowQuota {
    fn default() -> Self {
        Self {
            per_hour: Some(5_000),
            per_day: Some(100_000),
        }
    }
}

/// How much of a [`WindowQuota`] is used, and until when the shop has refused us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowUse {
    /// Start of the counted hour.
    pub hour: DateTime<Utc>,
    /// Calls in it.
    pub hour_used: u32,
    /// Start of the counted day.
    pub day: DateTime<Utc>,
    /// Calls in it.
    pub day_used: u32,
    /// The shop said that a window is used up: nothing before this instant.
    pub closed_until: Option<DateTime<Utc>>,
}

/// Which window a shop said is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The clock hour.
    Hour,
    /// The day of Japan.
    Day,
}

const JST_OFFSET: TimeDelta = TimeDelta::hours(9);
/// A window that opened less than this ago cannot be used up: 5,000 calls in 10 s are beyond BASE and
/// us. A refusal in it was meant for the window before, sent or counted by a clock that is behind.
const RESET_BLUR: TimeDelta = TimeDelta::seconds(10);

impl Window {
    /// The instant at which the window that holds `now` began.
    fn start(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Hour => start_of_hour(now),
            Self::Day => start_of_day(now),
        }
    }

    fn length(self) -> TimeDelta {
        match self {
            Self::Hour => TimeDelta::hours(1),
            Self::Day => TimeDelta::days(1),
        }
    }

    /// The instant at which the window that holds `now` ends.
    pub fn end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.start(now) + self.length()
    }

    /// Whether what was counted from `counted` on is over at `now`. A clock that steps back by less
    /// than a window gives no second quota; one that was further ahead than that was wrong.
    fn is_over(self, counted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let start = self.start(now);
        start > counted || counted - start > self.length()
    }
}

impl WindowUse {
    /// Takes one call at `now`, or tells when to ask again.
    ///
    /// # Errors
    ///
    /// The instant of the reset, when a window is used up; nothing is counted then.
    pub fn take(&mut self, quota: &WindowQuota, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        self.roll(now);
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Err(until);
        }
        if quota.per_day.is_some_and(|limit| self.day_used >= limit) {
            return Err(Window::Day.end(now));
        }
        if quota.per_hour.is_some_and(|limit| self.hour_used >= limit) {
            return Err(Window::Hour.end(now));
        }
        self.hour_used = self.hour_used.saturating_add(1);
        self.day_used = self.day_used.saturating_add(1);
        Ok(())
    }

    /// The shop refused a call for `window`: nothing is sent before its end, which is returned.
    ///
    /// Right after a reset that is a few seconds later, not the end of the new window: a late answer
    /// must not cost an hour, or a day.
    pub fn close(&mut self, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        let reset_over = window.start(now) + RESET_BLUR;
        let until = if now < reset_over {
            reset_over
        } else {
            window.end(now)
        };
        self.closed_until = Some(self.closed_until.map_or(until, |old| old.max(until)));
        until
    }

    fn roll(&mut self, now: DateTime<Utc>) {
        if Window::Hour.is_over(self.hour, now) {
            (self.hour, self.hour_used) = (Window::Hour.start(now), 0);
        }
        if Window::Day.is_over(self.day, now) {
            (self.day, self.day_used) = (Window::Day.start(now), 0);
        }
        // Nothing is closed beyond the end of a day; a clock that was ahead said so.
        let latest = Window::Day.end(now) + Window::Day.length();
        if self.closed_until.is_some_and(|until| until > latest) {
            self.closed_until = None;
        }
    }
}

fn start_of_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

fn start_of_day(now: DateTime<Utc>) -> DateTime<Utc> {
    (now + JST_OFFSET)
        .duration_trunc(TimeDelta::days(1))
        .map_or(now, |midnight| midnight - JST_OFFSET)
}
