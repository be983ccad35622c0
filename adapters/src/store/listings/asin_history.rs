//! Everything about one ASIN, for a person who asks why the shop shows what it shows.

use super::product_rows::{read_info, read_product};
use crate::store::db::columns::{Columns, json};
use crate::store::db::database::{Database, row, rows};
use crate::store::db::statement::statement;
use crate::store::runs::batches::read_listing;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::HoldReason;
use shared::domain::listing::ListingStatus;
use shared::domain::outcome::Outcome;
use shared::domain::run::RunId;
use shared::ports::store::{ListingStory, SeenInterval, StoreError, Story, UpdateStory};
use sqlx::any::AnyRow;

statement!(PRODUCT, "listings/products.sql");
statement!(INFO, "listings/infos.sql");
statement!(PENDING, "listings/story_pending.sql");
statement!(OBSERVATIONS, "listings/story_observations.sql");
statement!(LISTINGS, "listings/story_listings.sql");
statement!(UPDATES, "listings/story_updates.sql");

/// Reads the story of `asin`; of one that nobody knows it is empty.
pub(crate) async fn read(db: &Database, asin: Asin) -> Result<Story, StoreError> {
    let mut on = db.reader().await?;
    let product = row(&mut on, db.query(&PRODUCT).bind(json(&[asin])?)).await?;
    let info = row(&mut on, db.query(&INFO).bind(json(&[asin])?)).await?;
    let pending = rows(&mut on, db.query(&PENDING).bind(asin.to_string())).await?;
    let seen = rows(&mut on, db.query(&OBSERVATIONS).bind(asin.to_string())).await?;
    let listings = rows(&mut on, db.query(&LISTINGS).bind(asin.to_string())).await?;
    let updates = rows(&mut on, db.query(&UPDATES).bind(asin.to_string())).await?;
    Ok(Story {
        product: product.as_ref().map(read_product).transpose()?,
        info: info.as_ref().map(read_info).transpose()?.flatten(),
        seen: seen.iter().map(interval).collect::<Result<_, _>>()?,
        listings: listings.iter().map(listing).collect::<Result<_, _>>()?,
        pending: pending.iter().map(to_come).collect::<Result<_, _>>()?,
        updates: updates.iter().map(update).collect::<Result<_, _>>()?,
    })
}

pub(crate) fn interval(row: &AnyRow) -> Result<SeenInterval, StoreError> {
    let offers = serde_json::from_str(row.text("offers")?);
    Ok(SeenInterval {
        first_at: row.at("first_seen_at")?,
        last_at: row.at("last_seen_at")?,
        outcome: row.word("outcome", Outcome::from_word)?,
        price: row.maybe_small("price_yen")?,
        offers: offers.map_err(|error| StoreError::Damaged(format!("offers: {error}")))?,
    })
}

fn to_come(row: &AnyRow) -> Result<(AccountId, DateTime<Utc>), StoreError> {
    let account = row.word("account_id", |id| AccountId::parse(id).ok())?;
    Ok((account, row.at("imported_at")?))
}

fn listing(row: &AnyRow) -> Result<ListingStory, StoreError> {
    let version = row.maybe_number("desired_version")?;
    Ok(ListingStory {
        listing: read_listing(row)?,
        sku: row.text("sku")?.to_owned(),
        status: row.word("status", ListingStatus::from_word)?,
        desired: version
            .map(|version| Ok((version, row.state("desired_")?, row.at("computed_at")?)))
            .transpose()?,
        hold: row.maybe_word("hold_reason", HoldReason::from_word)?,
        applied_at: row.maybe_at("applied_at")?,
    })
}

fn update(row: &AnyRow) -> Result<UpdateStory, StoreError> {
    Ok(UpdateStory {
        run: row.word("run_id", RunId::parse)?,
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        state: row.text("state")?.to_owned(),
        code: row.maybe_text("code")?.map(ToOwned::to_owned),
        from: row.state("from_")?,
        to: row.state("to_")?,
        at: row.at("at")?,
    })
}
