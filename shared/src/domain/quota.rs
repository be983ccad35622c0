//! A lane with fixed windows: a number of requests per clock hour and per day (BASE).

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The request quota of a BASE shop.
///
/// Source: BASE API documentation: 5,000 calls per clock hour, reset at minute 0; 100,000 per day,
/// reset at midnight, which we take as Japan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowQuota {
    /// Calls in one clock hour; `None` for no limit.
    pub per_hour: Option<u32>,
    /// Calls in one day, Japan time; `None` for no limit.
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

/// The used part of a [`WindowQuota`], and the end of a window that the shop refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowUse {
    /// Start of the counted hour.
    pub hour: DateTime<Utc>,
    /// Calls in that hour.
    pub hour_used: u32,
    /// Start of the counted day.
    pub day: DateTime<Utc>,
    /// Calls in that day.
    pub day_used: u32,
    /// The shop reported an exhausted window: send nothing before this instant.
    pub closed_until: Option<DateTime<Utc>>,
}

/// The window that a shop reported as exhausted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The clock hour.
    Hour,
    /// The day, Japan time.
    Day,
}

const JST_OFFSET: TimeDelta = TimeDelta::hours(9);
/// A window that opened less than this ago cannot be exhausted: neither BASE nor we can do 5,000 calls
/// in 10 s. Such a refusal belongs to the previous window: the response was late, or the shop's clock
/// is behind.
const RESET_BLUR: TimeDelta = TimeDelta::seconds(10);

impl Window {
    /// The start of the window that contains `now`.
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

    /// The end of the window that contains `now`.
    pub fn end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.start(now) + self.length()
    }

    /// Whether the window that began at `counted` is over at `now`. A clock that steps back by less
    /// than a window gets no second quota; if the count lies further ahead, the clock was wrong.
    fn is_over(self, counted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let start = self.start(now);
        start > counted || counted - start > self.length()
    }
}

impl WindowUse {
    /// Counts one call at `now`.
    ///
    /// # Errors
    ///
    /// The instant of the reset if a window is exhausted; then the call is not counted.
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

    /// The shop refused a call for `window`: closes the lane until the returned instant, the end of
    /// the window.
    ///
    /// Right after a reset the lane is closed for a few seconds only: a late response must not cost
    /// an hour or a day.
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
        // A later instant comes from a clock that was ahead.
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
