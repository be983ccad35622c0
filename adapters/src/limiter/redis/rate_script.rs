//! The call of `rate.lua`: what goes in, and what its six numbers mean.

use super::keys::{Keys, RateKeys};
use crate::redis::{RedisFault, RedisLink};
use redis::Script;
use shared::domain::lane::{Lane, Priority};
use shared::domain::rate::{Feedback, Micros, Patience, period_of_rate};
use std::sync::Arc;

/// What Redis answers to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send now: the instant of the grant.
    Go(Micros),
    /// Sleep this long from now on, then ask again with the same ticket.
    AskAgainIn(Micros),
    /// The queue is longer than the horizon by this much; the ticket is not kept.
    TooLong(Micros),
    /// Taken in; the answer to anything but a ticket.
    Done,
}

/// A verdict, and how the lane stands after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateReply {
    /// What Redis answers.
    pub verdict: Verdict,
    /// The sleepers of all processes were told to look again.
    pub nudged: bool,
    /// The lane's period.
    pub period: Micros,
    /// From one grant to the next: the longest of the lane's buckets.
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
    configured: Vec<Micros>,
    clock: Option<Micros>,
}

impl RateScript {
    /// The lane of this name, with one bucket of this period.
    pub fn new(link: &RedisLink, lane: &Lane, configured: Micros) -> Self {
        let keys = Keys::new(link.prefix());
        Self {
            link: link.clone(),
            script: Arc::new(Script::new(include_str!("rate.lua"))),
            keys: Arc::new(keys.rate(lane)),
            channel: keys.nudges().into(),
            configured: vec![configured],
            clock: None,
        }
    }

    /// The same lane, whose requests also spend another bucket: a grant needs both open. The key of its
    /// state must lie in the lane's slot.
    #[must_use]
    pub fn and_bucket(&self, state: String, configured: Micros) -> Self {
        let mut with = self.clone();
        let keys = Arc::make_mut(&mut with.keys);
        keys.states.push(state);
        with.configured.push(configured);
        with
    }

    /// The same lane at this instant instead of Redis' own: for tests.
    #[must_use]
    pub fn at(&self, now: Micros) -> Self {
        Self {
            clock: Some(now),
            ..self.clone()
        }
    }

    /// The lane's keys.
    pub fn keys(&self) -> &RateKeys {
        &self.keys
    }

    /// The period of the lane's own bucket by the settings.
    pub fn configured(&self) -> Micros {
        self.configured.first().copied().unwrap_or_default()
    }

    /// Asks for leave to send with `ticket`, which is put at the end of its queue if new.
    ///
    /// # Errors
    ///
    /// Perhaps it was granted nevertheless; then the grant is spent.
    pub async fn take(
        &self,
        ticket: &str,
        priority: Priority,
        patience: &Patience,
    ) -> Result<RateReply, RedisFault> {
        let rank = match priority {
            Priority::Urgent => 0,
            Priority::Normal => 1,
        };
        let rest = [rank, patience.grace, patience.horizon].map(|number| number.to_string());
        let [rank, grace, horizon] = &rest;
        self.call("take", &[ticket, rank, grace, horizon]).await
    }

    /// Takes in what the answer to the grant of `granted_at` told.
    ///
    /// # Errors
    ///
    /// May be told again.
    pub async fn done(
        &self,
        granted_at: Micros,
        feedback: &Feedback,
    ) -> Result<RateReply, RedisFault> {
        let told = feedback.rate_header.and_then(period_of_rate);
        let told = told.map_or_else(String::new, |period| period.to_string());
        let refused = if feedback.refused { "1" } else { "0" };
        let (granted_at, late) = (granted_at.to_string(), feedback.late.to_string());
        self.call("done", &[&granted_at, refused, &told, &late])
            .await
    }

    /// Gives a ticket back that was not granted.
    ///
    /// # Errors
    ///
    /// Then it is dropped as a dead one when its time has come.
    pub async fn cancel(&self, ticket: &str) -> Result<RateReply, RedisFault> {
        self.call("cancel", &[ticket]).await
    }

    async fn call(&self, command: &str, rest: &[&str]) -> Result<RateReply, RedisFault> {
        let configured: Vec<String> = self.configured.iter().map(Micros::to_string).collect();
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
        self.link.within(reply).await.map(read)
    }
}

fn read(numbers: (i64, Micros, i64, Micros, Micros, i64)) -> RateReply {
    let (verdict, span, nudged, period, gap, waiting) = numbers;
    RateReply {
        verdict: match verdict {
            0 => Verdict::AskAgainIn(span),
            1 => Verdict::Go(span),
            2 => Verdict::TooLong(span),
            _ => Verdict::Done,
        },
        nudged: nudged != 0,
        period,
        gap,
        waiting,
    }
}
