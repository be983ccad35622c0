//! Runs: their start, barrier and end; queries; reports.

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
    /// Limited to this many ASINs.
    pub max_items: Option<usize>,
    /// Whether the shop is not changed.
    pub dry_run: bool,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its batches; the first has number 1.
    pub batches: Vec<AsinBatch>,
    /// How much it may hide before it is held for a person.
    pub guard: MassChangeGuard,
}

/// A registration to start: its run, and the ASINs that need no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegistration {
    /// The run that requests the unknown ASINs.
    pub run: NewRun,
    /// The shop.
    pub account: AccountId,
    /// Known ASINs, which get their pending listing with the start.
    pub known: Vec<Asin>,
}

/// Why a run did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One of the same kind is open.
    #[error("run {0} of the same kind is still open")]
    AlreadyOpen(RunId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The row of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Its state.
    pub state: RunState,
    /// Restricted to this account.
    pub account: Option<AccountId>,
    /// Whether the shop is not changed.
    pub dry_run: bool,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its end.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The open rows of a run, whose messages are to be sent, possibly again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// How far it is.
    pub progress: RunProgress,
    /// Batches that are not recorded yet.
    pub batches: Vec<u32>,
    /// Shops that are still being read: the number in the run and the next step.
    pub reads: Vec<(u32, u32)>,
    /// Updates that are queued: the listing, the version of its desired state, its urgency.
    pub updates: Vec<(ListingId, i64, Urgency)>,
}

/// The counts of a run, to show its progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunView {
    /// Its kind.
    pub kind: RunKind,
    /// Its state.
    pub state: RunState,
    /// Batches in all.
    pub batches: u64,
    /// Batches that are recorded.
    pub batches_done: u64,
    /// Misses in all.
    pub misses: u64,
    /// Misses that the backfill fetched or gave up.
    pub misses_done: u64,
    /// Updates in all.
    pub updates: u64,
    /// Updates that are settled.
    pub updates_done: u64,
    /// Of those, updates that the guard holds for a person.
    pub held_back: u64,
}

/// The cost of one request, added to the run's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestCost {
    /// Answered requests.
    pub requests: u32,
    /// Of the requests of the backfill.
    pub backfill_requests: u32,
    /// Requests that a quota refused.
    pub refused: u32,
    /// Waiting time for permits, in milliseconds.
    pub waited_ms: i64,
    /// Lane time that the permits used, in microseconds.
    pub lane_us: i64,
}

impl RequestCost {
    /// The sum of both.
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

/// Starts, advances and ends runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Writes the run and its batches in one transaction.
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyOpen`] when a run of the same kind is open; nothing is written then.
    async fn start_run(&self, run: &NewRun) -> Result<(), StartError>;

    /// Writes the run, its batches, and a `pending` listing for each known ASIN that has none in
    /// the account, in one transaction; returns how many listings.
    ///
    /// # Errors
    ///
    /// As [`RunStore::start_run`]; nothing is written then.
    async fn start_registration(&self, new: &NewRegistration) -> Result<u64, StartError>;

    /// The barrier: moves a run whose batches are all recorded from running to backfilling. Only
    /// one caller gets `true`.
    async fn begin_backfill(&self, id: RunId) -> Result<bool, StoreError>;

    /// Ends the backfill, which has nothing left to fetch. Idempotent. Releases what the guard
    /// holds when the run as a whole is no mass change ([`Guarding::Lifted`]).
    ///
    /// [`Guarding::Lifted`]: crate::domain::guard::Guarding::Lifted
    async fn end_backfill(&self, id: RunId, at: DateTime<Utc>) -> Result<RunProgress, StoreError>;

    /// Closes a run without open or held work. Only one caller gets `true`.
    async fn close_run(&self, id: RunId, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Ends an open run without completing it; drops what its guard holds, as
    /// [`GuardStore::cancel_run`] does. Only one caller gets `true`.
    ///
    /// [`GuardStore::cancel_run`]: super::GuardStore::cancel_run
    async fn fail_run(&self, id: RunId, why: &str, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Adds the cost of a request that left nothing to record. `id` identifies the request: it is
    /// counted once, however often it is passed.
    async fn count(&self, run: RunId, id: Uuid, cost: RequestCost) -> Result<(), StoreError>;
}

/// Reads runs.
#[async_trait]
pub trait RunQueries: Send + Sync {
    /// The run; `None` for an unknown id.
    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError>;

    /// The newest runs, newest first; only open ones with `open_only`.
    async fn runs(&self, open_only: bool, limit: u32) -> Result<Vec<RunRow>, StoreError>;

    /// The newest run of this kind, open or not.
    async fn last_of_kind(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError>;

    /// The newest run of this kind over all that there is: not a dry run, not limited to an account or a
    /// number of ASINs, and not one of a time when nothing was listed.
    async fn last_whole_run(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError>;

    /// The open rows of the run.
    async fn open_work(&self, id: RunId) -> Result<OpenWork, StoreError>;

    /// A part of the open rows, without updates: the first `limit` batches and shops with a number
    /// above `after`. A shop that is parked at `now` is left out.
    async fn open_parts(
        &self,
        id: RunId,
        now: DateTime<Utc>,
        after: u32,
        limit: u32,
    ) -> Result<OpenWork, StoreError>;

    /// The counts of the run.
    async fn run_view(&self, id: RunId) -> Result<RunView, StoreError>;
}

/// Computes and keeps reports.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// The report: the stored one of an ended run, or else computed from the rows at `now`; `None`
    /// for an unknown id.
    async fn report(&self, id: RunId, now: DateTime<Utc>) -> Result<Option<Report>, StoreError>;

    /// The newest runs whose id begins with `prefix`, newest first: lower-case hexadecimal digits and
    /// hyphens, as an id is printed.
    async fn runs_like(&self, prefix: &str, limit: u32) -> Result<Vec<RunRow>, StoreError>;

    /// Keeps the report of an ended run, so that it outlives the run's rows. Idempotent.
    async fn keep_report(&self, report: &Report) -> Result<(), StoreError>;
}
