//! Runs: start, batches, records, guard, reconciliation, end and report.

mod batches;
mod decisions;
pub(super) mod gone;
pub(super) mod guard;
mod lifecycle;
pub(super) mod progress;
mod queries;
mod reconcile;
mod reconcile_page;
mod reconcile_rows;
mod record;
mod record_rows;
pub(super) mod report;
mod report_changes;
mod report_reconcile;
mod shop_reads;
mod start;
