//! The worker: our runtime over our queue in Redis, with the bench's handlers.

use crate::jobs::BenchContext;
use crate::rows::Rows;
use crate::setting::{env, link, number, store};
use crate::unlimited::Unlimited;
use adapters::base::{BaseConfig, BaseCredentials, BaseShop};
use adapters::clock::SystemClock;
use adapters::http::{HttpSettings, client};
use adapters::queue::RedisQueue;
use adapters::spapi::{SpApi, SpApiConfig};
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::jobs::{Backfill, SyncBatch, UpdateListing};
use shared::ports::marketplace::Marketplace as _;
use shared::ports::shop::Shop as _;
use shared::ports::store::RunQueries as _;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use worker::handlers::Handlers;
use worker::runtime::{Concurrency, Runtime, Stop};

/// Runs jobs until SIGTERM.
pub async fn work() -> anyhow::Result<()> {
    let (ctx, queue) = context().await?;
    let slots = number("CONCURRENCY", 16);
    let concurrency = Concurrency {
        sync: slots,
        update: slots,
        info: 0,
    };
    let (stop, stopped) = watch::channel(Stop::NotYet);
    let link = ctx.link.clone();
    let handlers = Handlers::new(ctx)
        .with::<SyncBatch>()
        .with::<UpdateListing>()
        .with::<Backfill>();
    let runtime = Runtime::with(queue, handlers, concurrency);
    let working = tokio::spawn(runtime.run(stopped));
    let mut ready = redis::cmd("RPUSH");
    ready.arg("bench:ready").arg(std::process::id());
    ready.exec_async(&mut link.shared()).await?;

    signal(SignalKind::terminate())?.recv().await;
    stop.send(Stop::ClaimNoMore)?;
    Ok(working.await??)
}

async fn context() -> anyhow::Result<(BenchContext, Arc<RedisQueue>)> {
    let (store, link) = (Arc::new(store().await?), link().await?);
    let queue = Arc::new(RedisQueue::new(link.clone()));
    if number("RESUME", 0) > 0 {
        for run in store.runs(true, 10).await? {
            producer::resume_run(run.id, &*store, &*queue).await?;
        }
    }
    let (clock, limiter) = (Arc::new(SystemClock), Arc::new(Unlimited));
    let http = client(&HttpSettings::default())?;
    let account = AccountId::parse("peers")?;
    let marketplace = SpApi::new(
        SpApiConfig {
            http: http.clone(),
            base_url: env("SP_API_BASE_URL")?,
            lwa_url: env("LWA_BASE_URL")?,
            marketplace_id: SpApiConfig::JAPAN.to_owned(),
            client_id: "bench".to_owned(),
            client_secret: SecretString::from("secret"),
            refresh_token: SecretString::from("token"),
        },
        clock.clone(),
        limiter.clone(),
    );
    let shop = BaseShop::new(
        BaseConfig {
            http,
            base_url: env("BASE_API_BASE_URL")?,
            quota: shared::domain::quota::WindowQuota::UNLIMITED,
            accounts: vec![BaseCredentials {
                account: account.clone(),
                client_id: "bench".to_owned(),
                client_secret: SecretString::from("secret"),
                refresh_token: Some(SecretString::from("token")),
                redirect_uri: None,
                shop_id: None,
                proxy: None,
            }],
            renewal: BaseConfig::RENEWAL,
        },
        clock,
        limiter.clone(),
        store.clone(),
        store.clone(),
    );
    // As the other systems do before they are ready.
    marketplace.prepare().await?;
    shop.prepare(&account).await?;
    let ctx = BenchContext {
        account,
        rows: Rows::open(&env("BENCH_PG_URL")?).await?,
        store,
        queue: queue.clone(),
        limiter,
        marketplace: Arc::new(marketplace),
        shop: Arc::new(shop),
        link,
    };
    Ok((ctx, queue))
}
