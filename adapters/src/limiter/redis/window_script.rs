//! The call of `window.lua`: the calls of a BASE account, counted for all processes together.

use super::keys::Keys;
use crate::redis::{RedisFault, RedisLink};
use chrono::{DateTime, Utc};
use redis::Script;
use shared::domain::lane::Lane;
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use std::sync::Arc;

/// The lanes that are counted by windows, in Redis: each call is one round trip. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WindowScript {
    link: RedisLink,
    script: Arc<Script>,
    keys: Keys,
    clock: Option<DateTime<Utc>>,
}

impl WindowScript {
    /// The windows of all lanes.
    pub fn new(link: &RedisLink) -> Self {
        Self {
            link: link.clone(),
            script: Arc::new(Script::new(include_str!("window.lua"))),
            keys: Keys::new(link.prefix()),
            clock: None,
        }
    }

    /// The same windows at this instant instead of Redis' own: for tests.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        Self {
            clock: Some(now),
            ..self.clone()
        }
    }

    /// Counts one call; else the instant before which there is none to be had.
    ///
    /// # Errors
    ///
    /// Perhaps it was counted nevertheless.
    pub async fn take(
        &self,
        lane: &Lane,
        quota: &WindowQuota,
    ) -> Result<Option<DateTime<Utc>>, RedisFault> {
        let [per_hour, per_day] = [quota.per_hour, quota.per_day]
            .map(|limit| limit.map_or_else(String::new, |limit| limit.to_string()));
        let (granted, until) = self.call(lane, "take", &[&per_hour, &per_day]).await?;
        Ok((granted == 0).then_some(until))
    }

    /// The shop refused a call for `window`: nothing is granted before its end, which is returned.
    ///
    /// # Errors
    ///
    /// May be told again.
    pub async fn close(&self, lane: &Lane, window: Window) -> Result<DateTime<Utc>, RedisFault> {
        let name = match window {
            Window::Hour => "hour",
            Window::Day => "day",
        };
        let (_, until) = self.call(lane, "close", &[name]).await?;
        Ok(until)
    }

    /// What is counted of a lane, in the windows of its last call; `None` before the first.
    ///
    /// # Errors
    ///
    /// May be asked again.
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
            hour: at(hour),
            hour_used: count(hour_used),
            day: at(day),
            day_used: count(day_used),
            closed_until: closed_until.filter(|until| *until > 0).map(at),
        }))
    }

    async fn call(
        &self,
        lane: &Lane,
        command: &str,
        rest: &[&str],
    ) -> Result<(i64, DateTime<Utc>), RedisFault> {
        let clock = self
            .clock
            .map_or_else(String::new, |now| now.timestamp_micros().to_string());
        let mut call = self.script.key(self.keys.windows(lane));
        call.arg(command).arg(clock).arg(rest);
        let mut connection = self.link.shared();
        let reply = call.invoke_async(&mut connection);
        let (granted, until): (i64, i64) = self.link.within(reply).await?;
        Ok((granted, at(until)))
    }
}

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
