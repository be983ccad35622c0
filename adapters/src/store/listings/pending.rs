//! Listings to come: registered, and not yet in the shop.

use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{Database, rows, run};
use crate::store::db::statement::statement;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingStatus;
use shared::ports::store::StoreError;
use sqlx::AnyConnection;
use std::collections::HashMap;

statement!(ADD, "listings/add_pending.sql");
statement!(LISTED_IN, "listings/listed_in.sql");

/// Adds a `pending` listing for each of `asins` that has none in `account`, in the transaction of the
/// caller; returns how many. Numbers of listings are given out under the lock of an import.
pub(crate) async fn add(
    db: &Database,
    on: &mut AnyConnection,
    account: &AccountId,
    asins: &[Asin],
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    if asins.is_empty() {
        return Ok(0);
    }
    if let Some(lock) = db.dialect.import_lock() {
        run(on, sqlx::query(lock)).await?;
    }
    let add = db.query(&ADD).bind(json(&asins)?);
    run(on, add.bind(account.to_string()).bind(instant(now))).await
}

/// Which of `asins` have a listing in `account`.
pub(crate) async fn listed_in(
    db: &Database,
    account: &AccountId,
    asins: &[Asin],
) -> Result<HashMap<Asin, ListingStatus>, StoreError> {
    let query = db.query(&LISTED_IN).bind(json(&asins)?);
    rows(&mut *db.reader().await?, query.bind(account.to_string()))
        .await?
        .iter()
        .map(|row| Ok((row.asin()?, row.word("status", ListingStatus::from_word)?)))
        .collect()
}
