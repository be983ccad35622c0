//! A lane with fixed windows: a number of calls per short and per long window.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The quota of a shop, as its adapter defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WindowQuota {
    /// The window that ends sooner, such as a clock hour.
    pub short: QuotaWindow,
    /// The window that ends later, such as a day.
    pub long: QuotaWindow,
}

/// One window of a quota. Windows follow each other without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuotaWindow {
    /// Calls in one window; `None` for no limit.
    pub limit: Option<u32>,
    /// The length of a window.
    pub length: TimeDelta,
    /// How far its clock is ahead of UTC: a day of Japan starts 9 hours before that of UTC.
    pub offset: TimeDelta,
}

/// The used part of a [`WindowQuota`], and the end of a window that the shop refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowUse {
    /// Start of the counted short window.
    pub short: DateTime<Utc>,
    /// Calls in it.
    pub short_used: u32,
    /// Start of the counted long window.
    pub long: DateTime<Utc>,
    /// Calls in it.
    pub long_used: u32,
    /// The shop reported an exhausted window: send nothing before this instant.
    pub closed_until: Option<DateTime<Utc>>,
}

/// The window that a shop reported as exhausted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// [`WindowQuota::short`].
    Short,
    /// [`WindowQuota::long`].
    Long,
}

/// A refusal in a window that opened less than this ago belongs to the previous window: the response
/// was late, or the shop's clock is behind.
const RESET_BLUR: TimeDelta = TimeDelta::seconds(10);

impl WindowQuota {
    /// No limit, in windows of an hour and a day.
    pub const UNLIMITED: Self = Self {
        short: QuotaWindow {
            limit: None,
            length: TimeDelta::hours(1),
            offset: TimeDelta::zero(),
        },
        long: QuotaWindow {
            limit: None,
            length: TimeDelta::days(1),
            offset: TimeDelta::zero(),
        },
    };

    /// One of its windows.
    pub fn window(&self, window: Window) -> &QuotaWindow {
        match window {
            Window::Short => &self.short,
            Window::Long => &self.long,
        }
    }

    /// Whether no window has a limit.
    pub fn is_unlimited(&self) -> bool {
        self.short.limit.is_none() && self.long.limit.is_none()
    }
}

impl QuotaWindow {
    /// The start of the window that contains `now`.
    pub fn start(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        (now + self.offset)
            .duration_trunc(self.length)
            .map_or(now, |start| start - self.offset)
    }

    /// The end of the window that contains `now`.
    pub fn end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.start(now) + self.length
    }

    /// Whether the window that began at `counted` is over at `now`. A clock that steps back by less than a
    /// window gets no second quota; if the count lies further ahead, the clock was wrong.
    fn is_over(&self, counted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let start = self.start(now);
        start > counted || counted - start > self.length
    }
}

impl WindowUse {
    /// Counts one call at `now`.
    ///
    /// # Errors
    ///
    /// The instant of the reset if a window is exhausted; then the call is not counted.
    pub fn take(&mut self, quota: &WindowQuota, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        self.roll(quota, now);
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Err(until);
        }
        let is_exhausted = |limit: Option<u32>, used| limit.is_some_and(|limit| used >= limit);
        if is_exhausted(quota.long.limit, self.long_used) {
            return Err(quota.long.end(now));
        }
        if is_exhausted(quota.short.limit, self.short_used) {
            return Err(quota.short.end(now));
        }
        self.short_used = self.short_used.saturating_add(1);
        self.long_used = self.long_used.saturating_add(1);
        Ok(())
    }

    /// The shop refused a call for `window`: closes the lane until the returned instant, the end of the
    /// window.
    ///
    /// Right after a reset the lane is closed for a few seconds only: a late response must not cost a
    /// whole window.
    pub fn close(
        &mut self,
        quota: &WindowQuota,
        window: Window,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let window = quota.window(window);
        let reset_over = window.start(now) + RESET_BLUR;
        let until = if now < reset_over {
            reset_over
        } else {
            window.end(now)
        };
        self.closed_until = Some(self.closed_until.map_or(until, |old| old.max(until)));
        until
    }

    fn roll(&mut self, quota: &WindowQuota, now: DateTime<Utc>) {
        if quota.short.is_over(self.short, now) {
            (self.short, self.short_used) = (quota.short.start(now), 0);
        }
        if quota.long.is_over(self.long, now) {
            (self.long, self.long_used) = (quota.long.start(now), 0);
        }
        // A later instant comes from a clock that was ahead: every window ends by then.
        let latest = quota.long.end(now).max(quota.short.end(now));
        if self.closed_until.is_some_and(|until| until > latest) {
            self.closed_until = None;
        }
    }
}
