//! The product cache in Redis, for many processes: one key per ASIN, which expires by itself.
//!
//! A lost cache only causes misses: the database is authoritative. Redis merges the parts of an
//! entry (`put.lua`), so that two processes cannot overwrite newer parts of each other.

mod entry;
mod info;

use crate::redis::{RedisFault, RedisLink};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use redis::Script;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::freshness::Ttls;
use shared::domain::product::{Product, Seen};
use shared::ports::cache::{Cache, CacheError};
use std::collections::HashMap;
use std::sync::Arc;

/// An entry expires this long after all its parts are stale,
const MARGIN: TimeDelta = TimeDelta::hours(1);
/// and not before the next run has ended: what the newest one has seen counts as fresh. The longest pause of a
/// schedule is a week.
const NEXT_RUN: TimeDelta = TimeDelta::days(8);

/// The cache of all processes, at `<prefix>:cache:<ASIN>`. Cheap to clone.
///
/// An entry is one short text; one `MGET` reads a whole batch. It takes 120 bytes, as a hash it
/// would take 132 (`MEMORY USAGE`, mean of 10,000 entries, Redis 7.0.15). With Redis' own tables it
/// takes 190 bytes, so that a million ASINs need 190 MB. When an entry expires matters for products alone that no
/// run asks for any more.
#[derive(Debug, Clone)]
pub struct RedisCache {
    link: RedisLink,
    put: Arc<Script>,
    put_info: Arc<Script>,
    expiry: TimeDelta,
    info_expiry: TimeDelta,
}

impl RedisCache {
    /// The cache in this Redis. An entry that no longer changes expires when all its parts are
    /// stale by `ttls`, and the next run would have written it.
    pub fn new(link: &RedisLink, ttls: &Ttls) -> Self {
        Self {
            link: link.clone(),
            put: Arc::new(Script::new(include_str!("put.lua"))),
            put_info: Arc::new(Script::new(include_str!("put_info.lua"))),
            info_expiry: ttls.basic_info.max(TimeDelta::zero()) + MARGIN,
            expiry: (ttls.price.max(ttls.stock) + MARGIN).max(NEXT_RUN),
        }
    }

    fn key(&self, asin: Asin) -> String {
        format!("{}:cache:{asin}", self.link.prefix())
    }

    fn info_key(&self, asin: Asin) -> String {
        format!("{}:info:{asin}", self.link.prefix())
    }

    /// The entries under the keys of `asins`, in one round trip.
    async fn read<T>(
        &self,
        asins: &[Asin],
        key: impl Fn(Asin) -> String,
        read: impl Fn(Asin, &str) -> Option<T>,
    ) -> Result<HashMap<Asin, T>, CacheError> {
        if asins.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: Vec<String> = asins.iter().map(|asin| key(*asin)).collect();
        let mut command = redis::cmd("MGET");
        command.arg(keys);
        let mut connection = self.link.shared();
        let texts = command.query_async(&mut connection);
        let texts: Vec<Option<String>> = self.link.within(texts).await?;
        let entries = asins.iter().zip(texts);
        Ok(entries
            .filter_map(|(asin, text)| Some((*asin, read(*asin, &text?)?)))
            .collect())
    }

    /// Merges `entries`, keys with texts, in one round trip; each expires after `expiry`.
    async fn merge(
        &self,
        script: &Script,
        expiry: TimeDelta,
        entries: impl Iterator<Item = (String, String)>,
    ) -> Result<(), CacheError> {
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        let mut call = script.arg(expiry.num_milliseconds());
        for (key, text) in entries {
            call.key(key).arg(text);
        }
        let mut connection = self.link.shared();
        let _written: u64 = self.link.within(call.invoke_async(&mut connection)).await?;
        Ok(())
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, asins: &[Asin]) -> Result<HashMap<Asin, Product>, CacheError> {
        self.read(asins, |asin| self.key(asin), entry::read).await
    }

    async fn put(&self, products: &[Product], _now: DateTime<Utc>) -> Result<(), CacheError> {
        let entry = |product: &Product| Some((self.key(product.asin), entry::write(product)?));
        self.merge(&self.put, self.expiry, products.iter().filter_map(entry))
            .await
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, CacheError> {
        let read = |_, text: &str| info::read(text);
        self.read(asins, |asin| self.info_key(asin), read).await
    }

    async fn put_infos(
        &self,
        infos: &[(Asin, Seen<BasicInfo>)],
        _now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        let entry = |(asin, info): &(Asin, Seen<BasicInfo>)| {
            Some((self.info_key(*asin), info::write(info)?))
        };
        self.merge(
            &self.put_info,
            self.info_expiry,
            infos.iter().filter_map(entry),
        )
        .await
    }
}

impl From<RedisFault> for CacheError {
    fn from(fault: RedisFault) -> Self {
        Self(fault.message())
    }
}
