//! Where BASE is, and the credentials of the accounts there.

use secrecy::SecretString;
use shared::domain::account::AccountId;
use std::fmt;

/// Where BASE is, and the accounts there.
#[derive(Debug, Clone)]
pub struct BaseConfig {
    /// The client of [`crate::http::client`], for all accounts without a proxy.
    pub http: reqwest::Client,
    /// [`BaseConfig::BASE_URL`], without a slash at the end.
    pub base_url: String,
    /// One entry for each account. A call for another account fails with
    /// [`Reauthorise`](shared::ports::shop::ShopError::Reauthorise).
    pub accounts: Vec<BaseCredentials>,
}

impl BaseConfig {
    /// The API's only host.
    pub const BASE_URL: &str = "https://api.thebase.in";
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
    /// The redirect URI of the authorisation. The documentation requires it, BASE accepts a request
    /// without it.
    pub redirect_uri: Option<String>,
    /// The client for all requests of the account, token requests included; `None` for
    /// [`BaseConfig::http`].
    pub proxy: Option<ProxiedClient>,
}

/// A client whose requests go through a proxy ([`crate::http::HttpSettings::proxy`]). Its debug text does
/// not show the proxy.
#[derive(Clone)]
pub struct ProxiedClient(pub reqwest::Client);

impl fmt::Debug for ProxiedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxiedClient(…)")
    }
}
