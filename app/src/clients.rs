//! Builds the clients of Amazon and of the shops' platforms.

use crate::accounts::{AccountCredentials, unknown_platform};
use crate::backends::Backends;
use crate::config::{Amazon, Base, Settings};
use adapters::base::{BaseConfig, BaseCredentials, BaseShop, ProxiedClient};
use adapters::http::{HttpClient, HttpError, HttpSettings};
use adapters::platform_shops::PlatformShops;
use adapters::spapi::{NoCredentials, SpApi, SpApiConfig};
use adapters::store::SqlStore;
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use shared::ports::clock::Clock;
use shared::ports::limiter::Limiter;
use shared::ports::marketplace::Marketplace;
use shared::ports::shop::Shop;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::text;

/// A call to BASE ends before the hold on its listing does (`worker/src/jobs/update_listing.rs`).
const BASE_TIMEOUT: Duration = Duration::from_secs(8);

/// What the clients of all vendors share.
pub(crate) struct VendorClients {
    amazon_http: HttpClient,
    base_http: HttpClient,
    clock: Arc<dyn Clock>,
    limiter: Arc<dyn Limiter>,
}

impl VendorClients {
    /// Builds the HTTP clients; all vendors are limited by the limiter of `backends`.
    pub(crate) fn build(clock: &Arc<dyn Clock>, backends: &Backends) -> Result<Self, CommandError> {
        Ok(Self {
            amazon_http: http_client(&HttpSettings::default())?,
            base_http: base_client(None)?,
            clock: Arc::clone(clock),
            limiter: backends.limiter.clone(),
        })
    }

    /// The marketplace; without credentials one that is never asked.
    pub(crate) fn amazon(&self, amazon: &Amazon) -> Arc<dyn Marketplace> {
        let Some(credentials) = &amazon.credentials else {
            return Arc::new(NoCredentials);
        };
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
    pub(crate) fn shops(
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
                _ => return Err(CommandError::Usage(unknown_platform())),
            };
            shops = shops.with(&shop, ids);
        }
        Ok(Arc::new(shops))
    }

    /// The shops at BASE; each keeps to its own proxy, if it has one.
    pub(crate) fn base(
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
                shop_id: account.shop_id,
                proxy,
            });
        }
        let config = BaseConfig {
            http: self.base_http.clone(),
            base_url: base.base_url.clone(),
            quota: base.quota,
            accounts,
            renewal: BaseConfig::RENEWAL,
        };
        let (clock, limiter) = (self.clock.clone(), self.limiter.clone());
        let (tokens, rows) = (store.clone(), store.clone());
        Ok(BaseShop::new(config, clock, limiter, tokens, rows))
    }
}

fn base_client(proxy: Option<SecretString>) -> Result<HttpClient, CommandError> {
    http_client(&HttpSettings {
        total_timeout: BASE_TIMEOUT,
        proxy,
        ..HttpSettings::default()
    })
}

fn http_client(settings: &HttpSettings) -> Result<HttpClient, CommandError> {
    adapters::http::client(settings).map_err(|error| client_error(&error))
}

/// No HTTP client can be built on this machine.
pub(crate) fn client_error(error: &HttpError) -> CommandError {
    CommandError::Failed(text!(
        "HTTPの準備ができません({error})",
        "the HTTP client cannot be built ({error})",
        error = cause(&error),
    ))
}
