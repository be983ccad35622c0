//! The cache behind a gate.

use super::store::answer_shown;
use crate::event::Port;
use crate::gate::{Gate, NamedCall};
use crate::short_text::short;
use adapters::store::SqlCache;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::{Product, Seen};
use shared::ports::cache::{Cache, CacheError};
use std::collections::HashMap;
use std::fmt::Debug;

const SHOWN: usize = 120;

/// The cache of one process.
pub struct GatedCache {
    /// Its gate.
    pub gate: Gate,
    /// The cache in the database.
    pub cache: SqlCache,
}

impl GatedCache {
    async fn pass<T: Debug>(
        &self,
        name: &'static str,
        subject: &(dyn Debug + Sync),
        work: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        let call = NamedCall {
            port: Port::Cache,
            name,
            subject: short(&subject, SHOWN),
            shown: answer_shown::<T>(),
        };
        let real = &self.gate.simulation().real;
        let refuse = |why: &str| CacheError(why.to_owned());
        self.gate.pass(call, refuse, async { real.run(work) }).await
    }
}

#[async_trait]
impl Cache for GatedCache {
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError> {
        self.pass("get", &asins, self.cache.get(asins)).await
    }

    async fn put(&self, products: &[Product], now: DateTime<Utc>) -> Result<(), CacheError> {
        self.pass("put", &products, self.cache.put(products, now))
            .await
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError> {
        self.pass("infos", &asins, self.cache.infos(asins)).await
    }

    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        self.pass("put_infos", &infos, self.cache.put_infos(infos, now))
            .await
    }
}
