//! How far a run is, and what it costs: the rows that all statements of a run share.

use crate::store::db::Session;
use crate::store::db::{StoredRow, row, run, statement};
use shared::domain::guard::Guarding;
use shared::domain::run::{RunId, RunKind, RunProgress, RunState};
use shared::ports::store::{RequestCost, RunRow, StoreError};
use uuid::Uuid;

statement!(PROGRESS, "runs/progress.sql");
statement!(ADD_COST, "runs/add_cost.sql");
statement!(SETTLE_COSTS, "runs/settle_costs.sql");
statement!(MAY_END, "runs/may_end.sql");
statement!(FORGET_COSTS, "runs/forget_costs.sql");

/// How far the run is, as the connection sees it.
pub(crate) async fn progress(on: &mut dyn Session, id: RunId) -> Result<RunProgress, StoreError> {
    let row = row(on, PROGRESS.bind(id))
        .await?
        .ok_or_else(|| unknown(id))?;
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

/// Whether the run could be held or closed now.
pub(crate) async fn may_end(on: &mut dyn Session, id: RunId) -> Result<bool, StoreError> {
    Ok(row(on, MAY_END.bind(id)).await?.is_some())
}

/// The error for a run id without a row.
pub(crate) fn unknown(id: RunId) -> StoreError {
    StoreError::Damaged(format!("there is no run {id}"))
}

/// Adds the cost of request `id` to an open run; `false` when the run is not open, or when `id` was
/// added before.
pub(crate) async fn add_cost(
    on: &mut dyn Session,
    run_id: RunId,
    id: Uuid,
    cost: RequestCost,
) -> Result<bool, StoreError> {
    let add = ADD_COST
        .bind(run_id)
        .bind(id)
        .bind(cost.requests)
        .bind(cost.backfill_requests)
        .bind(cost.refused)
        .bind(cost.waited_ms)
        .bind(cost.lane_us);
    Ok(run(on, add).await? > 0)
}

/// Sums up the costs of a run that ends in its own row, and deletes the single ones.
pub(crate) async fn settle_costs(on: &mut dyn Session, id: RunId) -> Result<(), StoreError> {
    run(on, SETTLE_COSTS.bind(id)).await?;
    run(on, FORGET_COSTS.bind(id)).await?;
    Ok(())
}

pub(crate) fn run_row(row: &StoredRow) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: row.word("id", RunId::parse)?,
        kind: row.word("kind", RunKind::from_word)?,
        state: row.word("state", RunState::from_word)?,
        account: row.maybe_account()?,
        dry_run: row.yes("dry_run")?,
        started_at: row.at("started_at")?,
        ended_at: row.maybe_at("ended_at")?,
    })
}
