//! The cache in the database, for a process without Redis. It has its own table, which may be late
//! or emptied without any effect on the catalogue.

use super::SqlStore;
use super::db::{Database, StoredRow, json, statement};
use super::listings::product_rows::{InfoRow, ProductRow, read_product};
use super::listings::rows::read_infos;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::{Product, Seen};
use shared::ports::cache::{Cache, CacheError};
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

#[async_trait]
impl Cache for SqlCache {
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError> {
        let by_asin = |row: &StoredRow| read_product(row).map(|product| (product.asin, product));
        Ok(self.db.read_all(GET.bind(json(&asins)?), by_asin).await?)
    }

    async fn put(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), CacheError> {
        // Every process locks in the order of ASINs, so that two wait for each other and do not
        // deadlock.
        let mut products: Vec<&Product> = products.iter().collect();
        products.sort_by_key(|product| product.asin);
        let entries: Vec<ProductRow> = products
            .into_iter()
            .filter_map(ProductRow::of_offers)
            .collect();
        if !entries.is_empty() {
            self.db.run(PUT.bind(json(&entries)?).bind(now)).await?;
        }
        Ok(())
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError> {
        Ok(read_infos(&self.db.rows(INFOS.bind(json(&asins)?)).await?)?)
    }

    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        let mut entries: Vec<InfoRow> = infos
            .iter()
            .map(|(asin, info)| InfoRow::of(*asin, info))
            .collect();
        entries.sort_by_key(|entry| entry.asin);
        if !entries.is_empty() {
            let query = PUT_INFOS.bind(json(&entries)?);
            self.db.run(query.bind(now)).await?;
        }
        Ok(())
    }
}
