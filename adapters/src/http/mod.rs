//! The HTTP client that all vendors share: its limits of time and size, and what a failure may say.
//!
//! What a status or a body means is the vendor's module's to decide; here an exchange either ends
//! with an answer or with an [`HttpError`] that holds no URL, no header and no body.

mod body;
pub(crate) mod lenient;

pub use body::read_capped;

use reqwest::Proxy;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use std::error::Error;
use std::time::Duration;

/// How long an exchange may take, and who we say we are.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Until the connection stands, its encryption included.
    pub connect_timeout: Duration,
    /// From the call until the last byte of the answer.
    pub total_timeout: Duration,
    /// `user-agent` of every request; at most 500 characters, or Amazon answers 400 (source:
    /// Selling Partner API, "Include a User-Agent header in all requests").
    pub user_agent: Option<String>,
    /// The only way out, with user and password where it wants them; `None` for straight out.
    pub proxy: Option<SecretString>,
}

impl Default for HttpSettings {
    /// 5 s and 30 s: there are reports of clients that wait for ever, and a job's lease is longer.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(30),
            user_agent: Some(user_agent()),
            proxy: None,
        }
    }
}

/// How long an unused connection is kept warm: several requests of the slowest lane (10 s) fit in.
const POOL_IDLE: Duration = Duration::from_secs(90);

/// Where a host speaks HTTP/2, a connection is kept open this way without a request.
const PING_EVERY: Duration = Duration::from_secs(20);

/// What an exchange failed of. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, or no answer in time: nobody is at the other end, or on the way.
    #[error("{0}")]
    NoWay(String),
    /// No whole answer came: the connection was cut.
    #[error("{0}")]
    NoAnswer(String),
    /// The answer is larger than any that makes sense; it was not read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The client cannot be built on this machine.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the exchange broke off"
        };
        let told = match innermost(&error) {
            Some(cause) => format!("{kind}: {cause}"),
            None => kind.to_owned(),
        };
        if error.is_timeout() || error.is_connect() {
            Self::NoWay(told)
        } else {
            Self::NoAnswer(told)
        }
    }
}

/// The last cause only: the outer ones repeat the URL.
fn innermost(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Some(cause.to_string().chars().take(120).collect())
}

/// The client; cheap to clone, all clones share their connections.
///
/// It follows no redirect, since a redirect would carry the token to another host, and uses no proxy
/// of the system (`HTTPS_PROXY` and the like), since one that is set for a browser must not see shop
/// traffic. With a proxy in `settings` everything goes through it, whatever `NO_PROXY` says, and nothing
/// past it.
///
/// # Errors
///
/// [`HttpError::Client`] when the machine has no usable root certificates, or for a proxy that is no
/// address.
pub fn client(settings: &HttpSettings) -> Result<reqwest::Client, HttpError> {
    // Whoever comes second finds the same provider installed, so that is no failure.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_while_idle(true)
        .redirect(Policy::none())
        .no_proxy();
    if let Some(proxy) = &settings.proxy {
        let proxy = Proxy::all(proxy.expose_secret())
            .map_err(|_| HttpError::Client("the proxy is no address".to_owned()))?;
        builder = builder.proxy(proxy);
    }
    if let Some(user_agent) = &settings.user_agent {
        builder = builder.user_agent(user_agent);
    }
    builder.build().map_err(|error| {
        HttpError::Client(innermost(&error).unwrap_or_else(|| error.without_url().to_string()))
    })
}

/// Amazon's form of a user agent: `App/Version (Language=…; Platform=…)`.
fn user_agent() -> String {
    format!(
        "Miseban/{} (Language=Rust; Platform={})",
        env!("CARGO_PKG_VERSION"),
        match std::env::consts::OS {
            "linux" => "Linux",
            "macos" => "macOS",
            "windows" => "Windows",
            other => other,
        }
    )
}

/// The first `limit` characters of a vendor's text, on one line: what an error or a log may hold.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(limit).collect()
}
