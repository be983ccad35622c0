//! Writes what was decided about listings: desired states, due updates, listings to come.

use super::record_rows::RecordRows;
use crate::store::db::Session;
use crate::store::db::{put, statement};
use crate::store::listings::pending;
use shared::ports::store::{Record, StoreError};

statement!(DESIRED, "runs/record_desired.sql");
statement!(UPDATES, "runs/record_updates.sql");

/// Whether the guard has to look at the record: it hides a listing in a shop, or marks an ASIN as invalid.
pub(crate) fn concern_the_guard(record: &Record) -> bool {
    let mut decisions = record.asins.iter().flat_map(|asin| &asin.listings);
    let mut marks = record.asins.iter().filter_map(|asin| asin.product.invalid);
    decisions.any(|decision| decision.update.is_some() && !decision.desired.visible)
        || marks.any(|mark| mark.since == mark.seen_at)
}

/// Writes the desired states of the listings, the updates that are due, and the listings to come.
pub(crate) async fn put_decisions(
    on: &mut dyn Session,
    record: &Record,
    rows: &RecordRows<'_>,
) -> Result<(), StoreError> {
    let (id, at) = (record.run, record.at);
    put(on, &DESIRED, &rows.desired, |query| query.bind(at)).await?;
    put(on, &UPDATES, &rows.updates, |query| query.bind(id).bind(at)).await?;
    for (account, asins) in &rows.pending {
        pending::add(on, account, asins, at).await?;
    }
    Ok(())
}
