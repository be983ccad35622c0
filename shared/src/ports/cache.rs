//! The product cache: a copy of the products table, so that a batch needs no database query.

use crate::domain::asin::Asin;
use crate::domain::basic_info::BasicInfo;
use crate::domain::product::{Product, Seen};
use crate::ports::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// The cache is unavailable. A batch does not fail because of it: the database is authoritative.
#[derive(Debug, thiserror::Error)]
#[error("the cache is unavailable: {0}")]
pub struct CacheError(pub String);

impl From<StoreError> for CacheError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// Holds one entry per ASIN; each part of an entry has its own time of observation.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The entries of `asins`, in one round trip; an ASIN without an entry is left out.
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError>;

    /// Writes the parts that `products` contain, in one round trip. A part that is `None` or older
    /// than the stored part leaves the stored part unchanged.
    async fn put(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), CacheError>;

    /// The basic information of `asins`, in one round trip; an ASIN without an entry is left out.
    /// Separate from [`Cache::get`], since a batch of prices must not load long texts.
    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError>;

    /// Merges basic information part by part, as [`BasicInfo::take`] does, in one round trip.
    /// Price, stock and their times do not change.
    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), CacheError>;
}
