//! Joins the ports to what stands behind them: the only place that builds adapters.

use crate::accounts::{AccountCredentials, AccountsFile, unknown_platform};
use crate::backends::LimiterShutdown;
pub use crate::backends::shared_queue;
use crate::backends::{Backends, Stores};
use crate::config::values::Key;
use crate::config::{Amazon, AmazonCredentials, Base, Settings, Work, environment};
use crate::run_mode::RunMode;
use adapters::base::{BaseConfig, BaseCredentials, BaseShop, ProxiedClient};
use adapters::clock::SystemClock;
use adapters::dry_shop::DryShop;
use adapters::http::{HttpError, HttpSettings};
use adapters::notify::{ChatworkConfig, ChatworkNotifier, WebhookNotifier};
use adapters::platform_shops::PlatformShops;
use adapters::redis::RedisLink;
use adapters::spapi::{SpApi, SpApiConfig};
use adapters::store::{SqlStore, TokenKey, TokenKeys};
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::limiter::Limiter;
use shared::ports::marketplace::Marketplace;
use shared::ports::notifier::Notifier;
use shared::ports::shop::Shop;
use shared::ports::store::AccountStore as _;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use ui::command_error::CommandError;
use ui::message::text;

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
    let outside = VendorClients::new(&clock, &backends)?;
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
    let base = VendorClients::new(&clock, &backends)?.base(&settings.base, credentials, &store)?;
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
    let http = adapters::notify::http().map_err(|error| no_client(&error))?;
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

/// A call to BASE ends before the hold on its listing does (`worker/src/jobs/update_listing.rs`).
const BASE_TIMEOUT: Duration = Duration::from_secs(8);

/// What the clients of all vendors need.
struct VendorClients {
    amazon_http: reqwest::Client,
    base_http: reqwest::Client,
    clock: Arc<dyn Clock>,
    limiter: Arc<dyn Limiter>,
}

impl VendorClients {
    fn new(clock: &Arc<dyn Clock>, backends: &Backends) -> Result<Self, CommandError> {
        Ok(Self {
            amazon_http: http_client(&HttpSettings::default())?,
            base_http: base_client(None)?,
            clock: Arc::clone(clock),
            limiter: backends.limiter.clone(),
        })
    }

    fn amazon(&self, amazon: &Amazon, credentials: &AmazonCredentials) -> Arc<dyn Marketplace> {
        let config = SpApiConfig {
            http: self.amazon_http.clone(),
            base_url: amazon.base_url.clone(),
            lwa_url: amazon.lwa_base_url.clone(),
            marketplace_id: amazon.marketplace_id.clone(),
            client_id: credentials.app_id.clone(),
            client_secret: credentials.client_secret.clone(),
            refresh_token: credentials.refresh_token.clone(),
        };
        Arc::new(SpApi::new(config, self.clock.clone(), self.limiter.clone()))
    }

    /// The shops of all accounts, each on its platform.
    fn shops(
        &self,
        settings: &Settings,
        credentials: Vec<AccountCredentials>,
        store: &Arc<SqlStore>,
    ) -> Result<Arc<dyn Shop>, CommandError> {
        let mut by_platform: BTreeMap<Platform, Vec<AccountCredentials>> = BTreeMap::new();
        for account in credentials {
            let accounts = by_platform.entry(account.platform.clone()).or_default();
            accounts.push(account);
        }
        let unlisted = self.base(&settings.base, Vec::new(), store)?;
        let mut shops = PlatformShops::new(Arc::new(unlisted));
        for (platform, credentials) in by_platform {
            let ids: Vec<AccountId> = credentials.iter().map(|one| one.id.clone()).collect();
            // One arm for each platform in `accounts::PLATFORMS`.
            let shop: Arc<dyn Shop> = match platform.as_str() {
                "base" => Arc::new(self.base(&settings.base, credentials, store)?),
                _ => return Err(CommandError::Usage(unknown_platform(platform.as_str()))),
            };
            shops = shops.with(&shop, ids);
        }
        Ok(Arc::new(shops))
    }

    fn base(
        &self,
        base: &Base,
        credentials: Vec<AccountCredentials>,
        store: &Arc<SqlStore>,
    ) -> Result<BaseShop, CommandError> {
        let mut accounts = Vec::new();
        for account in credentials {
            let proxy = match account.proxy {
                Some(proxy) => Some(ProxiedClient(base_client(Some(proxy))?)),
                None => None,
            };
            accounts.push(BaseCredentials {
                account: account.id,
                client_id: account.client_id,
                client_secret: account.client_secret,
                refresh_token: account.refresh_token,
                redirect_uri: account.redirect_uri,
                proxy,
            });
        }
        let config = BaseConfig {
            http: self.base_http.clone(),
            base_url: base.base_url.clone(),
            quota: base.quota,
            accounts,
        };
        let (clock, limiter) = (self.clock.clone(), self.limiter.clone());
        let (tokens, rows) = (store.clone(), store.clone());
        Ok(BaseShop::new(config, clock, limiter, tokens, rows))
    }
}

fn base_client(proxy: Option<SecretString>) -> Result<reqwest::Client, CommandError> {
    http_client(&HttpSettings {
        total_timeout: BASE_TIMEOUT,
        proxy,
        ..HttpSettings::default()
    })
}

fn http_client(settings: &HttpSettings) -> Result<reqwest::Client, CommandError> {
    adapters::http::client(settings).map_err(|error| no_client(&error))
}

fn no_client(error: &HttpError) -> CommandError {
    CommandError::Failed(text!(
        "HTTPの準備ができません({error})",
        "the HTTP client cannot be built ({error})"
    ))
}
