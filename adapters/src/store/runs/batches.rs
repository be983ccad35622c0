//! What a handler reads to judge an answer, and the door to recording it.

use crate::store::SqlStore;
use crate::store::db::columns::{Columns, json};
use crate::store::db::database::{row, rows, run};
use crate::store::db::statement::statement;
use crate::store::listings::product_rows::read_product;
use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::desired::HoldReason;
use shared::domain::listing::{ItemId, Listing, ListingId};
use shared::domain::product::Product;
use shared::domain::run::{RunId, RunKind, RunProgress};
use shared::ports::store::{BatchStore, ListingRow, Miss, OpenBatch, Record, StoreError};
use sqlx::any::AnyRow;
use std::collections::HashMap;

statement!(BATCH, "runs/batch.sql");
statement!(PRODUCTS, "listings/products.sql");
statement!(LISTINGS, "runs/listings.sql");
statement!(OPEN_MISSES, "runs/open_misses.sql");
statement!(COUNT_ATTEMPT, "runs/count_miss_attempt.sql");

#[async_trait]
impl BatchStore for SqlStore {
    async fn batch(&self, id: RunId, no: u32) -> Result<Option<OpenBatch>, StoreError> {
        let query = self.db.query(&BATCH);
        let query = query.bind(id.to_string()).bind(i64::from(no));
        let found = row(&mut *self.db.reader().await?, query).await?;
        found
            .map(|row| {
                Ok(OpenBatch {
                    batch: row.word("asins", AsinBatch::parse)?,
                    kind: row.word("kind", RunKind::from_word)?,
                    account: row.maybe_word("account_id", |id| AccountId::parse(id).ok())?,
                })
            })
            .transpose()
    }

    async fn products(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError> {
        let query = self.db.query(&PRODUCTS).bind(json(&asins)?);
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(|row| read_product(row).map(|product| (product.asin, product)))
            .collect()
    }

    async fn listings(
        &self,
        asins: &[Asin],
        account: Option<&AccountId>,
    ) -> Result<Vec<ListingRow>, StoreError> {
        let query = self.db.query(&LISTINGS).bind(json(&asins)?);
        let query = query.bind(account.map(ToString::to_string));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(listing_row)
            .collect()
    }

    async fn record(&self, record: &Record) -> Result<RunProgress, StoreError> {
        super::record::write(&self.db, record).await
    }

    async fn open_misses(&self, id: RunId, limit: u32) -> Result<Vec<Miss>, StoreError> {
        let query = self.db.query(&OPEN_MISSES);
        let query = query.bind(id.to_string()).bind(i64::from(limit));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(|row| {
                Ok(Miss {
                    asin: row.asin()?,
                    attempts: row.small("attempts")?,
                })
            })
            .collect()
    }

    async fn count_miss_attempt(&self, id: RunId, asins: &[Asin]) -> Result<(), StoreError> {
        let query = self.db.query(&COUNT_ATTEMPT).bind(json(&asins)?);
        run(&mut *self.db.writer().await?, query.bind(id.to_string())).await?;
        Ok(())
    }
}

pub(crate) fn listing_row(row: &AnyRow) -> Result<ListingRow, StoreError> {
    let version = row.maybe_number("desired_version")?;
    Ok(ListingRow {
        listing: read_listing(row)?,
        desired: version
            .map(|version| Ok((version, row.state("desired_")?)))
            .transpose()?,
        hold: row.maybe_word("hold_reason", HoldReason::from_word)?,
        sold_out_since: row.maybe_at("sold_out_since")?,
    })
}

/// Reads a listing with what the shop shows in the columns `shown_*`.
pub(crate) fn read_listing(row: &AnyRow) -> Result<Listing, StoreError> {
    Ok(Listing {
        id: ListingId(row.number("id")?),
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        asin: row.asin()?,
        item: ItemId(row.number("item_id")?),
        shown: row.state("shown_")?,
    })
}
