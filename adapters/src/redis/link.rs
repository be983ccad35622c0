//! The way to Redis, one for everything that processes share: queue, limiter and cache.
//!
//! Opened once at start, where each fault says what to do about it; later it mends itself, without
//! end, and callers only see a call that failed. What stands in Redis is told by whoever keeps it
//! there. The password is in no message and in no debug print.

mod fault;

pub use fault::RedisFault;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// A connection that does not stand by then counts as failed.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);
/// First and last pause between two attempts to connect again; they go on without end.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// A peer that acknowledges nothing for this long is gone: else the kernel waits a quarter of an hour.
const SILENCE: Duration = Duration::from_secs(10);

/// Where Redis is, and how long it is waited for.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// `redis://`, `rediss://` (TLS) or `unix://`, with user and password where there are any.
    pub url: SecretString,
    /// What every key begins with: two installations on one Redis need two of them.
    pub prefix: String,
    /// A call that has no answer by then failed. Generous, since a fork for a snapshot or a failover
    /// stops Redis for seconds, and whether a call that timed out was done is not known.
    pub response_timeout: Duration,
}

impl RedisSettings {
    /// The Redis at `url`, with the prefix `miseban` and ten seconds for an answer.
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
    /// What every key begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The shared connection, which connects again by itself. Never block on it (`BLPOP`), since all
    /// callers wait in one line; go through [`RedisLink::within`], since it waits for a Redis that is
    /// away without end.
    pub fn shared(&self) -> ConnectionManager {
        self.shared.clone()
    }

    /// For connections of one's own: to block on, or to subscribe with. They do not mend themselves.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The answer to a call over [`RedisLink::shared`], or the fault when there is none in time.
    ///
    /// # Errors
    ///
    /// A call that timed out may have been done or may not: ask again only what may be done twice.
    pub async fn within<T>(
        &self,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, RedisFault> {
        match tokio::time::timeout(self.response_timeout, call).await {
            Ok(answer) => answer.map_err(|error| RedisFault::sort(error, &self.address())),
            Err(_) => Err(RedisFault::NoAnswer {
                address: self.address(),
                waited: self.response_timeout,
            }),
        }
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    ///
    /// The fault when it does not, or not in time.
    pub async fn ping(&self) -> Result<(), RedisFault> {
        let mut connection = self.shared();
        let ping = redis::cmd("PING");
        self.within(ping.query_async::<()>(&mut connection)).await
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

/// Connects, and makes sure that this Redis can be worked with.
///
/// # Errors
///
/// At once, without trying again: each says what to do.
pub async fn connect(settings: &RedisSettings) -> Result<RedisLink, RedisFault> {
    // Whoever comes second finds the same provider installed, so that is no failure.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let info = connection_info(settings)?;
    let address = info.addr().to_string();
    let client = Client::open(info).map_err(|error| RedisFault::sort(error, &address))?;
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
        .map_err(|_| RedisFault::NoAnswer {
            address: address.clone(),
            waited: settings.response_timeout,
        })?
        .map_err(|error| RedisFault::sort(error, &address))?;
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
    // RESP3: a connection that breaks is noticed at once, and not by the next call.
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

/// One connection that does not try again, so that a wrong password is not waited for.
async fn probe(client: &Client, answer_in: Duration, address: &str) -> Result<(), RedisFault> {
    let sort = |error| RedisFault::sort(error, address);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTION_TIMEOUT))
        .set_response_timeout(Some(answer_in));
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .map_err(sort)?;
    // Not its sections by name: more than one in a call is for Redis 7 only.
    let info: redis::RedisResult<String> = redis::cmd("INFO").query_async(&mut connection).await;
    match info {
        Ok(info) => fault::examine(&info, address),
        // A user who may not ask for it may still do all that is needed.
        Err(error) if error.code() == Some("NOPERM") => Ok(()),
        Err(error) => Err(sort(error)),
    }
}
