//! Makes connections to Redis: the shared one and those of subscriptions.
//!
//! Every new connection asks for the server that takes writes now, so that one that is made anew
//! after a fail-over reaches the new primary. Keeping a connection is left to `reconnect.rs`.

use super::fault::{RedisFault, check_info};
use super::settings::RedisSettings;
use crate::http::install_tls;
use redis::aio::{MultiplexedConnection, PubSub};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, IntoConnectionInfo, ProtocolVersion,
    PushInfo, PushKind,
};
use secrecy::ExposeSecret;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// The time-out for opening a connection, and for the answer to a question about the server.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A peer that acknowledges nothing for this long counts as lost; the kernel's own limit is about a
/// quarter of an hour.
const SILENCE: Duration = Duration::from_secs(10);

/// Where connections come from.
pub(super) struct Connector {
    client: Client,
    /// A key of our prefix that is never written.
    probe_key: String,
}

/// A connection to a server that accepts writes.
pub(super) struct OpenConnection {
    /// The connection.
    pub connection: MultiplexedConnection,
    pushes: UnboundedReceiver<PushInfo>,
}

impl Connector {
    /// Makes connections to the server of `settings`.
    pub fn new(settings: &RedisSettings) -> Result<Self, RedisFault> {
        install_tls();
        let info = connection_info(settings)?;
        let address = info.addr().to_string();
        let client = Client::open(info).map_err(|error| RedisFault::classify(error, &address))?;
        Ok(Self {
            client,
            probe_key: format!("{}:probe", settings.prefix),
        })
    }

    /// Host and port, or path, without user and password.
    pub fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }

    /// The client of the server that takes writes now. Each new connection asks.
    #[expect(clippy::unused_async, reason = "other addresses have to be asked for")]
    async fn primary(&self) -> Result<Client, RedisFault> {
        Ok(self.client.clone())
    }

    /// Opens a connection and checks that its server is usable and accepts writes.
    pub async fn open(&self) -> Result<OpenConnection, RedisFault> {
        let (sender, pushes) = unbounded_channel();
        // The waiting is bounded by the callers, who know for how long.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(None)
            .set_push_sender(sender);
        let client = self.primary().await?;
        let connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| self.classify(error))?;
        self.check(&connection).await?;
        match self.probe(&connection).await {
            Err(fault) if fault.ends_connection() => Err(fault),
            // Without this permission, or with a full memory, other calls may still succeed.
            Ok(()) | Err(_) => Ok(OpenConnection { connection, pushes }),
        }
    }

    /// Opens a connection that can subscribe.
    pub async fn open_subscriber(&self) -> Result<PubSub, RedisFault> {
        let client = self.primary().await?;
        self.answer(client.get_async_pubsub()).await
    }

    /// Checks that the server accepts writes, with a write that changes nothing.
    pub async fn probe(&self, connection: &MultiplexedConnection) -> Result<(), RedisFault> {
        let mut connection = connection.clone();
        let write = self.write_nothing();
        self.answer(write.exec_async(&mut connection)).await
    }

    /// A write that changes nothing and creates no key, but is refused where writes are.
    pub fn write_nothing(&self) -> Cmd {
        let mut write = redis::cmd("SETRANGE");
        write.arg(&self.probe_key).arg(0).arg("");
        write
    }

    /// The fault of a connection that was closed from outside.
    pub fn closed(&self) -> RedisFault {
        let closed = io::Error::from(io::ErrorKind::ConnectionReset);
        self.classify(closed.into())
    }

    /// What an error of the client means.
    pub fn classify(&self, error: redis::RedisError) -> RedisFault {
        RedisFault::classify(error, &self.address())
    }

    /// Checks version, role and state of the server.
    async fn check(&self, connection: &MultiplexedConnection) -> Result<(), RedisFault> {
        let mut connection = connection.clone();
        // Without names of sections: only Redis 7 accepts more than one.
        let info = redis::cmd("INFO");
        let info: Result<String, RedisFault> = self.answer(info.query_async(&mut connection)).await;
        match info {
            Ok(info) => check_info(&info, &self.address()),
            // A user without permission for `INFO` may still have all permissions that we need.
            Err(RedisFault::NotAllowed(..)) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    async fn answer<T>(
        &self,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, RedisFault> {
        match timeout(CONNECT_WITHIN, call).await {
            Ok(answer) => answer.map_err(|error| self.classify(error)),
            Err(_) => Err(RedisFault::NoAnswer(self.address(), CONNECT_WITHIN)),
        }
    }
}

impl OpenConnection {
    /// Ends when the server or the network has closed the connection.
    pub async fn closed(&mut self) {
        while let Some(push) = self.pushes.recv().await {
            if push.kind == PushKind::Disconnection {
                return;
            }
        }
    }
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
