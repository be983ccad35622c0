//! Where the bench has put its servers, and its marks in Redis.

use adapters::redis::{RedisLink, RedisSettings, connect};
use adapters::store::SqlStore;
use anyhow::Context;
use std::time::{SystemTime, UNIX_EPOCH};

/// The schema of our tables: the bench has a table `products` of its own in `public`.
pub const SCHEMA: &str = "miseban";

pub fn env(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}

/// A number in the environment, or `default`.
pub fn number(name: &str, default: usize) -> usize {
    let told = std::env::var(name).ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Our link to the bench's Redis, as in the product.
pub async fn link() -> anyhow::Result<RedisLink> {
    Ok(connect(&RedisSettings::new(env("BENCH_REDIS_URL")?)).await?)
}

/// Our store, migrated, in a schema of its own beside the bench's table.
pub async fn store() -> anyhow::Result<SqlStore> {
    let url = env("BENCH_PG_URL")?;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    let driven = tokio::spawn(connection);
    client
        .batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        .await
        // Two programs that begin at once may both find none.
        .ok();
    drop(client);
    driven.await??;
    Ok(SqlStore::open(&format!(
        "{url}?options[search_path]={SCHEMA}&max_connections=2"
    ))
    .await?)
}

pub fn unix_seconds() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
