//! The cache in the database, where there is no other. Its own table: the copy may be late, lost
//! or emptied, and the truth beside it stays.

use super::SqlStore;
use super::db::columns::{instant, json};
use super::db::database::{Database, rows, run};
use super::db::statement::statement;
use super::listings::catalogue::read_infos;
use super::listings::product_rows::{InfoRow, ProductRow, read_product};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::{Product, Seen};
use shared::ports::cache::{Cache, CacheError};
use shared::ports::store::StoreError;
use std::collections::HashMap;
use std::sync::Arc;

statement!(GET, "cache/get.sql");
statement!(PUT, "cache/put.sql");
statement!(INFOS, "cache/infos.sql");
statement!(PUT_INFOS, "cache/put_infos.sql");

/// The cache over the store's database. Cloning shares the connections.
#[derive(Clone)]
pub struct SqlCache {
    db: Arc<Database>,
}

impl SqlCache {
    /// The cache in the database of `store`.
    pub fn new(store: &SqlStore) -> Self {
        store.cache()
    }

    pub(crate) fn over(db: Arc<Database>) -> Self {
        Self { db }
    }

    async fn read(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError> {
        let query = self.db.query(&GET).bind(json(&asins)?);
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(|row| read_product(row).map(|product| (product.asin, product)))
            .collect()
    }

    async fn write(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), StoreError> {
        // In one order whoever does it, so that two wait for each other and do not block.
        let mut products: Vec<&Product> = products.iter().collect();
        products.sort_by_key(|product| product.asin);
        let entries: Vec<ProductRow> = products.into_iter().filter_map(ProductRow::of).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let query = self.db.query(&PUT).bind(json(&entries)?);
        run(&mut *self.db.writer().await?, query.bind(instant(now))).await?;
        Ok(())
    }

    async fn read_infos(
        &self,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
        let query = self.db.query(&INFOS).bind(json(&asins)?);
        read_infos(&rows(&mut *self.db.reader().await?, query).await?)
    }

    async fn write_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut infos: Vec<&(Asin, Seen<BasicInfo>)> = infos.iter().collect();
        infos.sort_by_key(|(asin, _)| *asin);
        let entries: Vec<InfoRow> = infos
            .into_iter()
            .map(|(asin, info)| InfoRow::of(*asin, info))
            .collect();
        if entries.is_empty() {
            return Ok(());
        }
        let query = self.db.query(&PUT_INFOS).bind(json(&entries)?);
        run(&mut *self.db.writer().await?, query.bind(instant(now))).await?;
        Ok(())
    }
}

#[async_trait]
impl Cache for SqlCache {
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError> {
        let read = self.read(asins).await;
        read.map_err(|error| CacheError(error.to_string()))
    }

    async fn put(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), CacheError> {
        let written = self.write(products, now).await;
        written.map_err(|error| CacheError(error.to_string()))
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError> {
        let read = self.read_infos(asins).await;
        read.map_err(|error| CacheError(error.to_string()))
    }

    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        let written = self.write_infos(infos, now).await;
        written.map_err(|error| CacheError(error.to_string()))
    }
}
