//! Connects the ports to their adapters. Only this file, `backends.rs` and `clients.rs` build adapters.

use crate::accounts::{AccountCredentials, AccountsFile};
use crate::backends::LimiterShutdown;
pub use crate::backends::shared_queue;
use crate::backends::{Backends, Stores};
use crate::clients::{VendorClients, client_error};
use crate::config::values::Key;
use crate::config::{Settings, Work, environment};
use crate::run_mode::RunMode;
use adapters::base::BaseShop;
use adapters::clock::SystemClock;
use adapters::dry_shop::DryShop;
use adapters::notify::{ChatworkConfig, ChatworkNotifier, WebhookNotifier};
use adapters::redis::RedisLink;
use adapters::store::{SqlStore, TokenKey, TokenKeys};
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::limiter::Limiter;
use shared::ports::notifier::Notifier;
use shared::ports::store::AccountStore as _;
use std::sync::Arc;
use ui::command_error::CommandError;

/// An app that is ready for work.
pub struct App {
    /// What the handlers have at hand.
    pub ctx: Context,
    /// The limiter's end.
    pub limiter_shutdown: LimiterShutdown,
    /// How the work is done.
    pub work: Work,
    /// What the work rests on.
    pub sources: Sources,
}

/// What has to answer for work to be done.
#[derive(Clone)]
pub struct Sources {
    /// The database.
    pub store: Arc<SqlStore>,
    /// Redis, for one of many processes.
    pub redis: Option<RedisLink>,
}

/// Opens the database of the settings, brought to the newest schema. With a key, all tokens in it are
/// sealed when this returns, whoever wrote them.
///
/// # Errors
///
/// A database that cannot be used, tokens that are sealed with another key.
pub async fn open_store(settings: &Settings) -> Result<SqlStore, CommandError> {
    let key = |bytes: &Key| TokenKey::new(Arc::clone(bytes));
    let keys = TokenKeys {
        newest: settings.token_keys.newest.as_ref().map(key),
        old: settings.token_keys.old.as_ref().map(key),
    };
    let store = SqlStore::open(&settings.database_url).await?;
    let store = store.with_token_keys(keys);
    let sealed = store.seal_tokens().await?;
    if sealed > 0 {
        tracing::info!("sealed the tokens of {sealed} accounts");
    }
    Ok(store)
}

/// Builds everything for one process, and takes the accounts file over into the database.
///
/// # Errors
///
/// Credentials that are missing, an accounts file or a database that cannot be used.
pub async fn build(settings: &Settings, mode: RunMode) -> Result<App, CommandError> {
    let amazon = settings.amazon.credentials()?;
    let accounts = AccountsFile::read(&settings.base.accounts_file)?;
    for warning in &accounts.warnings {
        tracing::info!("{warning}");
    }
    let credentials = accounts.credentials(&environment)?;
    let real = Arc::new(open_store(settings).await?);
    real.sync_accounts(&accounts.rows()).await?;
    let store = match mode {
        RunMode::Live => Arc::clone(&real),
        RunMode::DryRun => Arc::new(real.scratch_copy().await?),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = Stores {
        real,
        worked_on: Arc::clone(&store),
    };
    let backends = Backends::build(settings, mode, &clock, &stores).await?;
    let outside = VendorClients::build(&clock, &backends)?;
    let sources = Sources {
        store: Arc::clone(&store),
        redis: backends.redis,
    };
    let ctx = Context {
        marketplace: outside.amazon(&settings.amazon, amazon),
        shop: match mode {
            RunMode::Live => outside.shops(settings, credentials, &store)?,
            RunMode::DryRun => Arc::new(DryShop),
        },
        cache: backends.cache,
        clock,
        store,
        queue: backends.queue,
        limiter: backends.limiter,
        rules: Arc::new(settings.rules.clone()),
    };
    Ok(App {
        ctx,
        limiter_shutdown: backends.limiter_shutdown,
        work: settings.work,
        sources,
    })
}

/// The shops alone, for a person who looks after them: no Amazon, and no leave to work.
pub struct Shops {
    /// The shops at BASE.
    pub base: BaseShop,
    /// The truth.
    pub store: Arc<SqlStore>,
    /// Counts the calls to a shop.
    pub limiter: Arc<dyn Limiter>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Builds what reaches the shops of `credentials`, and takes `accounts` over into the database.
///
/// # Errors
///
/// A database or a Redis that cannot be used.
pub async fn shops(
    settings: &Settings,
    accounts: &AccountsFile,
    credentials: Vec<AccountCredentials>,
) -> Result<Shops, CommandError> {
    let store = Arc::new(open_store(settings).await?);
    store.sync_accounts(&accounts.rows()).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = Stores {
        real: Arc::clone(&store),
        worked_on: Arc::clone(&store),
    };
    let backends = Backends::build(settings, RunMode::Live, &clock, &stores).await?;
    let base =
        VendorClients::build(&clock, &backends)?.base(&settings.base, credentials, &store)?;
    Ok(Shops {
        base,
        store,
        limiter: backends.limiter,
        clock,
    })
}

/// Makes an app ready in which this process is the only one at work: what an earlier one held when
/// it died is let go, and access tokens that have run out are renewed.
///
/// BASE gives a new refresh token with each renewal, and one that is lost between its answer and its
/// row costs a person a re-authorisation. Before the work begins nobody else waits for the database,
/// so that this gap is as short as it can be. A shop that cannot be reached now is tried again by its
/// updates.
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
            tracing::warn!(%error, "the accounts cannot be read now");
            return;
        }
    };
    for account in accounts.iter().filter(|account| account.active) {
        if let Err(error) = app.ctx.shop.prepare(&account.id).await {
            tracing::warn!(account = %account.id, %error, "the shop cannot be reached now");
        }
    }
}

/// The channels of the settings; none when none is set.
///
/// # Errors
///
/// A machine on which no HTTP client can be built.
pub fn channels(settings: &Settings) -> Result<Vec<Arc<dyn Notifier>>, CommandError> {
    let mut channels: Vec<Arc<dyn Notifier>> = Vec::new();
    if settings.chatwork.is_none() && settings.webhook.is_none() {
        return Ok(channels);
    }
    let http = adapters::notify::http().map_err(|error| client_error(&error))?;
    if let Some(chatwork) = &settings.chatwork {
        channels.push(Arc::new(ChatworkNotifier::new(ChatworkConfig {
            http: http.clone(),
            base_url: chatwork.base_url.clone(),
            token: chatwork.token.clone(),
            room_id: chatwork.room_id.clone(),
        })));
    }
    if let Some(url) = &settings.webhook {
        channels.push(Arc::new(WebhookNotifier::new(http, url.clone())));
    }
    Ok(channels)
}
