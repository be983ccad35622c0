//! Where Redis is, and how long to wait for it.

use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;

/// The address of Redis and the time-out for its answers.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// `redis://`, `rediss://` (TLS), `unix://`, or `redis+sentinel://` for a service that sentinels
    /// watch, with user and password if there are any.
    pub url: SecretString,
    /// A file with the certificate of the only CA to trust, in PEM form; `None` for those of the
    /// system.
    pub ca_file: Option<PathBuf>,
    /// The prefix of every key. Two installations on one Redis need different prefixes.
    pub prefix: String,
    /// The time-out of a call. It is long, since a fork for a snapshot or a failover stops Redis
    /// for seconds, and a call that timed out may have been executed.
    pub response_timeout: Duration,
}

impl RedisSettings {
    /// The Redis at `url`, with the prefix `miseban` and a time-out of ten seconds.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            ca_file: None,
            prefix: "miseban".to_owned(),
            response_timeout: Duration::from_secs(10),
        }
    }
}
