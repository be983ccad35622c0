//! The connection to Redis, shared by queue, limiter and cache.
//!
//! It is opened once at start, where each fault says what to do. Later it reconnects by itself
//! without end, and callers only see failed calls. The password is in no message and in no debug
//! output.

use super::fault::{RedisFault, check_info};
use super::state::RedisState;
use crate::clock::ServerTime;
use crate::http::install_tls;
use chrono::DateTime;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

/// The time-out for opening a connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);
/// The shortest and the longest pause between two attempts to reconnect, which never stop.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// A peer that acknowledges nothing for this long counts as lost; the kernel's own limit is about a
/// quarter of an hour.
const SILENCE: Duration = Duration::from_secs(10);

/// The address of Redis and the time-out for its answers.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// `redis://`, `rediss://` (TLS) or `unix://`, with user and password if there are any.
    pub url: SecretString,
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
            prefix: "miseban".to_owned(),
            response_timeout: Duration::from_secs(10),
        }
    }
}

/// Connections to one Redis. Cheap to clone; all clones share one multiplexed connection.
#[derive(Clone)]
pub struct RedisLink {
    client: Client,
    shared: ConnectionManager,
    prefix: String,
    response_timeout: Duration,
}

impl RedisLink {
    /// The prefix of every key.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The shared connection, which reconnects by itself. Never block on it (`BLPOP`), since a
    /// blocked call holds up all others. Use it through [`RedisLink::within`]: without a time-out
    /// it waits for an unreachable Redis forever.
    pub fn shared(&self) -> ConnectionManager {
        self.shared.clone()
    }

    /// For separate connections that block or subscribe. They do not reconnect by themselves.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the answer to a call, at most for the response time-out.
    ///
    /// # Errors
    ///
    /// A call that timed out may have been executed: repeat only idempotent calls.
    pub async fn within<T>(
        &self,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, RedisFault> {
        match tokio::time::timeout(self.response_timeout, call).await {
            Ok(answer) => answer.map_err(|error| RedisFault::classify(error, &self.address())),
            Err(_) => Err(RedisFault::NoAnswer(self.address(), self.response_timeout)),
        }
    }

    /// Checks that Redis answers.
    ///
    /// # Errors
    ///
    /// The fault if Redis does not answer in time.
    pub async fn ping(&self) -> Result<(), RedisFault> {
        let mut connection = self.shared();
        let ping = redis::cmd("PING");
        self.within(ping.query_async::<()>(&mut connection)).await
    }

    /// The time of Redis.
    ///
    /// # Errors
    ///
    /// The fault if Redis does not answer in time.
    pub async fn time(&self) -> Result<ServerTime, RedisFault> {
        let mut connection = self.shared();
        let time = redis::cmd("TIME");
        let asked = Instant::now();
        let answer = time.query_async(&mut connection);
        let (seconds, micros): (i64, i64) = self.within(answer).await?;
        let at = seconds.saturating_mul(1_000_000).saturating_add(micros);
        Ok(ServerTime {
            at: DateTime::from_timestamp_micros(at).unwrap_or_default(),
            asked,
            round_trip: asked.elapsed(),
        })
    }

    /// What Redis says about itself.
    ///
    /// # Errors
    ///
    /// [`RedisFault::NotAllowed`] for a user without permission for `INFO`; the fault if Redis does not
    /// answer in time.
    pub async fn state(&self) -> Result<RedisState, RedisFault> {
        let mut connection = self.shared();
        let info = redis::cmd("INFO");
        let info: String = self.within(info.query_async(&mut connection)).await?;
        Ok(RedisState::read(&info))
    }

    /// Host and port, or path, without user and password.
    pub fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }
}

impl fmt::Debug for RedisLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLink")
            .field("address", &self.address())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Connects and checks that this Redis is usable.
///
/// # Errors
///
/// The fault, without a retry; its message says what to do.
pub async fn connect(settings: &RedisSettings) -> Result<RedisLink, RedisFault> {
    install_tls();
    let info = connection_info(settings)?;
    let address = info.addr().to_string();
    let client = Client::open(info).map_err(|error| RedisFault::classify(error, &address))?;
    probe(&client, settings.response_timeout, &address).await?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECTION_TIMEOUT))
        .set_response_timeout(Some(settings.response_timeout))
        .set_min_delay(RECONNECT.0)
        .set_max_delay(RECONNECT.1)
        .set_number_of_retries(usize::MAX);
    let opening = ConnectionManager::new_with_config(client.clone(), config);
    let shared = tokio::time::timeout(settings.response_timeout, opening)
        .await
        .map_err(|_| RedisFault::NoAnswer(address.clone(), settings.response_timeout))?
        .map_err(|error| RedisFault::classify(error, &address))?;
    Ok(RedisLink {
        client,
        shared,
        prefix: settings.prefix.clone(),
        response_timeout: settings.response_timeout,
    })
}

fn connection_info(settings: &RedisSettings) -> Result<ConnectionInfo, RedisFault> {
    let info = settings
        .url
        .expose_secret()
        .into_connection_info()
        .map_err(|_| RedisFault::BadUrl)?;
    // RESP3 reports a broken connection at once and not with the next call.
    let redis = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP3);
    let keepalive = TcpKeepalive::new()
        .with_time(SILENCE)
        .with_interval(SILENCE / 3);
    let tcp = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(SILENCE);
    Ok(info.set_redis_settings(redis).set_tcp_settings(tcp))
}

/// Opens one connection without retries, so that a wrong password fails at once.
async fn probe(client: &Client, answer_in: Duration, address: &str) -> Result<(), RedisFault> {
    let classify = |error| RedisFault::classify(error, address);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTION_TIMEOUT))
        .set_response_timeout(Some(answer_in));
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .map_err(classify)?;
    // Without names of sections: only Redis 7 accepts more than one.
    let info: redis::RedisResult<String> = redis::cmd("INFO").query_async(&mut connection).await;
    match info {
        Ok(info) => check_info(&info, address),
        // A user without permission for `INFO` may still have all permissions that we need.
        Err(error) if error.code() == Some("NOPERM") => Ok(()),
        Err(error) => Err(classify(error)),
    }
}
