//! The producer: the rows of a run and its batches, then a message for each batch.

use crate::setting::{env, link, store, unix_seconds};
use adapters::clock::SystemClock;
use adapters::queue::RedisQueue;
use anyhow::Context;
use shared::domain::asin::{Asin, split};
use shared::domain::guard::MassChangeGuard;
use shared::domain::run::{RunId, RunKind};
use shared::ports::clock::Clock as _;
use shared::ports::messages;
use shared::ports::queue::Queue as _;
use shared::ports::store::{NewRun, RunStore as _};
use std::io::Write as _;
use uuid::Uuid;

/// Starts a run of `batches` batches, and prints how long that took.
pub async fn start(mode: &str, batches: u32) -> anyhow::Result<()> {
    anyhow::ensure!(matches!(mode, "run" | "enqueue"), "{mode:?} is not a mode");
    let (store, link) = (store().await?, link().await?);
    let queue = RedisQueue::new(link.clone());
    clear(batches).await?;

    let begun = unix_seconds();
    let mut set = redis::cmd("SET");
    set.arg("bench:t0").arg(begun);
    set.exec_async(&mut link.shared()).await?;
    let asins = (0..20 * batches).map(|i| Asin::parse(&format!("B0{i:08}")));
    let run = NewRun {
        id: RunId(Uuid::now_v7()),
        kind: RunKind::PriceStock,
        account: None,
        max_items: None,
        dry_run: false,
        started_at: SystemClock.now(),
        batches: split(asins.collect::<Result<Vec<_>, _>>()?),
        guard: MassChangeGuard::default(),
    };
    store.start_run(&run).await?;
    let sent = queue
        .push(&messages::for_batches(run.id, run.kind, 1..=batches))
        .await?;
    let seconds = unix_seconds() - begun;

    anyhow::ensure!(sent == u64::from(batches), "only {sent} messages were new");
    let figures = serde_json::json!({ "enqueued": batches, "seconds": seconds });
    writeln!(std::io::stdout(), "{figures}").context("the figures cannot be printed")
}

/// Before the measured time, as the bench does with its own table: deletes the rows of earlier runs, and
/// adds a listing for each follow-up.
async fn clear(batches: u32) -> anyhow::Result<()> {
    let url = env("BENCH_PG_URL")?;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    let driven = tokio::spawn(connection);
    client.batch_execute(&format!(
        "SET search_path = miseban;
        TRUNCATE runs, batches, outcomes, misses, updates, observations,
            desired_states, applied_states, listings CASCADE;
        INSERT INTO accounts (id, name, active) VALUES ('peers', 'peers', 1)
            ON CONFLICT DO NOTHING;
        INSERT INTO listings (id, account_id, asin, item_id, sku, status, imported_at)
            SELECT i, 'peers', 'B0' || lpad((i - 1)::text, 8, '0'), i, '', 'listed', '2026-01-01T00:00:00.000Z'
            FROM generate_series(0, {batches}::bigint - 1) AS b, generate_series(20 * b + 1, 20 * b + 2) AS i;"
    )).await?;
    drop(client);
    Ok(driven.await??)
}
