//! Finds the primary of a service by Redis Sentinel. Every new connection asks, so that the one after
//! a fail-over leads to the new primary.
//!
//! All sentinels are asked at once, and the newest answer counts: one that was cut off from the others
//! still names the old primary.

use super::clients::{Clients, address_of, parse};
use super::fault::RedisFault;
use futures::future::join_all;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisError,
    RedisResult,
};
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

/// The answers of a sentinel: its view of the service, and where the primary is.
type Answers = (
    RedisResult<HashMap<String, String>>,
    RedisResult<Option<(String, u16)>>,
);

/// What a sentinel says.
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

    /// The view alone does not do: the sentinel that leads a fail-over has the new epoch in it, but
    /// until the end the old primary. The epoch comes first, so that no new one goes with an old
    /// address.
    async fn ask(&self, sentinel: &Client) -> Result<NamedPrimary, RedisFault> {
        let asked = async {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(ANSWER_WITHIN))
                .set_response_timeout(Some(ANSWER_WITHIN));
            let connection = sentinel.get_multiplexed_async_connection_with_config(&config);
            let mut connection = connection.await?;
            let mut questions = redis::pipe();
            questions
                .cmd("SENTINEL")
                .arg(("MASTER", &self.service))
                .cmd("SENTINEL")
                .arg(("GET-MASTER-ADDR-BY-NAME", &self.service))
                // Each error is one of the answers, with its code.
                .ignore_errors();
            questions.query_async::<Answers>(&mut connection).await
        };
        let answer = timeout(ANSWER_WITHIN, asked).await.map_err(|_| {
            let address = format!("sentinel {}", address_of(sentinel));
            RedisFault::NoAnswer(address, ANSWER_WITHIN)
        })?;
        let fault = |error: RedisError| self.fault(error, sentinel);
        let (view, address) = answer.map_err(fault)?;
        let (view, address) = (view.map_err(fault)?, address.map_err(fault)?);
        let (host, port) = address.ok_or_else(|| self.unknown(sentinel))?;
        let epoch = view.get("config-epoch");
        Ok(NamedPrimary {
            epoch: epoch.and_then(|epoch| epoch.parse().ok()).unwrap_or(0),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::RedisSettings;
    use crate::redis::address::RedisAddress;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    const OLD_VIEW: &str = "*4\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n$12\r\nconfig-epoch\r\n$1\r\n6\r\n";
    /// That of the sentinel that leads the fail-over.
    const NEW_VIEW: &str = "*4\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n$12\r\nconfig-epoch\r\n$1\r\n7\r\n";
    const OLD: &str = "*2\r\n$8\r\n10.0.0.1\r\n$4\r\n6379\r\n";
    const NEW: &str = "*2\r\n$8\r\n10.0.0.2\r\n$4\r\n6379\r\n";

    /// A sentinel with these answers to the two questions; returns where it is.
    async fn sentinel(view: &str, address: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let answers = format!("{view}{address}");
        tokio::spawn(async move {
            while let Ok((mut line, _)) = listener.accept().await {
                let mut heard = vec![0; 1024];
                while let Ok(length @ 1..) = line.read(&mut heard).await {
                    let questions = String::from_utf8_lossy(&heard[..length]);
                    // The client introduces itself with three commands.
                    let answers = if questions.contains("HELLO") {
                        "+OK\r\n".repeat(3)
                    } else {
                        answers.clone()
                    };
                    line.write_all(answers.as_bytes()).await.unwrap();
                }
            }
        });
        place
    }

    fn service(sentinels: &[String]) -> RedisAddress {
        let url = format!("redis+sentinel://{}/shop", sentinels.join(","));
        RedisAddress::read(&RedisSettings::new(url)).unwrap()
    }

    #[tokio::test]
    async fn the_server_that_a_fail_over_has_promoted_is_the_primary() {
        let leader = sentinel(NEW_VIEW, NEW).await;
        let late = sentinel(OLD_VIEW, OLD).await;
        let service = service(&[leader, late]);

        let primary = service.primary().await.unwrap();

        assert_eq!(address_of(&primary), "10.0.0.2:6379");
    }

    #[tokio::test]
    async fn a_connection_to_another_server_than_the_named_one_is_of_no_use() {
        let service = service(&[sentinel(NEW_VIEW, NEW).await]);
        let server = |host: &str| ConnectionAddr::Tcp(host.to_owned(), 6379);

        let old = service.check_named(&server("10.0.0.1")).await.unwrap_err();

        assert!(old.is_transient(), "{old:?}");
        assert!(old.to_string().contains("another primary"), "{old}");
        service.check_named(&server("10.0.0.2")).await.unwrap();
    }

    #[tokio::test]
    async fn a_sentinel_that_cannot_help_says_why() {
        for (answer, address, why) in [
            (
                "-ERR No such master with that name\r\n",
                "_\r\n",
                "no service shop",
            ),
            (
                "-ERR unknown command 'SENTINEL'\r\n",
                "-ERR unknown command\r\n",
                "is no sentinel",
            ),
            (
                "-NOAUTH Authentication required.\r\n",
                "-NOAUTH required.\r\n",
                "sentinel_password",
            ),
            (
                NEW_VIEW,
                "-NOPERM no permission to run it\r\n",
                "docs/queues.md",
            ),
        ] {
            let service = service(&[sentinel(answer, address).await]);

            let fault = service.primary().await.unwrap_err();

            assert!(fault.to_string().contains(why), "{fault}");
            assert!(!fault.is_transient(), "{fault:?}");
            let nowhere = ConnectionAddr::Tcp("10.0.0.9".to_owned(), 6379);
            service.check_named(&nowhere).await.unwrap();
        }
    }
}
