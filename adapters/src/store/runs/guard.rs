//! The guard against a broken answer, kept in rows: what a run hides is counted and held within the
//! transaction that would queue it.
//!
//! Locks are taken in one order: the run's row, its guard's row, its updates. Nobody who holds one of
//! them waits for an earlier one, so they never wait in a circle.

use super::lifecycle::settle_costs;
use super::reconcile;
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant};
use crate::store::db::database::{Database, commit, one, row, run};
use crate::store::db::statement::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::asin::AsinBatch;
use shared::domain::guard::{Guarding, MassChangeGuard};
use shared::domain::report::{Guarded, HoldDecision};
use shared::domain::run::RunId;
use shared::ports::store::{GuardStore, StoreError};
use sqlx::AnyConnection;

statement!(START, "runs/start_guard.sql");
statement!(LOCK_GUARD, "runs/lock_guard.sql");
statement!(LOCK_RUN, "runs/lock_run.sql");
statement!(HIDES, "runs/count_hides.sql");
statement!(ANSWERED, "runs/count_answered.sql");
statement!(TRIP, "runs/trip_guard.sql");
statement!(DECIDE, "runs/decide_guard.sql");
statement!(HOLD, "runs/hold_hides.sql");
statement!(LET_GO, "runs/let_hides_go.sql");
statement!(DROP, "runs/drop_hides.sql");
statement!(KEEP_SHOWN, "runs/keep_shown.sql");
statement!(HOLD_RUN, "runs/hold_run.sql");
statement!(GO_ON, "runs/go_on_run.sql");
statement!(CANCEL, "runs/cancel_run.sql");
statement!(REPORT, "runs/report_guard.sql");

/// Writes down what a new run may hide.
pub(crate) async fn start(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    guard: MassChangeGuard,
) -> Result<(), StoreError> {
    let start = db.query(&START).bind(id.to_string());
    let start = start
        .bind(i64::from(guard.percent))
        .bind(i64::from(guard.count));
    run(on, start).await?;
    Ok(())
}

/// A guard that has not been decided about, its row kept until the transaction ends.
struct Watch {
    allowed: MassChangeGuard,
    tripped: bool,
}

/// `None` when it was decided about, or when the run began before there were guards.
async fn watch(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<Option<Watch>, StoreError> {
    let found = row(on, db.query(&LOCK_GUARD).bind(id.to_string())).await?;
    found
        .map(|row| {
            Ok(Watch {
                allowed: MassChangeGuard {
                    percent: row.small("allowed_percent")?,
                    count: row.small("allowed_count")?,
                },
                tripped: row.yes("tripped")?,
            })
        })
        .transpose()
}

/// Holds what the run hides, once that is more than its guard allows of what was answered so far. Asked
/// after the rows of a record that hides something are written; the others take turns behind it.
pub(crate) async fn judge(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    at: DateTime<Utc>,
) -> Result<Guarding, StoreError> {
    let Some(watch) = watch(db, on, id).await? else {
        return Ok(Guarding::Quiet);
    };
    let mut guarding = Guarding::Holding;
    if !watch.tripped {
        let hides = hides(db, on, id).await?;
        // The smaller question first: most runs never come near it.
        if !watch.allowed.trips(hides, 0) {
            return Ok(Guarding::Quiet);
        }
        let (_, answered) = asins(db, on, id).await?;
        if !watch.allowed.trips(hides, answered) {
            return Ok(Guarding::Quiet);
        }
        let trip = db.query(&TRIP).bind(id.to_string()).bind(instant(at));
        run(on, trip).await?;
        guarding = Guarding::Tripped { hides, answered };
    }
    run(on, db.query(&HOLD).bind(id.to_string())).await?;
    Ok(guarding)
}

/// Trips the guard for a shop that lacks more of its listings than is allowed; `false` when it is not
/// more, or when a person has let the run go.
pub(crate) async fn judge_missing(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    at: DateTime<Utc>,
    (missing, listed): (u64, u64),
) -> Result<bool, StoreError> {
    let watch = watch(db, on, id).await?;
    let too_many = watch.is_some_and(|watch| watch.allowed.trips(missing, listed));
    if too_many {
        let trip = db.query(&TRIP).bind(id.to_string()).bind(instant(at));
        run(on, trip).await?;
    }
    Ok(too_many)
}

/// At the end of a run: what its guard holds is let go when all of the run is no mass change, since the
/// many came close together, or the backfill has found them in stock.
pub(crate) async fn reconsider(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(watch) = watch(db, on, id).await?.filter(|watch| watch.tripped) else {
        return Ok(false);
    };
    if reconcile::holds_shops(db, on, id).await? {
        return Ok(false);
    }
    let hides = hides(db, on, id).await?;
    let (all, _) = asins(db, on, id).await?;
    if watch.allowed.trips(hides, all) {
        return Ok(false);
    }
    decide(db, on, id, at, HoldDecision::Lifted).await?;
    let let_go = db.query(&LET_GO).bind(id.to_string()).bind(instant(at));
    run(on, let_go).await?;
    Ok(true)
}

/// Drops what is held of a run that ends; its listings stay as they are shown. Returns how many.
pub(crate) async fn drop_held(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    at: DateTime<Utc>,
    why: HoldDecision,
) -> Result<u64, StoreError> {
    decide(db, on, id, at, why).await?;
    let keep = db.query(&KEEP_SHOWN).bind(id.to_string());
    run(on, keep.bind(instant(at))).await?;
    let dropped = db.query(&DROP).bind(id.to_string()).bind(instant(at));
    run(on, dropped).await
}

/// What the report says of it.
pub(crate) async fn report(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<Option<Guarded>, StoreError> {
    let Some(found) = row(on, db.query(&REPORT).bind(id.to_string())).await? else {
        return Ok(None);
    };
    Ok(Some(Guarded {
        hides: hides(db, on, id).await?,
        allowed_percent: found.small("allowed_percent")?,
        allowed_count: found.small("allowed_count")?,
        held: found.count("held")?,
        tripped_at: found.at("tripped_at")?,
        decided_at: found.maybe_at("decided_at")?,
        decision: found.maybe_word("decision", HoldDecision::from_word)?,
    }))
}

async fn decide(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    at: DateTime<Utc>,
    decision: HoldDecision,
) -> Result<(), StoreError> {
    let decide = db.query(&DECIDE).bind(id.to_string());
    run(on, decide.bind(instant(at)).bind(decision.as_str())).await?;
    Ok(())
}

async fn hides(db: &Database, on: &mut AnyConnection, id: RunId) -> Result<u64, StoreError> {
    one(on, db.query(&HIDES).bind(id.to_string()))
        .await?
        .count("hides")
}

/// All ASINs of the run, and how many of them were answered, at least.
async fn asins(db: &Database, on: &mut AnyConnection, id: RunId) -> Result<(u64, u64), StoreError> {
    let size = i64::try_from(AsinBatch::MAX_LEN).unwrap_or(i64::MAX);
    let query = db.query(&ANSWERED).bind(id.to_string()).bind(size);
    let found = one(on, query).await?;
    let answered = found.number("answered")?.max(0);
    Ok((found.count("asins")?, answered.unsigned_abs()))
}

#[async_trait]
impl GuardStore for SqlStore {
    /// The run's row is taken first, as by who closes it.
    async fn hold_run(&self, id: RunId) -> Result<bool, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let lock = self.db.query(&LOCK_RUN).bind(id.to_string());
        row(&mut transaction, lock).await?;
        let hold = self.db.query(&HOLD_RUN).bind(id.to_string());
        let moved = run(&mut transaction, hold).await?;
        commit(transaction).await?;
        Ok(moved > 0)
    }

    async fn release_run(&self, id: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        if !self.waits(&mut transaction, id).await? {
            return Ok(None);
        }
        decide(&self.db, &mut transaction, id, at, HoldDecision::Released).await?;
        let let_go = self.db.query(&LET_GO).bind(id.to_string());
        let released = run(&mut transaction, let_go.bind(instant(at))).await?;
        reconcile::let_shops_go(&self.db, &mut transaction, id).await?;
        let go_on = self.db.query(&GO_ON).bind(id.to_string());
        run(&mut transaction, go_on).await?;
        commit(transaction).await?;
        Ok(Some(released))
    }

    async fn cancel_run(&self, id: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        if !self.waits(&mut transaction, id).await? {
            return Ok(None);
        }
        let dropped =
            drop_held(&self.db, &mut transaction, id, at, HoldDecision::Cancelled).await?;
        let cancel = self.db.query(&CANCEL).bind(id.to_string());
        run(&mut transaction, cancel.bind(instant(at))).await?;
        settle_costs(&self.db, &mut transaction, id).await?;
        commit(transaction).await?;
        Ok(Some(dropped))
    }
}

impl SqlStore {
    /// Whether something of the run waits for a person; until the transaction ends nobody else decides.
    async fn waits(&self, on: &mut AnyConnection, id: RunId) -> Result<bool, StoreError> {
        let lock = self.db.query(&LOCK_RUN).bind(id.to_string());
        row(on, lock).await?;
        let watch = watch(&self.db, on, id).await?;
        Ok(watch.is_some_and(|watch| watch.tripped))
    }
}
