//! Writes one answer: the transaction that closes a batch, or a part of the backfill.

use super::decisions::{concern_the_guard, put_decisions};
use super::guard;
use super::progress::{add_cost, progress};
use super::record_rows::RecordRows;
use crate::store::db::Session;
use crate::store::db::{Database, commit, failed, put, row, run, statement};
use shared::domain::guard::Guarding;
use shared::ports::store::{AnswerRecorded, Record, RecordPart, StoreError};

statement!(CLOSE_BATCH, "runs/close_batch.sql");
statement!(PRODUCTS, "runs/record_products.sql");
statement!(INFOS, "runs/record_infos.sql");
statement!(OBSERVATIONS, "runs/record_observations.sql");
statement!(OUTCOMES, "runs/record_outcomes.sql");
statement!(OPEN_MISSES, "runs/record_misses.sql");
statement!(IS_WRITTEN, "runs/is_written.sql");
statement!(SETTLE_MISSES, "runs/settle_misses.sql");

/// Writes `record`, or nothing when its batch or its run is closed.
///
/// The progress is read after the commit. When two records complete the run together, neither sees
/// what the other has not committed yet; so the one that commits last sees both.
pub(crate) async fn write(db: &Database, record: &Record) -> Result<AnswerRecorded, StoreError> {
    let rows = RecordRows::of(record);
    let mut writer = db.writer().await?;
    let mut transaction = db.begin(&mut writer).await?;
    let mut guard = Guarding::Quiet;
    let mut written = open(&mut transaction, record).await?;
    if written {
        put_all(&mut transaction, record, &rows).await?;
        if concern_the_guard(record) {
            guard = guard::judge(&mut transaction, record.run, record.at).await?;
        }
        commit(transaction).await?;
    } else {
        transaction.rollback().await.map_err(failed)?;
        written = is_written(&mut writer, record).await?;
    }
    let mut progress = progress(&mut writer, record.run).await?;
    if matches!(guard, Guarding::Tripped { .. }) {
        progress.guard = guard;
    }
    Ok(AnswerRecorded { written, progress })
}

/// The contents of the record, one statement for each table.
async fn put_all(
    on: &mut dyn Session,
    record: &Record,
    rows: &RecordRows<'_>,
) -> Result<(), StoreError> {
    let (id, at) = (record.run, record.at);
    put(on, &PRODUCTS, &rows.products, |query| query).await?;
    put(on, &INFOS, &rows.infos, |query| query).await?;
    put(on, &OBSERVATIONS, &rows.observations, |query| {
        query.bind(at)
    })
    .await?;
    let batch = match record.part {
        RecordPart::Batch(no) | RecordPart::GivenUp(no) => Some(no),
        RecordPart::Backfill => None,
    };
    put(on, &OUTCOMES, &rows.outcomes, |query| {
        query.bind(id).bind(batch)
    })
    .await?;
    let misses = match record.part {
        RecordPart::Backfill => &SETTLE_MISSES,
        RecordPart::Batch(_) | RecordPart::GivenUp(_) => &OPEN_MISSES,
    };
    if batch.is_none() || record.asins.iter().any(|asin| asin.miss.is_some()) {
        put(on, misses, &rows.misses, |query| query.bind(id)).await?;
    }
    put_decisions(on, record, rows).await
}

/// Closes the record's batch and counts its cost; `false` when the record is not to be written: it
/// was written before, or its run is closed. From then on the run cannot be closed until this
/// transaction ends; records of other parts are not blocked meanwhile.
async fn open(on: &mut dyn Session, record: &Record) -> Result<bool, StoreError> {
    let (no, state) = match record.part {
        RecordPart::Batch(no) => (no, "done"),
        RecordPart::GivenUp(no) => (no, "given_up"),
        RecordPart::Backfill => return add_cost(on, record.run, record.id, record.cost).await,
    };
    let close = CLOSE_BATCH
        .bind(record.run)
        .bind(no)
        .bind(state)
        .bind(record.at);
    Ok(run(on, close).await? > 0 && add_cost(on, record.run, record.id, record.cost).await?)
}

/// Whether an earlier call has written this record: the answer of its commit was lost. No longer known once the run
/// has ended.
async fn is_written(on: &mut dyn Session, record: &Record) -> Result<bool, StoreError> {
    let known = IS_WRITTEN.bind(record.run).bind(record.id);
    Ok(row(on, known).await?.is_some())
}
