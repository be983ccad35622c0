//! Runs: their start, batches, records, guard, reconciliation, end and report.

pub(super) mod batches;
pub(super) mod guard;
pub(super) mod lifecycle;
pub(super) mod reconcile;
pub(super) mod reconcile_page;
pub(super) mod reconcile_rows;
pub(super) mod record;
pub(super) mod record_rows;
pub(super) mod report;
pub(super) mod report_reconcile;
pub(super) mod start;
