//! Runs: their start, their barrier, their end, their report.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::{Asin, AsinBatch};
use crate::domain::desired::Urgency;
use crate::domain::guard::MassChangeGuard;
use crate::domain::listing::ListingId;
use crate::domain::report::Report;
use crate::domain::run::{RunId, RunKind, RunProgress, RunState};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A run to start, with all of its batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Its id, drawn by the caller.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Restricted to this account.
    pub account: Option<AccountId>,
    /// Nothing goes to the shop.
    pub dry_run: bool,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its batches; the first has number 1.
    pub batches: Vec<AsinBatch>,
    /// What it may hide before a person is asked, until it has ended.
    pub guard: MassChangeGuard,
}

/// A registration to start: its run, and what needs no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegistration {
    /// The run that asks for what is not known.
    pub run: NewRun,
    /// The shop.
    pub account: AccountId,
    /// Known already: become listings to come with the start.
    pub known: Vec<Asin>,
}

/// Why a run did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One of the same kind is open.
    #[error("run {0} of the same kind is still open")]
    AlreadyOpen(RunId),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A run as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Where it stands.
    pub state: RunState,
    /// Restricted to this account.
    pub account: Option<AccountId>,
    /// Nothing goes to the shop.
    pub dry_run: bool,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its end.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The rows of a run that are open, for sending their messages (again).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// How far it is.
    pub progress: RunProgress,
    /// Batches that have not reported.
    pub batches: Vec<u32>,
    /// Shops that are still read: the number in the run and the step that is due.
    pub reads: Vec<(u32, u32)>,
    /// Updates that are queued: the listing, the version of its desired state, its urgency.
    pub updates: Vec<(ListingId, i64, Urgency)>,
}

/// Counts for whoever watches a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunView {
    /// Where it stands.
    pub state: RunState,
    /// Batches in all.
    pub batches: u64,
    /// Batches that have reported.
    pub batches_done: u64,
    /// Misses in all.
    pub misses: u64,
    /// Misses that the backfill has fetched or given up.
    pub misses_done: u64,
    /// Updates in all.
    pub updates: u64,
    /// Updates that are sent or settled otherwise.
    pub updates_done: u64,
    /// Of those, the ones that wait for a person, since they would hide too many at once.
    pub held_back: u64,
}

/// What one request cost, added to the run's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestCost {
    /// Answered requests.
    pub requests: u32,
    /// Of the requests of the backfill.
    pub backfill_requests: u32,
    /// Requests that a quota refused.
    pub refused: u32,
    /// Time spent waiting for permits, in milliseconds.
    pub waited_ms: i64,
    /// Time of the lane that the grants took, in microseconds.
    pub lane_us: i64,
}

impl RequestCost {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            backfill_requests: self.backfill_requests + other.backfill_requests,
            refused: self.refused + other.refused,
            waited_ms: self.waited_ms + other.waited_ms,
            lane_us: self.lane_us + other.lane_us,
        }
    }
}

/// Starts, watches and ends runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Writes the run and its batches in one transaction.
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyOpen`] when a run of the same kind is open; nothing is written then.
    async fn start_run(&self, run: &NewRun) -> Result<(), StartError>;

    /// Writes the run, its batches, and a `pending` listing for each known ASIN that has none in the
    /// account, in one transaction; returns how many listings.
    ///
    /// # Errors
    ///
    /// As [`RunStore::start_run`]; nothing is written then.
    async fn start_registration(&self, new: &NewRegistration) -> Result<u64, StartError>;

    /// The run; `None` for an id that is not known.
    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError>;

    /// The newest runs, newest first; only open ones if asked for.
    async fn runs(&self, open_only: bool, limit: u32) -> Result<Vec<RunRow>, StoreError>;

    /// The newest run of this kind, open or not.
    async fn last_of_kind(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError>;

    /// The open rows of the run.
    async fn open_work(&self, id: RunId) -> Result<OpenWork, StoreError>;

    /// Counts for a watcher.
    async fn run_view(&self, id: RunId) -> Result<RunView, StoreError>;

    /// The barrier: moves a run whose batches have all reported from running to backfilling. One
    /// caller gets `true`, however many ask.
    async fn begin_backfill(&self, id: RunId) -> Result<bool, StoreError>;

    /// The backfill has nothing left to fetch. Idempotent. What the guard holds is let go here when
    /// the whole run is no mass change ([`Guarding::Lifted`]).
    ///
    /// [`Guarding::Lifted`]: crate::domain::guard::Guarding::Lifted
    async fn end_backfill(&self, id: RunId, at: DateTime<Utc>) -> Result<RunProgress, StoreError>;

    /// Closes a run that has nothing open any more, and nothing held. One caller gets `true`.
    async fn close_run(&self, id: RunId, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Ends an open run without completing it; what the guard held of it is dropped, as by
    /// [`GuardStore::cancel_run`]. One caller gets `true`.
    ///
    /// [`GuardStore::cancel_run`]: super::GuardStore::cancel_run
    async fn fail_run(&self, id: RunId, why: &str, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Adds what a request cost that left nothing to record. `id` names the request: it is counted
    /// once, however often it is told.
    async fn count(&self, run: RunId, id: Uuid, cost: RequestCost) -> Result<(), StoreError>;

    /// The report: the stored one of an ended run, else computed from the rows at `now`.
    async fn report(&self, id: RunId, now: DateTime<Utc>) -> Result<Option<Report>, StoreError>;

    /// Keeps the report of an ended run beyond the life of its rows. Idempotent.
    async fn keep_report(&self, report: &Report) -> Result<(), StoreError>;
}
