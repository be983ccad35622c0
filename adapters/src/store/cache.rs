//! The cache in the database, for a process without Redis. It has its own table, which may be late
//! or emptied without any effect on the catalogue.

use super::SqlStore;
use super::db::{Database, json, statement};
use super::listings::product_rows::{InfoRow, ProductRow, read_product};
use super::listings::rows::read_infos;
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

impl SqlStore {
    /// The cache in the same database.
    pub fn cache(&self) -> SqlCache {
        let db = Arc::clone(&self.db);
        SqlCache { db }
    }
}

impl SqlCache {
    async fn read(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, StoreError> {
        let found = self.db.rows(GET.bind(json(&asins)?)).await?;
        found
            .iter()
            .map(|row| read_product(row).map(|product| (product.asin, product)))
            .collect()
    }

    async fn write(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), StoreError> {
        // Every process locks in the order of ASINs, so that two wait for each other and do not
        // deadlock.
        let mut products: Vec<&Product> = products.iter().collect();
        products.sort_by_key(|product| product.asin);
        let entries: Vec<ProductRow> = products.into_iter().filter_map(ProductRow::of).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let query = PUT.bind(json(&entries)?);
        self.db.run(query.bind(now)).await.map(drop)
    }

    async fn read_infos(
        &self,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
        read_infos(&self.db.rows(INFOS.bind(json(&asins)?)).await?)
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
        let query = PUT_INFOS.bind(json(&entries)?);
        self.db.run(query.bind(now)).await.map(drop)
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
