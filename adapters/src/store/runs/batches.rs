//! What a handler reads to evaluate an answer. `record.rs` writes the result.

use super::record;
use crate::store::SqlStore;
use crate::store::db::{json, statement};
use crate::store::listings::product_rows::read_marked;
use crate::store::listings::rows::listing_row;
use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::product::Product;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    AnswerRecorded, BatchStore, ListingRow, Miss, OpenBatch, Record, StoreError,
};
use std::collections::HashMap;

statement!(BATCH, "runs/batch.sql");
statement!(PRODUCTS, "listings/products.sql");
statement!(LISTINGS, "runs/listings.sql");
statement!(OPEN_MISSES, "runs/open_misses.sql");
statement!(LEAVE_OUT, "runs/leave_out_misses.sql");
statement!(COUNT_ATTEMPT, "runs/count_miss_attempt.sql");

#[async_trait]
impl BatchStore for SqlStore {
    async fn batch(&self, id: RunId, no: u32) -> Result<Option<OpenBatch>, StoreError> {
        self.db
            .read_first(BATCH.bind(id).bind(no), |row| {
                Ok(OpenBatch {
                    batch: row.word("asins", AsinBatch::parse)?,
                    kind: row.word("kind", RunKind::from_word)?,
                    account: row.maybe_account()?,
                    fresh_since: row.maybe_at("fresh_since")?,
                })
            })
            .await
    }

    async fn products(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError> {
        self.db
            .read_all(PRODUCTS.bind(json(&asins)?), |row| {
                read_marked(row).map(|product| (product.asin, product))
            })
            .await
    }

    async fn listings(
        &self,
        asins: &[Asin],
        account: Option<&AccountId>,
    ) -> Result<Vec<ListingRow>, StoreError> {
        let query = LISTINGS.bind(json(&asins)?).bind(account);
        self.db.read_all(query, listing_row).await
    }

    async fn record(&self, record: &Record) -> Result<AnswerRecorded, StoreError> {
        record::write(&self.db, record).await
    }

    async fn open_misses(&self, id: RunId, limit: u32) -> Result<Vec<Miss>, StoreError> {
        self.db
            .read_all(OPEN_MISSES.bind(id).bind(limit), |row| {
                Ok(Miss {
                    asin: row.asin()?,
                    attempts: row.small("attempts")?,
                })
            })
            .await
    }

    async fn leave_out_misses(&self, run: RunId) -> Result<(), StoreError> {
        self.db.run(LEAVE_OUT.bind(run)).await.map(drop)
    }

    async fn count_miss_attempt(&self, id: RunId, asins: &[Asin]) -> Result<(), StoreError> {
        let count = COUNT_ATTEMPT.bind(json(&asins)?).bind(id);
        self.db.run(count).await.map(drop)
    }
}
