//! The history of one ASIN, for a person who asks why the shop shows what it shows.

use super::product_rows::{read_info, read_marked};
use super::rows::{interval, read_listing, unconfirmed};
use crate::store::db::{Database, StoredRow, json, read_all, read_first, statement};
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::HoldReason;
use shared::domain::listing::ListingStatus;
use shared::domain::run::RunId;
use shared::ports::store::{AsinHistory, ListingHistory, StoreError, UpdateHistory};

statement!(PRODUCT, "listings/products.sql");
statement!(INFO, "listings/infos.sql");
statement!(PENDING, "listings/history_pending.sql");
statement!(OBSERVATIONS, "listings/history_observations.sql");
statement!(LISTINGS, "listings/history_listings.sql");
statement!(UPDATES, "listings/history_updates.sql");

/// Reads the history of `asin`; it is empty for an unknown one.
pub(crate) async fn read(db: &Database, asin: Asin) -> Result<AsinHistory, StoreError> {
    let mut on = db.reader().await?;
    let info = read_first(&mut on, INFO.bind(json(&[asin])?), read_info).await?;
    Ok(AsinHistory {
        product: read_first(&mut on, PRODUCT.bind(json(&[asin])?), read_marked).await?,
        info: info.flatten(),
        seen: read_all(&mut on, OBSERVATIONS.bind(asin), interval).await?,
        listings: read_all(&mut on, LISTINGS.bind(asin), listing).await?,
        pending: read_all(&mut on, PENDING.bind(asin), pending).await?,
        updates: read_all(&mut on, UPDATES.bind(asin), update).await?,
    })
}

fn pending(row: &StoredRow) -> Result<(AccountId, DateTime<Utc>), StoreError> {
    Ok((row.account()?, row.at("imported_at")?))
}

fn listing(row: &StoredRow) -> Result<ListingHistory, StoreError> {
    let version = row.maybe_number("desired_version")?;
    Ok(ListingHistory {
        listing: read_listing(row)?,
        sku: row.text("sku")?.to_owned(),
        status: row.word("status", ListingStatus::from_word)?,
        desired: version
            .map(|version| Ok((version, row.state("desired_")?, row.at("computed_at")?)))
            .transpose()?,
        hold: row.maybe_word("hold_reason", HoldReason::from_word)?,
        applied_at: row.maybe_at("applied_at")?,
        unconfirmed: unconfirmed(row)?,
    })
}

fn update(row: &StoredRow) -> Result<UpdateHistory, StoreError> {
    Ok(UpdateHistory {
        run: row.word("run_id", RunId::parse)?,
        account: row.account()?,
        state: row.text("state")?.to_owned(),
        code: row.maybe_string("code")?,
        from: row.state("from_")?,
        to: row.state("to_")?,
        at: row.at("at")?,
    })
}
