//! The guard against a broken answer, kept in rows: what a run hides is counted and held within the
//! transaction that would queue it.
//!
//! Locks are taken in one order: the run's row, its guard's row, its updates. A transaction that
//! holds one of them never waits for an earlier one, so there is no deadlock.

use super::progress::{may_end, settle_costs};
use super::shop_reads::{holds_shops, release_shops};
use crate::store::SqlStore;
use crate::store::db::Session;
use crate::store::db::{StoredRow, commit, one, read_first, row, run, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::AsinBatch;
use shared::domain::guard::{Guarding, MassChangeGuard};
use shared::domain::report::{Guarded, HoldDecision};
use shared::domain::run::{RunId, RunState};
use shared::ports::store::{GuardStore, StoreError};

statement!(LISTED, "runs/count_listed.sql");
statement!(START, "runs/start_guard.sql");
statement!(LOCK_GUARD, "runs/lock_guard.sql");
statement!(LOCK_RUN, "runs/lock_run.sql");
statement!(SUSPECTS, "runs/count_hides.sql");
statement!(ANSWERED, "runs/count_answered.sql");
statement!(TRIP, "runs/trip_guard.sql");
statement!(DECIDE, "runs/decide_guard.sql");
statement!(HOLD, "runs/hold_hides.sql");
statement!(RELEASE, "runs/release_hides.sql");
statement!(DROP, "runs/drop_hides.sql");
statement!(CANCEL_UPDATES, "runs/cancel_updates.sql");
statement!(CANCEL_OLDER, "runs/cancel_older_updates.sql");
statement!(DESIRE_SENT, "runs/desire_sent.sql");
statement!(KEEP_SHOWN, "runs/keep_shown.sql");
statement!(HOLD_RUN, "runs/hold_run.sql");
statement!(RESUME_RUN, "runs/resume_run.sql");
statement!(CANCEL, "runs/cancel_run.sql");
statement!(FORGET_INVALID, "invalid_asins/forget_of_run.sql");
statement!(REPORT, "runs/report_guard.sql");

/// Writes how much a new run may hide in the shop of `account`, or in all active ones.
pub(crate) async fn start(
    on: &mut dyn Session,
    id: RunId,
    guard: MassChangeGuard,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    // Whether there are more than the count is all that matters.
    let enough = i64::from(guard.count).saturating_add(1);
    let listed = one(on, LISTED.bind(account).bind(enough)).await?;
    let guard = guard.in_shops_of(listed.count("listed")?);
    let start = START.bind(id).bind(guard.percent).bind(guard.count);
    run(on, start).await.map(drop)
}

/// A guard without a decision. Its row is locked until the transaction ends.
struct UndecidedGuard {
    allowed: MassChangeGuard,
    tripped: bool,
}

/// `None` when it was decided, or when the run is older than guards.
async fn lock_undecided(
    on: &mut dyn Session,
    id: RunId,
) -> Result<Option<UndecidedGuard>, StoreError> {
    read_first(on, LOCK_GUARD.bind(id), |row| {
        Ok(UndecidedGuard {
            allowed: MassChangeGuard {
                percent: row.small("allowed_percent")?,
                count: row.small("allowed_count")?,
            },
            tripped: row.yes("tripped")?,
        })
    })
    .await
}

/// Trips the guard once more ASINs look broken than it allows of what was answered so far; holds what the
/// run hides, once the hides alone are more. ASINs that Amazon calls invalid stay as they are, so that a
/// mass of them keeps no sold-out product on sale.
///
/// Called after the rows of a record that hides something are written. Transactions that call it
/// for the same run wait for each other at the guard's row.
pub(crate) async fn judge(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
) -> Result<Guarding, StoreError> {
    let Some(guard) = lock_undecided(on, id).await? else {
        return Ok(Guarding::Quiet);
    };
    let counted = suspects(on, id).await?;
    let mut guarding = Guarding::Holding;
    if !(guard.tripped && counted.holding) {
        let broken = counted.hides + counted.invalid;
        // The cheaper check first: it is enough for most runs.
        if !guard.allowed.trips(broken, 0) {
            return Ok(Guarding::Quiet);
        }
        let (_, answered) = asins(on, id).await?;
        // A backfill, or a shop that is read back, answers outside of the batches.
        let answered = answered.max(broken);
        if !guard.tripped && guard.allowed.trips(broken, answered) {
            run(on, TRIP.bind(id).bind(at)).await?;
        }
        if !guard.allowed.trips(counted.hides, answered) {
            return Ok(Guarding::Quiet);
        }
        let hides = counted.hides;
        guarding = Guarding::Tripped { hides, answered };
    }
    run(on, HOLD.bind(id)).await?;
    Ok(guarding)
}

/// Trips the guard when a shop lacks more of its listings than is allowed. `false` when it lacks
/// fewer, or when a person has already released the run.
pub(crate) async fn judge_missing(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
    (missing, listed): (u64, u64),
) -> Result<bool, StoreError> {
    let guard = lock_undecided(on, id).await?;
    let too_many = guard.is_some_and(|guard| {
        let allowed = guard.allowed.in_shops_of(listed);
        allowed.trips(missing, listed)
    });
    if too_many {
        run(on, TRIP.bind(id).bind(at)).await?;
    }
    Ok(too_many)
}

/// At the end of a run: releases what its guard holds when the run as a whole is no mass change,
/// because the hides came close together, or because the backfill found the items in stock.
pub(crate) async fn reconsider(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let guard = lock_undecided(on, id).await?;
    let Some(guard) = guard.filter(|guard| guard.tripped) else {
        return Ok(false);
    };
    if holds_shops(on, id).await? {
        return Ok(false);
    }
    let counted = suspects(on, id).await?;
    let (all, _) = asins(on, id).await?;
    if guard.allowed.trips(counted.hides + counted.invalid, all) {
        return Ok(false);
    }
    decide(on, id, at, HoldDecision::Lifted).await?;
    run(on, RELEASE.bind(id).bind(at)).await?;
    Ok(true)
}

/// Drops the held updates of a run that ends: its listings stay as the shop shows them. Returns how
/// many.
pub(crate) async fn drop_held(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
    why: HoldDecision,
) -> Result<u64, StoreError> {
    decide(on, id, at, why).await?;
    run(on, KEEP_SHOWN.bind(id).bind(at)).await?;
    run(on, DROP.bind(id).bind(at)).await
}

/// Ends a run: drops its updates that were not begun, of which it returns the number, with the older ones of
/// the same listings, and its marks of invalid ASINs, since its answers may be broken.
pub(crate) async fn cancel(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let held = drop_held(on, id, at, HoldDecision::Cancelled).await?;
    let dropped = held + run(on, CANCEL_UPDATES.bind(id).bind(at)).await?;
    run(on, CANCEL_OLDER.bind(id).bind(at)).await?;
    run(on, DESIRE_SENT.bind(id).bind(at)).await?;
    run(on, FORGET_INVALID.bind(id)).await?;
    run(on, CANCEL.bind(id).bind(at)).await?;
    settle_costs(on, id).await?;
    Ok(dropped)
}

/// The guard's section of the report.
pub(crate) async fn report(on: &mut dyn Session, id: RunId) -> Result<Option<Guarded>, StoreError> {
    let Some(found) = row(on, REPORT.bind(id)).await? else {
        return Ok(None);
    };
    let counted = suspects(on, id).await?;
    Ok(Some(Guarded {
        hides: counted.hides,
        invalid: counted.invalid,
        allowed_percent: found.small("allowed_percent")?,
        allowed_count: found.small("allowed_count")?,
        held: found.count("held")?,
        gone: found.count("gone")?,
        tripped_at: found.at("tripped_at")?,
        decided_at: found.maybe_at("decided_at")?,
        decision: found.maybe_word("decision", HoldDecision::from_word)?,
    }))
}

async fn decide(
    on: &mut dyn Session,
    id: RunId,
    at: DateTime<Utc>,
    decision: HoldDecision,
) -> Result<(), StoreError> {
    let decide = DECIDE.bind(id).bind(at).bind(decision.as_str());
    run(on, decide).await.map(drop)
}

/// ASINs whose answers may be broken.
struct Suspects {
    /// The run hides them.
    hides: u64,
    /// The run has marked them as invalid.
    invalid: u64,
    /// Hides of the run are held.
    holding: bool,
}

async fn suspects(on: &mut dyn Session, id: RunId) -> Result<Suspects, StoreError> {
    let found = one(on, SUSPECTS.bind(id)).await?;
    Ok(Suspects {
        hides: found.count("hides")?,
        invalid: found.count("invalid")?,
        holding: found.yes("holding")?,
    })
}

/// All ASINs of the run, and how many were answered.
async fn asins(on: &mut dyn Session, id: RunId) -> Result<(u64, u64), StoreError> {
    let found = one(on, ANSWERED.bind(id).bind(AsinBatch::MAX_LEN)).await?;
    let answered = found.number("answered")?.max(0);
    Ok((found.count("asins")?, answered.unsigned_abs()))
}

/// Locks the run's row, and returns whether something of the run is held for a person to decide.
/// Until the transaction ends, no other one decides.
async fn lock_held(on: &mut dyn Session, id: RunId) -> Result<bool, StoreError> {
    row(on, LOCK_RUN.bind(id)).await?;
    let guard = lock_undecided(on, id).await?;
    Ok(guard.is_some_and(|guard| guard.tripped))
}

#[async_trait]
impl GuardStore for SqlStore {
    /// Locks the run's row first, as closing a run does.
    async fn hold_run(&self, id: RunId) -> Result<bool, StoreError> {
        let mut writer = self.db.writer().await?;
        if !may_end(&mut writer, id).await? {
            return Ok(false);
        }
        let mut transaction = self.db.begin(&mut writer).await?;
        row(&mut transaction, LOCK_RUN.bind(id)).await?;
        let moved = run(&mut transaction, HOLD_RUN.bind(id)).await?;
        commit(transaction).await?;
        Ok(moved > 0)
    }

    async fn release_run(&self, id: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        if !lock_held(&mut transaction, id).await? {
            return Ok(None);
        }
        decide(&mut transaction, id, at, HoldDecision::Released).await?;
        let released = run(&mut transaction, RELEASE.bind(id).bind(at)).await?;
        release_shops(&mut transaction, id).await?;
        run(&mut transaction, RESUME_RUN.bind(id)).await?;
        commit(transaction).await?;
        Ok(Some(released))
    }

    /// Locks the run's row first: this waits for every record of the run, and later ones find it ended.
    async fn cancel_run(&self, id: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let state = |row: &StoredRow| row.word("state", RunState::from_word);
        let state = read_first(&mut transaction, LOCK_RUN.bind(id), state).await?;
        if !state.is_some_and(RunState::is_open) {
            return Ok(None);
        }
        let dropped = cancel(&mut transaction, id, at).await?;
        commit(transaction).await?;
        Ok(Some(dropped))
    }
}
