//! Finds the primary of a service by Redis Sentinel. Every new connection asks, so that the one after
//! a fail-over leads to the new primary.
//!
//! All sentinels are asked at once, and the newest answer counts: one that was cut off from the others
//! still names the old primary.

use super::clients::{Clients, address_of, parse};
use super::fault::RedisFault;
use futures::future::join_all;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisError};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// The time-out for the answer of a sentinel, connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The port of a sentinel whose port is not given.
const PORT: u16 = 26_379;

/// The sentinels of one service.
pub(super) struct Sentinels {
    service: String,
    /// Everything about the primary but its address.
    primary: ConnectionInfo,
    asked: Vec<Client>,
    clients: Clients,
}

/// The login at the sentinels, in the query of the URL.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentinelLogin {
    sentinel_user: Option<String>,
    sentinel_password: Option<String>,
}

/// The answer of a sentinel.
struct NamedPrimary {
    epoch: u64,
    host: String,
    port: u16,
}

impl Sentinels {
    /// Reads `redis+sentinel://[user:password@]host[:port][,host[:port]...]/service[/number]`, or
    /// `rediss+sentinel://` for TLS; `None` for another scheme.
    pub fn read(url: &str, clients: &Clients) -> Option<Result<Self, RedisFault>> {
        let (scheme, rest) = url.split_once("+sentinel://")?;
        Some(Self::read_rest(scheme, rest, clients))
    }

    fn read_rest(scheme: &str, rest: &str, clients: &Clients) -> Result<Self, RedisFault> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let login: SentinelLogin =
            serde_urlencoded::from_str(query).map_err(|_| RedisFault::BadUrl)?;
        let (authority, path) = rest.split_once('/').ok_or(RedisFault::BadUrl)?;
        let (service, number) = path.split_once('/').unwrap_or((path, ""));
        if service.is_empty() {
            return Err(RedisFault::BadUrl);
        }
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let sentinel = |host: &str| {
            let has_port = host.rsplit(']').next().is_some_and(|end| end.contains(':'));
            let port = if has_port {
                String::new()
            } else {
                format!(":{PORT}")
            };
            let sentinel = parse(&format!("{scheme}://{host}{port}"))?;
            clients.client(login.clone().at(sentinel))
        };
        Ok(Self {
            service: service.to_owned(),
            primary: parse(&format!("{scheme}://{user}primary/{number}"))?,
            asked: hosts.split(',').map(sentinel).collect::<Result<_, _>>()?,
            clients: clients.clone(),
        })
    }

    /// The client of the primary that the sentinels name now. Whether it takes writes is left to
    /// the caller.
    pub async fn primary(&self) -> Result<Client, RedisFault> {
        let answers = join_all(self.asked.iter().map(|sentinel| self.ask(sentinel))).await;
        let Some(newest) = answers.iter().flatten().max_by_key(|named| named.epoch) else {
            let faults = answers.into_iter().filter_map(Result::err);
            // What a person has to mend comes first.
            let told = faults.min_by_key(RedisFault::is_transient);
            return Err(told.unwrap_or(RedisFault::BadUrl));
        };
        let (host, port) = (newest.host.clone(), newest.port);
        let address = match self.primary.addr() {
            ConnectionAddr::TcpTls { .. } => ConnectionAddr::TcpTls {
                host,
                port,
                insecure: false,
                tls_params: None,
            },
            _ => ConnectionAddr::Tcp(host, port),
        };
        self.clients.client(self.primary.clone().set_addr(address))
    }

    async fn ask(&self, sentinel: &Client) -> Result<NamedPrimary, RedisFault> {
        let asked = async {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(ANSWER_WITHIN))
                .set_response_timeout(Some(ANSWER_WITHIN));
            let connection = sentinel.get_multiplexed_async_connection_with_config(&config);
            let mut connection = connection.await?;
            let mut question = redis::cmd("SENTINEL");
            question.arg(("MASTER", &self.service));
            question.query_async(&mut connection).await
        };
        let answer = timeout(ANSWER_WITHIN, asked).await.map_err(|_| {
            let address = format!("sentinel {}", address_of(sentinel));
            RedisFault::NoAnswer(address, ANSWER_WITHIN)
        })?;
        let answer: HashMap<String, String> =
            answer.map_err(|error| self.fault(error, sentinel))?;
        let number = |name| answer.get(name).and_then(|number| number.parse().ok());
        let port = number("port").and_then(|port: u64| u16::try_from(port).ok());
        let host = answer.get("ip").cloned();
        let (host, port) = host.zip(port).ok_or_else(|| self.unknown(sentinel))?;
        Ok(NamedPrimary {
            epoch: number("config-epoch").unwrap_or(0),
            host,
            port,
        })
    }

    fn fault(&self, error: RedisError, sentinel: &Client) -> RedisFault {
        let address = address_of(sentinel);
        let said = error.to_string().to_lowercase();
        if said.contains("no such master") {
            self.unknown(sentinel)
        } else if said.contains("unknown command") {
            RedisFault::NoSentinel(address)
        } else if matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
            || error.kind() == ErrorKind::AuthenticationFailed
        {
            RedisFault::SentinelPassword(address)
        } else {
            RedisFault::classify(error, &format!("sentinel {address}"))
        }
    }

    fn unknown(&self, sentinel: &Client) -> RedisFault {
        RedisFault::UnknownService(address_of(sentinel), self.service.clone())
    }
}

impl fmt::Display for Sentinels {
    /// The service and the sentinels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentinels: Vec<String> = self.asked.iter().map(address_of).collect();
        write!(f, "{} ({})", self.service, sentinels.join(", "))
    }
}

impl SentinelLogin {
    fn at(self, sentinel: ConnectionInfo) -> ConnectionInfo {
        let mut redis = sentinel.redis_settings().clone();
        if let Some(user) = self.sentinel_user {
            redis = redis.set_username(user);
        }
        if let Some(password) = self.sentinel_password {
            redis = redis.set_password(password);
        }
        sentinel.set_redis_settings(redis)
    }
}
