//! Connects the ports to their adapters. Only this file, `backends.rs` and `clients.rs` build
//! adapters.

use crate::accounts::{AccountCredentials, AccountsFile};
use crate::backends::Backends;
use crate::backends::{self, LimiterShutdown};
pub use crate::backends::{link_of, queue_over, shared_queue};
use crate::clients::{VendorClients, client_error};
use crate::config::values::Key;
use crate::config::{Settings, Work, environment};
use crate::redis_state;
use crate::run_mode::RunMode;
use crate::server_clocks;
use crate::sources::Sources;
use adapters::base::BaseShop;
use adapters::dry_shop::DryShop;
use adapters::notify::{ChatworkNotifier, WebhookNotifier};
use adapters::store::{SqlStore, TokenKey, TokenKeys};
use shared::domain::account::AccountId;
use shared::domain::rules::Rules;
use shared::domain::run::RunKind;
use shared::domain::schedule::RunHours;
use shared::ports::cache::Cache;
use shared::ports::context::Context;
use shared::ports::notifier::Notifier;
use shared::ports::store::AccountStore as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use ui::command_error::CommandError;

/// Before the work begins tokens are renewed for at most so long: it must not wait for many shops.
const RENEW_WITHIN: Duration = Duration::from_secs(5);
const RENEWALS_AT_ONCE: usize = 8;

/// The built parts of one process.
pub struct App {
    /// The ports for the job handlers.
    pub ctx: Context,
    /// Stops the limiter.
    pub limiter_shutdown: LimiterShutdown,
    /// Schedule, concurrency and stop.
    pub work: Work,
    /// The servers on which the work depends.
    pub sources: Sources,
}

/// The store with the keys of the settings. With a key, all tokens in it are encrypted when this
/// returns.
///
/// # Errors
///
/// A database that cannot be used, or tokens that are encrypted with another key.
pub async fn with_keys(settings: &Settings, store: &SqlStore) -> Result<SqlStore, CommandError> {
    let key = |bytes: &Key| TokenKey::new(Arc::clone(bytes));
    let keys = TokenKeys {
        newest: settings.token_keys.newest.as_ref().map(key),
        old: settings.token_keys.old.as_ref().map(key),
    };
    let store = store.clone().with_token_keys(keys);
    let sealed = store.seal_tokens().await?;
    if sealed > 0 {
        tracing::info!("encrypted the tokens of {sealed} accounts");
    }
    Ok(store)
}

/// The cache of the settings: in Redis, or in the database.
///
/// # Errors
///
/// A Redis that cannot be used.
pub async fn cache(settings: &Settings, store: &SqlStore) -> Result<Arc<dyn Cache>, CommandError> {
    let link = link_of(settings, Some(store)).await?;
    Ok(backends::cache(settings, link.as_ref(), store))
}

/// Builds all parts of one process that works, over its only store, and stores the shops of the
/// accounts file in it.
///
/// # Errors
///
/// As [`build_for`]; missing credentials of Amazon.
pub async fn build(
    settings: &Settings,
    mode: RunMode,
    store: &SqlStore,
) -> Result<App, CommandError> {
    settings.amazon.credentials()?;
    build_for(RunKind::PriceStock, settings, mode, store).await
}

/// As [`build`], for a run of this kind: one that reads the cache works without credentials of Amazon,
/// and leaves out what would be asked.
///
/// # Errors
///
/// Credentials that are missing and needed, an accounts file or a database that cannot be used; a clock
/// that is off by more than a minute.
pub async fn build_for(
    kind: RunKind,
    settings: &Settings,
    mode: RunMode,
    store: &SqlStore,
) -> Result<App, CommandError> {
    if kind != RunKind::Visibility {
        settings.amazon.credentials()?;
    }
    let app = parts(settings, mode, store).await?;
    server_clocks::check(&app.sources).await?;
    if let Some(redis) = &app.sources.redis {
        redis_state::check(redis).await;
    }
    Ok(app)
}

/// As [`build`], also where the clock is wrong, for a command that looks for what is wrong.
///
/// # Errors
///
/// Missing credentials, or an accounts file or a database that cannot be used.
pub async fn assemble(
    settings: &Settings,
    mode: RunMode,
    store: &SqlStore,
) -> Result<App, CommandError> {
    settings.amazon.credentials()?;
    parts(settings, mode, store).await
}

async fn parts(settings: &Settings, mode: RunMode, store: &SqlStore) -> Result<App, CommandError> {
    let accounts = AccountsFile::read(&settings.base.accounts_file)?;
    let open = settings.base.open_accounts_file();
    for warning in open.iter().chain(&accounts.warnings) {
        tracing::info!("{warning}");
    }
    let credentials = accounts.credentials(&environment)?;
    let real = Arc::new(with_keys(settings, store).await?);
    real.sync_accounts(&accounts.rows()).await?;
    let store = match mode {
        RunMode::Live => Arc::clone(&real),
        RunMode::DryRun => Arc::new(real.scratch_copy().await?),
    };
    let (clock, database) = (real.clock(), Arc::clone(&real));
    let backends = Backends::build(settings, mode, &clock, &real).await?;
    let outside = VendorClients::build(&clock, &backends)?;
    let sources = Sources {
        store: database,
        redis: backends.redis,
    };
    let ctx = Context {
        marketplace: outside.amazon(&settings.amazon),
        shop: match mode {
            RunMode::Live => outside.shops(settings, credentials, &store)?,
            RunMode::DryRun => Arc::new(DryShop),
        },
        cache: backends.cache,
        clock,
        store,
        queue: backends.queue,
        limiter: backends.limiter,
        rules: Arc::new(rules(settings, mode)),
    };
    Ok(App {
        ctx,
        limiter_shutdown: backends.limiter_shutdown,
        work: settings.work.clone(),
        sources,
    })
}

/// A dry run shows at any hour what a run would send.
fn rules(settings: &Settings, mode: RunMode) -> Rules {
    let mut rules = settings.rules.clone();
    if mode == RunMode::DryRun {
        rules.hours = RunHours::default();
    }
    rules
}

/// The shops without the other parts, for commands about an account.
pub struct Shops {
    /// The shops at BASE.
    pub base: BaseShop,
}

/// Builds the clients of the shops of `credentials`, and stores `accounts` in the database.
///
/// # Errors
///
/// A database or a Redis that cannot be used.
pub async fn shops(
    settings: &Settings,
    store: &SqlStore,
    accounts: &AccountsFile,
    credentials: Vec<AccountCredentials>,
) -> Result<Shops, CommandError> {
    let store = Arc::new(with_keys(settings, store).await?);
    store.sync_accounts(&accounts.rows()).await?;
    let clock = store.clock();
    let backends = Backends::build(settings, RunMode::Live, &clock, &store).await?;
    let base =
        VendorClients::build(&clock, &backends)?.base(&settings.base, credentials, &store)?;
    Ok(Shops { base })
}

/// Prepares the only process that works on its database: releases the updates that an earlier
/// process claimed before it died, and renews expired access tokens.
///
/// BASE issues a new refresh token with each renewal. If it is lost between the answer and the
/// database, a person has to authorise the shop again. Before the work begins nothing else waits
/// for the database, so this gap is shortest here. The updates of a shop that does not respond now
/// try again later.
///
/// # Errors
///
/// When the database cannot be written.
pub async fn open_for_work(app: &App) -> Result<(), CommandError> {
    app.ctx.store.release_all_updates().await?;
    renew_tokens(app).await;
    Ok(())
}

async fn renew_tokens(app: &App) {
    let accounts = match app.ctx.store.accounts().await {
        Ok(accounts) => accounts,
        Err(error) => {
            tracing::warn!(%error, "the accounts cannot be read; tokens are not renewed at start");
            return;
        }
    };
    let active: Vec<AccountId> = accounts
        .into_iter()
        .filter(|account| account.active)
        .map(|account| account.id)
        .collect();
    let mut renewals = JoinSet::new();
    for some in active.chunks(active.len().div_ceil(RENEWALS_AT_ONCE).max(1)) {
        let (shop, accounts) = (app.ctx.shop.clone(), some.to_vec());
        renewals.spawn(async move {
            for account in accounts {
                if let Err(error) = shop.prepare(&account).await {
                    tracing::warn!(%account, %error, "the shop does not respond; its updates try again");
                }
            }
        });
    }
    let all = async { while renewals.join_next().await.is_some() {} };
    if tokio::time::timeout(RENEW_WITHIN, all).await.is_err() {
        tracing::info!("the tokens of further shops are renewed when they are needed");
    }
}

/// The notification channels of the settings; empty when none is set.
///
/// # Errors
///
/// When no HTTP client can be built on this machine.
pub fn channels(settings: &Settings) -> Result<Vec<Arc<dyn Notifier>>, CommandError> {
    let mut channels: Vec<Arc<dyn Notifier>> = Vec::new();
    if settings.chatwork.is_none() && settings.webhook.is_none() {
        return Ok(channels);
    }
    let http = adapters::notify::http().map_err(|error| client_error(&error))?;
    if let Some(chatwork) = &settings.chatwork {
        channels.push(Arc::new(ChatworkNotifier {
            http: http.clone(),
            base_url: chatwork.base_url.clone(),
            token: chatwork.token.clone(),
            room_id: chatwork.room_id.clone(),
        }));
    }
    if let Some(url) = &settings.webhook {
        channels.push(Arc::new(WebhookNotifier::new(http, url.clone())));
    }
    Ok(channels)
}
