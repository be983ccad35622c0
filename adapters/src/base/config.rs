//! Where BASE is, and the credentials of the accounts there.

use crate::http::HttpClient;
use chrono::TimeDelta;
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::quota::{QuotaWindow, WindowQuota};
use std::fmt;
use std::time::Duration;

/// Where BASE is, and the accounts there.
#[derive(Debug, Clone)]
pub struct BaseConfig {
    /// The client of [`crate::http::client`], for all accounts without a proxy.
    pub http: HttpClient,
    /// [`BaseConfig::BASE_URL`], without a slash at the end.
    pub base_url: String,
    /// The calls that BASE accepts from an account: [`quota`].
    pub quota: WindowQuota,
    /// One entry for each account. A call for another account fails with
    /// [`Reauthorise`](shared::ports::shop::ShopError::Reauthorise).
    pub accounts: Vec<BaseCredentials>,
    /// [`BaseConfig::RENEWAL`].
    pub renewal: Duration,
}

impl BaseConfig {
    /// The API's only host.
    pub const BASE_URL: &str = "https://api.thebase.in";

    /// How long a token exchange waits for its answer: most of the lease (60 s) under which it is sent,
    /// since BASE accepts a refresh token once, and an answer that nobody waits for takes a person.
    pub const RENEWAL: Duration = Duration::from_secs(50);
}

/// A quota of BASE: calls in a clock hour, and in a day of Japan; `None` for no limit.
///
/// BASE grants 5,000 and 100,000. The hour resets at minute 0; the documentation does not name the time
/// zone of the day, taken as Japan's (source: BASE API documentation, `docs.thebase.in`).
pub fn quota(per_hour: Option<u32>, per_day: Option<u32>) -> WindowQuota {
    WindowQuota {
        short: QuotaWindow {
            limit: per_hour,
            length: TimeDelta::hours(1),
            offset: TimeDelta::zero(),
        },
        long: QuotaWindow {
            limit: per_day,
            length: TimeDelta::days(1),
            offset: TimeDelta::hours(9),
        },
    }
}

/// The entry of one account in the accounts file.
#[derive(Debug, Clone)]
pub struct BaseCredentials {
    /// The account.
    pub account: AccountId,
    /// Id of the application.
    pub client_id: String,
    /// Secret of the application.
    pub client_secret: SecretString,
    /// The refresh token that a person wrote into the file. It is used once: BASE returns a new one each
    /// time, and the newest is in the [`TokenStore`](shared::ports::store::TokenStore). `None` where
    /// [`BaseShop::authorise`](super::BaseShop::authorise) gets the first pair.
    pub refresh_token: Option<SecretString>,
    /// The shop's id at BASE, if a person has named it: tokens of another shop are refused. `None` for the
    /// shop in which the account's items were found first.
    pub shop_id: Option<String>,
    /// The redirect URI of the authorisation. The documentation requires it for each renewal; published
    /// clients leave it out, and work.
    pub redirect_uri: Option<String>,
    /// The client for all requests of the account, token requests included; `None` for
    /// [`BaseConfig::http`].
    pub proxy: Option<ProxiedClient>,
}

/// A client whose requests go through a proxy ([`crate::http::HttpSettings::proxy`]). Its debug text does
/// not show the proxy.
#[derive(Clone)]
pub struct ProxiedClient(pub HttpClient);

impl fmt::Debug for ProxiedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxiedClient(…)")
    }
}
