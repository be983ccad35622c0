//! The status as one JSON object. Times are UTC.

use super::schedule::ScheduleView;
use crate::commands::programs::{LivePrograms, ProgramsView};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use shared::domain::account::{AccountId, AccountRefusal, LONGEST_PARK, NEVER_AUTHORISED};
use shared::domain::rate::Micros;
use shared::domain::report::InvalidListings;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::domain::wrong_clock::lasting;
use shared::ports::store::{
    AccountRow, ChannelView, LaneMemory, ListingCounts, RunRow, RunView, TokenAge,
};
use std::collections::{HashMap, HashSet};

/// The status.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// Newest first.
    pub open_runs: Vec<OpenRun>,
    /// Ended ones, newest first.
    pub last_runs: Vec<PastRun>,
    pub accounts: Vec<ShopStatus>,
    pub lanes: Vec<LaneView>,
    /// By channel; empty before the first notification.
    pub notices: Vec<ChannelView>,
    /// Visible listings whose ASIN Amazon called invalid.
    pub invalid_listings: InvalidListings,
    pub schedule: ScheduleView,
    pub programs: ProgramsView,
    #[serde(skip)]
    pub live: LivePrograms,
}

#[derive(Debug, Serialize)]
pub struct OpenRun {
    pub run_id: RunId,
    pub kind: RunKind,
    pub state: RunState,
    pub dry_run: bool,
    pub started_at: DateTime<Utc>,
    pub batches: StepProgress,
    pub misses: StepProgress,
    pub updates: StepProgress,
    /// Updates that wait for `release` or `cancel`.
    pub held_back: u64,
}

/// How many of all are done.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct StepProgress {
    pub done: u64,
    pub all: u64,
}

#[derive(Debug, Serialize)]
pub struct PastRun {
    pub run_id: RunId,
    pub kind: RunKind,
    pub state: RunState,
    pub dry_run: bool,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
pub struct ShopStatus {
    pub id: AccountId,
    pub name: String,
    pub active: bool,
    pub listed: u64,
    /// Registered, but not yet in the shop.
    pub pending: u64,
    pub held: u64,
    /// Listings whose update is queued, or parked until the shop accepts requests.
    pub waiting: u64,
    /// Only if it is in the future.
    pub parked_until: Option<DateTime<Utc>>,
    pub reauthorise_since: Option<DateTime<Utc>>,
    /// The reason, in BASE's words.
    pub reauthorise_why: Option<String>,
    /// Since when BASE refuses the shop or its application; retried automatically.
    pub refused_since: Option<DateTime<Utc>>,
    pub refused: Option<AccountRefusal>,
    pub proxy_failed_since: Option<DateTime<Utc>>,
    /// Since when BASE rejects new access tokens; retried automatically.
    pub tokens_refused_since: Option<DateTime<Utc>>,
    /// Nobody has connected the shop yet; `false` if that is not known.
    pub never_authorised: bool,
    /// Only if the tokens expire within the warning time, or have expired.
    pub tokens_end_at: Option<DateTime<Utc>>,
    pub tokens_ended: bool,
}

/// Data from the database, needed for the view of a shop.
pub struct ShopFacts {
    /// By account.
    pub counts: HashMap<AccountId, ListingCounts>,
    /// Open updates by account.
    pub waiting: HashMap<AccountId, u64>,
    /// By account.
    pub ages: HashMap<String, TokenAge>,
    /// The shops with a first token in the accounts file; `None` if that cannot be read.
    pub first_tokens: Option<HashSet<AccountId>>,
    /// How long before their expiry tokens are reported.
    pub warned_before: TimeDelta,
}

#[derive(Debug, Serialize)]
pub struct LaneView {
    pub lane: String,
    /// Time between two requests; `None` for a lane with quotas per hour and day.
    pub period_seconds: Option<f64>,
    /// That of the settings; `None` if it is unknown.
    pub configured_seconds: Option<f64>,
    /// That of Amazon's last header, if there was one.
    pub header_seconds: Option<f64>,
    /// The header would stop the lane, and is not followed that far.
    pub nearly_stopped: bool,
    /// Only if it is in the future: until then Amazon's header raises no rate.
    pub default_until: Option<DateTime<Utc>>,
    /// Since when Amazon refuses every request.
    pub refused_since: Option<DateTime<Utc>>,
    pub used_this_hour: u32,
    pub used_today: u32,
    /// Only if it is in the future.
    pub closed_until: Option<DateTime<Utc>>,
}

impl StatusView {
    /// Whether no shop has anything to keep up to date.
    pub fn has_no_listing(&self) -> bool {
        self.accounts
            .iter()
            .all(|shop| shop.listed + shop.held == 0)
    }
}

impl ShopFacts {
    fn is_never_authorised(&self, shop: &AccountRow) -> bool {
        if shop.reauthorise_since.is_some() {
            return shop.reauthorise_why.as_deref() == Some(NEVER_AUTHORISED);
        }
        let without = |first: &HashSet<AccountId>| !first.contains(&shop.id);
        shop.active
            && !self.ages.contains_key(shop.id.as_str())
            && self.first_tokens.as_ref().is_some_and(without)
    }
}

impl OpenRun {
    pub fn of(run: &RunRow, progress: &RunView) -> Self {
        let counted = |done, all| StepProgress { done, all };
        Self {
            run_id: run.id,
            kind: run.kind,
            state: run.state,
            dry_run: run.dry_run,
            started_at: run.started_at,
            batches: counted(progress.batches_done, progress.batches),
            misses: counted(progress.misses_done, progress.misses),
            updates: counted(progress.updates_done, progress.updates),
            held_back: progress.held_back,
        }
    }
}

impl PastRun {
    pub fn of(run: &RunRow) -> Self {
        Self {
            run_id: run.id,
            kind: run.kind,
            state: run.state,
            dry_run: run.dry_run,
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }
}

impl ShopStatus {
    pub fn of(shop: &AccountRow, facts: &ShopFacts, now: DateTime<Utc>) -> Self {
        let counts = facts.counts.get(&shop.id).copied().unwrap_or_default();
        let waiting = facts.waiting.get(&shop.id).copied().unwrap_or_default();
        let ends = facts.ages.get(shop.id.as_str()).map(TokenAge::ends_at);
        Self {
            id: shop.id.clone(),
            name: shop.name.clone(),
            active: shop.active,
            listed: counts.listed,
            pending: counts.pending,
            held: counts.held,
            waiting,
            parked_until: lasting(shop.parked_until, LONGEST_PARK, now),
            reauthorise_since: shop.reauthorise_since,
            reauthorise_why: shop.reauthorise_why.clone(),
            refused_since: shop.refused.as_ref().map(|(since, _)| *since),
            refused: shop.refused.clone().map(|(_, refusal)| refusal),
            proxy_failed_since: shop.proxy_failed_since,
            tokens_refused_since: shop.tokens_refused_since,
            never_authorised: facts.is_never_authorised(shop),
            tokens_end_at: ends.filter(|ends| *ends - now <= facts.warned_before),
            tokens_ended: ends.is_some_and(|ends| ends <= now),
        }
    }
}

impl LaneView {
    pub fn of(lane: &str, memory: &LaneMemory, now: DateTime<Utc>) -> Self {
        const HOUR_MS: i64 = 3_600_000;
        let now_ms = now.timestamp_millis();
        let within = |start: i64, length: i64| (start..start + length).contains(&now_ms);
        let used = |counts: bool, used: u32| if counts { used } else { 0 };
        let pace = memory.pace;
        let refusals = memory.refusals.filter(|refusals| refusals.are_told(now));
        Self {
            lane: lane.to_owned(),
            period_seconds: seconds(pace.period),
            configured_seconds: seconds(pace.configured),
            header_seconds: seconds(pace.header),
            nearly_stopped: pace.is_nearly_stopped(),
            default_until: lasting(
                DateTime::from_timestamp_micros(pace.default_until),
                TimeDelta::hours(1),
                now,
            ),
            refused_since: refusals.map(|refusals| refusals.since),
            used_this_hour: used(within(memory.hour_ms, HOUR_MS), memory.hour_used),
            used_today: used(within(memory.day_ms, 24 * HOUR_MS), memory.day_used),
            closed_until: DateTime::from_timestamp_millis(memory.closed_until_ms)
                .filter(|until| *until > now),
        }
    }
}

fn seconds(period: Micros) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a period is far below 2^52 us")]
    let seconds = period as f64 / 1e6;
    (period > 0).then_some(seconds)
}
