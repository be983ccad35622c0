//! The servers of the bench, from the environment.

use adapters::clock::SystemClock;
use adapters::redis::{RedisLink, RedisSettings, connect};
use adapters::store::SqlStore;
use anyhow::Context;
use shared::ports::clock::Clock as _;

/// The schema of our tables: the bench has a table `products` of its own in `public`.
pub const SCHEMA: &str = "miseban";

/// A variable of the environment.
pub fn env(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}

/// A number in the environment, or `default`.
pub fn number(name: &str, default: usize) -> usize {
    let set = std::env::var(name).ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(default)
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
        // Of two programs that start at once, one may fail here.
        .ok();
    drop(client);
    driven.await??;
    Ok(SqlStore::open(&format!(
        "{url}?options[search_path]={SCHEMA}&max_connections=2"
    ))
    .await?)
}

/// Seconds since 1970, as the bench's harness reads them.
pub fn unix_seconds() -> f64 {
    SystemClock.now().timestamp_micros() as f64 / 1e6
}
