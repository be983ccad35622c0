//! The cache of a dry run: it reads the real one and writes nothing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::{Product, Seen};
use shared::ports::cache::{Cache, CacheError};
use std::collections::HashMap;
use std::sync::Arc;

/// The entries of another cache. Written ones are lost: a cache may lose any, and a dry run asks
/// for each ASIN once.
pub struct DryCache(pub Arc<dyn Cache>);

#[async_trait]
impl Cache for DryCache {
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError> {
        self.0.get(asins).await
    }

    async fn put(&self, _products: &[Product], _now: DateTime<Utc>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError> {
        self.0.infos(asins).await
    }

    async fn put_infos(
        &self,
        _infos: &[(Asin, Seen<BasicInfo>)],
        _now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        Ok(())
    }
}
