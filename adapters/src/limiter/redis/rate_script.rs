//! Calls `rate.lua` and decodes the eight numbers that it returns.

use super::keys::{LaneKeys, RateKeys};
use crate::redis::{RedisFault, RedisLink, RoundTrip};
use redis::Script;
use shared::domain::lane::{Lane, Priority};
use shared::domain::rate::{
    ConfiguredPeriod, Feedback, LanePace, Micros, TicketDecision, TicketLimits, period_of_rate,
};
use std::sync::Arc;

/// The reply of the script: a decision, and the state of the lane after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateReply {
    /// The decision on a ticket; `None` for `done` and `cancel`.
    pub decision: Option<TicketDecision>,
    /// The waiting callers of all processes were woken.
    pub woke_all: bool,
    /// The lane's pace.
    pub pace: LanePace,
    /// The time from one grant to the next: the longest of the lane's buckets.
    pub gap: Micros,
    /// Tickets in the queue.
    pub waiting: i64,
}

/// One lane with a rate in Redis: each call is one round trip and one step of the state machine.
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct RateScript {
    link: RedisLink,
    script: Arc<Script>,
    keys: Arc<RateKeys>,
    channel: Arc<str>,
    configured: Vec<ConfiguredPeriod>,
    clock: Option<Micros>,
}

impl RateScript {
    /// The lane with one bucket of the `configured` period.
    pub fn new(link: &RedisLink, lane: &Lane, configured: impl Into<ConfiguredPeriod>) -> Self {
        let keys = LaneKeys::new(link.prefix());
        Self {
            link: link.clone(),
            script: Arc::new(Script::new(include_str!("rate.lua"))),
            keys: Arc::new(keys.rate(lane)),
            channel: keys.wakeups().into(),
            configured: vec![configured.into()],
            clock: None,
        }
    }

    /// The same lane with another bucket that each request spends, too: a grant needs all buckets
    /// open. The key `state` must have the lane's hash tag.
    #[must_use]
    pub fn and_bucket(&self, state: String, configured: Micros) -> Self {
        let mut with = self.clone();
        let keys = Arc::make_mut(&mut with.keys);
        keys.states.push(state);
        with.configured.push(configured.into());
        with
    }

    /// The same lane at the instant `now` instead of Redis' clock: for tests.
    #[must_use]
    pub fn at(&self, now: Micros) -> Self {
        Self {
            clock: Some(now),
            ..self.clone()
        }
    }

    /// The measured round trip to Redis.
    pub fn round_trip(&self) -> RoundTrip {
        self.link.round_trip()
    }

    /// The lane's keys.
    pub fn keys(&self) -> &RateKeys {
        &self.keys
    }

    /// The configured period of the lane's own bucket.
    pub fn configured(&self) -> Micros {
        let own = self.configured.first();
        own.map_or(0, |configured| configured.micros())
    }

    /// Asks for a grant with `ticket`. A new ticket joins the end of its priority's queue.
    ///
    /// # Errors
    ///
    /// The ticket may have been granted all the same; then the grant is spent.
    pub async fn take(
        &self,
        ticket: &str,
        priority: Priority,
        limits: &TicketLimits,
    ) -> Result<RateReply, RedisFault> {
        let rank = match priority {
            Priority::Urgent => 0,
            Priority::Normal => 1,
        };
        let rest = [rank, limits.grace, limits.horizon].map(|number| number.to_string());
        let [rank, grace, horizon] = &rest;
        self.call("take", &[ticket, rank, grace, horizon]).await
    }

    /// Applies the feedback on the grant of `granted_at`.
    ///
    /// # Errors
    ///
    /// The call may be repeated.
    pub async fn done(
        &self,
        granted_at: Micros,
        feedback: &Feedback,
    ) -> Result<RateReply, RedisFault> {
        let header = feedback.rate_header.and_then(period_of_rate);
        let header = header.map_or_else(String::new, |period| period.to_string());
        let refused = if feedback.refused { "1" } else { "0" };
        let (granted_at, late) = (granted_at.to_string(), feedback.late.to_string());
        self.call("done", &[&granted_at, refused, &header, &late])
            .await
    }

    /// Removes a ticket that was not granted.
    ///
    /// # Errors
    ///
    /// Then the ticket counts as dead when it is due.
    pub async fn cancel(&self, ticket: &str) -> Result<RateReply, RedisFault> {
        self.call("cancel", &[ticket]).await
    }

    async fn call(&self, command: &str, rest: &[&str]) -> Result<RateReply, RedisFault> {
        let configured: Vec<String> = self.configured.iter().map(written).collect();
        let clock = self.clock.map_or_else(String::new, |now| now.to_string());
        let mut call = self.script.prepare_invoke();
        call.key(&self.keys.queue).key(&self.keys.due);
        for state in &self.keys.states {
            call.key(state);
        }
        call.arg(command).arg(clock).arg(&*self.channel);
        call.arg(configured.join(" ")).arg(rest);
        let mut connection = self.link.shared();
        let reply = call.invoke_async(&mut connection);
        let numbers = self.link.within(reply).await?;
        Ok(read(numbers, self.configured()))
    }
}

fn written(configured: &ConfiguredPeriod) -> String {
    match configured {
        ConfiguredPeriod::Published(period) => period.to_string(),
        ConfiguredPeriod::Set(period) => format!("{period}s"),
    }
}

type Numbers = (i64, Micros, i64, Micros, Micros, i64, Micros, Micros);

fn read(numbers: Numbers, configured: Micros) -> RateReply {
    let (decision, span, woke_all, period, gap, waiting, header, default_until) = numbers;
    let granted = TicketDecision::Go {
        granted_at: span,
        period,
    };
    RateReply {
        decision: match decision {
            0 => Some(TicketDecision::AskAgainIn(span)),
            1 => Some(granted),
            2 => Some(TicketDecision::TooLong(span)),
            _ => None,
        },
        woke_all: woke_all != 0,
        pace: LanePace {
            configured,
            period,
            header,
            default_until,
        },
        gap,
        waiting,
    }
}
