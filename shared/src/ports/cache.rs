//! The copy of what we know of products, so that a batch can be answered without the database.

use crate::domain::asin::Asin;
use crate::domain::basic_info::BasicInfo;
use crate::domain::product::{Product, Seen};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// The cache cannot be asked. Never a reason to fail a batch: the database is the truth.
#[derive(Debug, thiserror::Error)]
#[error("the cache cannot be asked: {0}")]
pub struct CacheError(pub String);

/// Holds one entry an ASIN; each part with its own time.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The entries of `asins`, in one round trip; an ASIN without one is left out.
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError>;

    /// Writes the parts that `products` have, in one round trip. A part that is `None` leaves the
    /// stored one; a part that is older than the stored one changes nothing.
    async fn put(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), CacheError>;

    /// The basic information of `asins`, in one round trip; an ASIN without one is left out. Apart from
    /// [`Cache::get`], since a batch of prices must not carry texts along.
    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError>;

    /// Writes basic information, in one round trip: as [`BasicInfo::take`], part by part. Price and stock
    /// and their times stay as they are.
    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), CacheError>;
}
