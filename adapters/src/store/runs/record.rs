//! One answer written down: the transaction that closes a batch, or a part of the backfill.

use super::guard;
use super::record_rows::Rows;
use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{Database, Prepared, commit, row, run};
use crate::store::db::failure::failed;
use crate::store::db::statement::{Statement, statement};
use crate::store::listings::pending;
use serde::Serialize;
use shared::domain::guard::Guarding;
use shared::domain::run::{RunId, RunKind, RunProgress, RunState};
use shared::ports::store::{Part, Record, RequestCost, StoreError};
use sqlx::AnyConnection;
use uuid::Uuid;

statement!(CLOSE_BATCH, "runs/close_batch.sql");
statement!(ADD_COST, "runs/add_cost.sql");
statement!(PRODUCTS, "runs/record_products.sql");
statement!(INFOS, "runs/record_infos.sql");
statement!(OBSERVATIONS, "runs/record_observations.sql");
statement!(OUTCOMES, "runs/record_outcomes.sql");
statement!(OPEN_MISSES, "runs/record_misses.sql");
statement!(SETTLE_MISSES, "runs/settle_misses.sql");
statement!(DESIRED, "runs/record_desired.sql");
statement!(UPDATES, "runs/record_updates.sql");
statement!(PROGRESS, "runs/progress.sql");

/// Writes `record`, or nothing when its batch or its run is closed.
///
/// The progress is read when the record stands. Of two that end the run between them, each may be
/// blind to what the other has not committed yet; the later one to commit then sees both.
pub(crate) async fn write(db: &Database, record: &Record) -> Result<RunProgress, StoreError> {
    let rows = Rows::of(record);
    let mut writer = db.writer().await?;
    let mut transaction = db.begin(&mut writer).await?;
    let mut guard = Guarding::Quiet;
    if open(db, &mut transaction, record).await? {
        put_all(db, &mut transaction, record, &rows).await?;
        if hides(record) {
            guard = guard::judge(db, &mut transaction, record.run, record.at).await?;
        }
        commit(transaction).await?;
    } else {
        transaction.rollback().await.map_err(failed)?;
    }
    let mut progress = progress(db, &mut writer, record.run).await?;
    if matches!(guard, Guarding::Tripped { .. }) {
        progress.guard = guard;
    }
    Ok(progress)
}

/// Whether the record takes something out of a shop's window.
pub(crate) fn hides(record: &Record) -> bool {
    let mut verdicts = record.asins.iter().flat_map(|asin| &asin.listings);
    verdicts.any(|verdict| verdict.update.is_some() && !verdict.desired.visible)
}

/// What the record says, one statement a table.
async fn put_all(
    db: &Database,
    on: &mut AnyConnection,
    record: &Record,
    rows: &Rows<'_>,
) -> Result<(), StoreError> {
    let (id, at) = (record.run.to_string(), instant(record.at));
    put(db, on, &PRODUCTS, &rows.products, |query| query).await?;
    put(db, on, &INFOS, &rows.infos, |query| query).await?;
    put(db, on, &OBSERVATIONS, &rows.observations, |query| {
        query.bind(at.clone())
    })
    .await?;
    let batch = match record.part {
        Part::Batch(no) | Part::GivenUp(no) => Some(i64::from(no)),
        Part::Backfill => None,
    };
    put(db, on, &OUTCOMES, &rows.outcomes, |query| {
        query.bind(id.clone()).bind(batch)
    })
    .await?;
    let misses = match record.part {
        Part::Backfill => &SETTLE_MISSES,
        Part::Batch(_) | Part::GivenUp(_) => &OPEN_MISSES,
    };
    if record.part == Part::Backfill || record.asins.iter().any(|asin| asin.miss.is_some()) {
        put(db, on, misses, &rows.misses, |query| query.bind(id.clone())).await?;
    }
    put_verdicts(db, on, record, rows).await
}

/// What becomes of the listings: their desired states, and the updates that are due.
pub(crate) async fn put_verdicts(
    db: &Database,
    on: &mut AnyConnection,
    record: &Record,
    rows: &Rows<'_>,
) -> Result<(), StoreError> {
    let (id, at) = (record.run.to_string(), instant(record.at));
    put(db, on, &DESIRED, &rows.desired, |query| {
        query.bind(at.clone())
    })
    .await?;
    put(db, on, &UPDATES, &rows.updates, |query| {
        query.bind(id.clone()).bind(at.clone())
    })
    .await?;
    for (account, asins) in &rows.pending {
        pending::add(db, on, account, asins, record.at).await?;
    }
    Ok(())
}

/// Takes the record in if it is still to be written: the batch is closed by it, and the cost counted.
/// From then on the run cannot be closed until this transaction ends; records of other parts go on
/// meanwhile.
async fn open(db: &Database, on: &mut AnyConnection, record: &Record) -> Result<bool, StoreError> {
    let (no, state) = match record.part {
        Part::Batch(no) => (no, "done"),
        Part::GivenUp(no) => (no, "given_up"),
        Part::Backfill => return add_cost(db, on, record.run, record.id, record.cost).await,
    };
    let close = db
        .query(&CLOSE_BATCH)
        .bind(record.run.to_string())
        .bind(i64::from(no))
        .bind(state)
        .bind(instant(record.at));
    Ok(run(on, close).await? > 0 && add_cost(db, on, record.run, record.id, record.cost).await?)
}

/// Adds what `id` cost to an open run; `false` when the run is not open, or `id` was added before.
pub(crate) async fn add_cost(
    db: &Database,
    on: &mut AnyConnection,
    run_id: RunId,
    id: Uuid,
    cost: RequestCost,
) -> Result<bool, StoreError> {
    let add = db
        .query(&ADD_COST)
        .bind(run_id.to_string())
        .bind(id.to_string())
        .bind(i64::from(cost.requests))
        .bind(i64::from(cost.backfill_requests))
        .bind(i64::from(cost.refused))
        .bind(cost.waited_ms)
        .bind(cost.lane_us);
    Ok(run(on, add).await? > 0)
}

pub(crate) async fn put(
    db: &Database,
    on: &mut AnyConnection,
    statement: &'static Statement,
    rows: &[impl Serialize],
    bind: impl FnOnce(Prepared) -> Prepared,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let query = bind(db.query(statement).bind(json(&rows)?));
    run(on, query).await?;
    Ok(())
}

/// How far the run is, as the connection sees it.
pub(crate) async fn progress(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<RunProgress, StoreError> {
    let query = db.query(&PROGRESS).bind(id.to_string());
    let row = row(on, query).await?.ok_or_else(|| unknown(id))?;
    Ok(RunProgress {
        kind: row.word("kind", RunKind::from_word)?,
        state: row.word("state", RunState::from_word)?,
        batches_open: row.yes("batches_open")?,
        backfilled: row.yes("backfilled")?,
        updates_open: row.yes("updates_open")?,
        guard: if row.yes("holding")? {
            Guarding::Holding
        } else {
            Guarding::Quiet
        },
    })
}

/// A run that was asked for by an id that no row has.
pub(crate) fn unknown(id: RunId) -> StoreError {
    StoreError::Damaged(format!("there is no run {id}"))
}
