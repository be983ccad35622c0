//! Listings to come: registered, but not yet created in the shop.

use crate::store::db::Session;
use crate::store::db::{Dialect, json, run, statement};
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::ports::store::StoreError;

statement!(ADD, "listings/add_pending.sql");

/// Adds a `pending` listing for each of `asins` that has none in `account`, in the transaction of
/// the caller; returns how many. Takes the lock of imports, since ids of listings are assigned
/// under it.
pub(crate) async fn add(
    on: &mut dyn Session,
    account: &AccountId,
    asins: &[Asin],
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    if asins.is_empty() {
        return Ok(0);
    }
    if let Some(lock) = Dialect::of(on.driver()).import_lock() {
        run(on, lock).await?;
    }
    run(on, ADD.bind(json(&asins)?).bind(account).bind(now)).await
}
