//! Joins the ports to what stands behind them: the only place that builds adapters.

use crate::accounts::AccountsFile;
use crate::config::{Settings, environment};
use crate::say::{Failure, text};
use adapters::base::{BaseConfig, BaseCredentials, BaseShop};
use adapters::cache::SqlCache;
use adapters::clock::SystemClock;
use adapters::dry_shop::DryShop;
use adapters::limiter::{LocalLimiter, Rates};
use adapters::queue::LocalQueue;
use adapters::spapi::{SpApi, SpApiConfig};
use adapters::store::SqlStore;
use shared::domain::quota::WindowQuota;
use shared::domain::rate::Micros;
use shared::ports::clock::Clock;
use shared::ports::shop::Shop;
use shared::ports::store::{AccountStore as _, LaneStore};
use std::sync::Arc;
use worker::bench::Bench;
use worker::runtime::Concurrency;

/// A house that is ready for work.
pub struct House {
    /// What the handlers have at hand.
    pub bench: Bench,
    /// The limiter, for its end.
    pub limiter: Arc<LocalLimiter>,
    /// How many jobs run at once.
    pub concurrency: Concurrency,
}

/// Whether what is worked out goes to the shops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earnest {
    /// It does.
    Real,
    /// Works on a copy of the database, sends nothing to the shops, and leaves no trace but the
    /// use of Amazon's quota.
    Dry,
}

/// Opens the database of the settings, brought to the newest schema.
pub async fn open_store(settings: &Settings) -> Result<SqlStore, Failure> {
    Ok(SqlStore::open(&settings.database_url).await?)
}

/// Builds everything for one process, and takes the accounts file over into the database.
pub async fn build(settings: &Settings, earnest: Earnest) -> Result<House, Failure> {
    let amazon = settings.amazon.credentials()?;
    let accounts = AccountsFile::read(&settings.base.accounts_file)?;
    for warning in &accounts.warnings {
        tracing::warn!("{warning}");
    }
    let credentials = accounts.credentials(&environment)?;
    let real = Arc::new(open_store(settings).await?);
    real.sync_accounts(&accounts.rows()).await?;
    let store = match earnest {
        Earnest::Real => Arc::clone(&real),
        Earnest::Dry => Arc::new(real.scratch_copy().await?),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // The lanes' memory is the real one, also on a dry run: Amazon's quota is spent in earnest.
    let limiter = limiter(settings, earnest, &clock, real).await?;
    let http = adapters::http::client().map_err(|error| {
        Failure::Failed(text!(
            "HTTPの準備ができません({error})",
            "the HTTP client cannot be built ({error})"
        ))
    })?;
    let spapi = SpApiConfig {
        http: http.clone(),
        base_url: bare(&settings.amazon.base_url),
        lwa_url: bare(&settings.amazon.lwa_base_url),
        marketplace_id: settings.amazon.marketplace_id.clone(),
        client_id: amazon.app_id.clone(),
        client_secret: amazon.client_secret.clone(),
        refresh_token: amazon.refresh_token.clone(),
    };
    let shop: Arc<dyn Shop> = match earnest {
        Earnest::Dry => Arc::new(DryShop),
        Earnest::Real => {
            let accounts = credentials.into_iter().map(|account| BaseCredentials {
                account: account.id,
                client_id: account.client_id,
                client_secret: account.client_secret,
                refresh_token: account.refresh_token,
                redirect_uri: None,
            });
            let config = BaseConfig {
                http,
                base_url: bare(&settings.base.base_url),
                accounts: accounts.collect(),
            };
            let (clock, limiter) = (Arc::clone(&clock), limiter.clone());
            Arc::new(BaseShop::new(config, clock, limiter, store.clone(), store.clone()))
        }
    };
    let bench = Bench {
        marketplace: Arc::new(SpApi::new(spapi, Arc::clone(&clock), limiter.clone())),
        cache: Arc::new(store.cache()) as Arc<SqlCache>,
        clock,
        store,
        queue: Arc::new(LocalQueue::new()),
        limiter: limiter.clone(),
        shop,
        rules: Arc::new(settings.rules.clone()),
    };
    Ok(House {
        bench,
        limiter,
        concurrency: Concurrency {
            sync: places(settings.work.sync_concurrency),
            update: places(settings.work.update_concurrency),
        },
    })
}

async fn limiter(
    settings: &Settings,
    earnest: Earnest,
    clock: &Arc<dyn Clock>,
    lanes: Arc<dyn LaneStore>,
) -> Result<Arc<LocalLimiter>, Failure> {
    let period = settings.amazon.item_offers_rate.period();
    let no_quota = WindowQuota {
        per_hour: None,
        per_day: None,
    };
    let rates = Rates {
        item_offers: period.map(|period| Micros::try_from(period.as_micros()).unwrap_or(Micros::MAX)),
        base: match earnest {
            Earnest::Real => settings.base.quota,
            Earnest::Dry => no_quota,
        },
    };
    let limiter = LocalLimiter::new(rates, Arc::clone(clock), lanes).await.map_err(|error| {
        Failure::Failed(text!(
            "前回の問い合わせの記録を読めません({error})",
            "what the lanes remember cannot be read ({error})"
        ))
    })?;
    Ok(Arc::new(limiter))
}

fn bare(url: &url::Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn places(setting: u32) -> usize {
    usize::try_from(setting).unwrap_or(1)
}
