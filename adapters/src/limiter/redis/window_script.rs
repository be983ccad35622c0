//! Calls `window.lua`, which counts the calls of an account for all processes.

use super::keys::LaneKeys;
use crate::redis::{RedisFault, RedisLink};
use chrono::{DateTime, TimeDelta, Utc};
use redis::Script;
use shared::domain::lane::Lane;
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use std::sync::Arc;

/// The lanes with windows in Redis: each call is one round trip. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WindowScript {
    link: RedisLink,
    script: Arc<Script>,
    keys: LaneKeys,
    clock: Option<DateTime<Utc>>,
}

impl WindowScript {
    /// The windows of all lanes.
    pub fn new(link: &RedisLink) -> Self {
        Self {
            link: link.clone(),
            script: Arc::new(Script::new(include_str!("window.lua"))),
            keys: LaneKeys::new(link.prefix()),
            clock: None,
        }
    }

    /// The same windows at the instant `now` instead of Redis' clock: for tests.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        Self {
            clock: Some(now),
            ..self.clone()
        }
    }

    /// Counts one call. `Some` with the instant of the reset if a window is exhausted.
    ///
    /// # Errors
    ///
    /// The call may have been counted all the same.
    pub async fn take(
        &self,
        lane: &Lane,
        quota: &WindowQuota,
    ) -> Result<Option<DateTime<Utc>>, RedisFault> {
        let [short, long] = [quota.short, quota.long].map(|window| {
            window
                .limit
                .map_or_else(String::new, |limit| limit.to_string())
        });
        let (granted, until) = self.call(lane, quota, ["take", &short, &long]).await?;
        Ok((granted == 0).then_some(until))
    }

    /// The shop refused a call for `window`: closes the lane until the returned instant.
    ///
    /// # Errors
    ///
    /// The call may be repeated.
    pub async fn close(
        &self,
        lane: &Lane,
        quota: &WindowQuota,
        window: Window,
    ) -> Result<DateTime<Utc>, RedisFault> {
        let name = match window {
            Window::Short => "hour",
            Window::Long => "day",
        };
        let (_, until) = self.call(lane, quota, ["close", name, ""]).await?;
        Ok(until)
    }

    /// The counts of a lane in the windows of its last call; `None` before the first call.
    ///
    /// # Errors
    ///
    /// The call may be repeated.
    pub async fn used(&self, lane: &Lane) -> Result<Option<WindowUse>, RedisFault> {
        let mut read = redis::cmd("HMGET");
        read.arg(self.keys.windows(lane));
        read.arg(&["hour", "hour_used", "day", "day_used", "closed_until"]);
        let mut connection = self.link.shared();
        let reply = read.query_async(&mut connection);
        let counted: [Option<i64>; 5] = self.link.within(reply).await?;
        let [
            Some(hour),
            Some(hour_used),
            Some(day),
            Some(day_used),
            closed_until,
        ] = counted
        else {
            return Ok(None);
        };
        let count = |calls: i64| u32::try_from(calls).unwrap_or(u32::MAX);
        Ok(Some(WindowUse {
            short: at(hour),
            short_used: count(hour_used),
            long: at(day),
            long_used: count(day_used),
            closed_until: closed_until.filter(|until| *until > 0).map(at),
        }))
    }

    async fn call(
        &self,
        lane: &Lane,
        quota: &WindowQuota,
        [command, first, second]: [&str; 3],
    ) -> Result<(i64, DateTime<Utc>), RedisFault> {
        let clock = self
            .clock
            .map_or_else(String::new, |now| now.timestamp_micros().to_string());
        let mut call = self.script.key(self.keys.windows(lane));
        call.arg(command).arg(clock).arg(first).arg(second);
        for window in [quota.short, quota.long] {
            call.arg(micros(window.length)).arg(micros(window.offset));
        }
        let mut connection = self.link.shared();
        let reply = call.invoke_async(&mut connection);
        let (granted, until): (i64, i64) = self.link.within(reply).await?;
        Ok((granted, at(until)))
    }
}

fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().unwrap_or(i64::MAX)
}

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
