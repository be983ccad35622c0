//! The HTTP client that all vendors share: its limits of time and size, and what an error may contain.
//!
//! Each vendor's module decides what a status or a body means. Here a request ends with an answer, or
//! with an [`HttpError`] that contains no URL, no header and no body.

mod body;
mod client;
mod error;
pub(crate) mod lenient;
pub(crate) mod oauth;
pub(crate) mod repair;

pub use body::read_capped;
pub use client::{HttpClient, Transport};
pub use error::HttpError;

use error::innermost;
use reqwest::Proxy;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use std::time::Duration;

/// Time-outs, user agent and proxy of a client.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Until the connection is established, TLS included.
    pub connect_timeout: Duration,
    /// From the call until the last byte of the answer.
    pub total_timeout: Duration,
    /// `user-agent` of every request; at most 500 characters, or Amazon answers 400 (source:
    /// Selling Partner API, "Include a User-Agent header in all requests").
    pub user_agent: Option<String>,
    /// The proxy for all requests, with user and password if it requires them; `None` to connect directly.
    pub proxy: Option<SecretString>,
}

impl Default for HttpSettings {
    /// 5 s and 30 s: clients without a time-out have been reported to hang, and a job's lease is longer.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(30),
            user_agent: Some(user_agent()),
            proxy: None,
        }
    }
}

/// How long an idle connection is kept: longer than the slowest lane's interval (10 s) several times over.
const POOL_IDLE: Duration = Duration::from_secs(90);

/// HTTP/2 only: the interval of the pings that keep an idle connection open.
const PING_EVERY: Duration = Duration::from_secs(20);

/// The client; cheap to clone, all clones share their connections.
///
/// It follows no redirect, since a redirect would carry the token to another host. It ignores the
/// system's proxy (`HTTPS_PROXY` and the like), since a proxy for browsers must not see shop traffic.
/// With a proxy in `settings` all requests go through it, whatever `NO_PROXY` contains.
///
/// # Errors
///
/// [`HttpError::Client`] if the machine has no usable root certificates, or the proxy is not a valid
/// address.
pub fn client(settings: &HttpSettings) -> Result<HttpClient, HttpError> {
    install_tls();
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
            .map_err(|_| HttpError::Client("the address of the proxy is not valid".to_owned()))?;
        builder = builder.proxy(proxy);
    }
    if let Some(user_agent) = &settings.user_agent {
        builder = builder.user_agent(user_agent);
    }
    let built = builder.build().map_err(|error| {
        HttpError::Client(innermost(&error).unwrap_or_else(|| error.without_url().to_string()))
    });
    built.map(HttpClient::new)
}

/// Chooses the implementation of TLS. A further call fails, which does no harm.
pub(crate) fn install_tls() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
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

/// The content type of [`form`].
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Writes `fields` as the body of a form.
pub(crate) fn form<V: Serialize>(fields: &[(&str, V)]) -> String {
    serde_urlencoded::to_string(fields).expect("names with strings or numbers are always a form")
}

/// The first `limit` characters of a vendor's text, on one line: as much as an error or a log may contain.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(limit).collect()
}
