//! Makes connections to Redis: the shared one and those of subscriptions.
//!
//! Every new connection asks for the server that takes writes now, so that one that is made anew
//! after a fail-over reaches the new primary. Keeping a connection is left to `reconnect.rs`.

use super::address::RedisAddress;
use super::fault::{RedisFault, check_info};
use super::settings::RedisSettings;
use crate::http::install_tls;
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncConnectionConfig, Cmd, ConnectionAddr, PushInfo, PushKind};
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout};

/// The time-out for opening a connection, and for the answer to a question about the server.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Where connections come from.
pub(super) struct Connector {
    server: RedisAddress,
    /// A key of our prefix that is never written.
    probe_key: String,
}

/// A connection to a server that accepts writes.
pub(super) struct OpenConnection {
    /// The connection.
    pub connection: MultiplexedConnection,
    /// How long its first answer took.
    pub round_trip: Duration,
    server: ConnectionAddr,
    pushes: UnboundedReceiver<PushInfo>,
}

impl Connector {
    /// Makes connections to the server of `settings`.
    pub fn new(settings: &RedisSettings) -> Result<Self, RedisFault> {
        install_tls();
        Ok(Self {
            server: RedisAddress::read(settings)?,
            probe_key: format!("{}:probe", settings.prefix),
        })
    }

    /// Host and port, path, or service, without user and password.
    pub fn address(&self) -> String {
        self.server.to_string()
    }

    /// Opens a connection and checks that its server is usable and accepts writes.
    pub async fn open(&self) -> Result<OpenConnection, RedisFault> {
        let (sender, pushes) = unbounded_channel();
        // The waiting is bounded by the callers, who know for how long.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(None)
            .set_push_sender(sender);
        let client = self.server.primary().await?;
        let connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| self.classify(error))?;
        self.check(&connection).await?;
        let asked = Instant::now();
        match self.probe(&connection).await {
            Err(fault) if fault.ends_connection() => Err(fault),
            // Without this permission, or with a full memory, other calls may still succeed.
            Ok(()) | Err(_) => Ok(OpenConnection {
                connection,
                round_trip: asked.elapsed(),
                server: client.get_connection_info().addr().clone(),
                pushes,
            }),
        }
    }

    /// Opens a connection that can subscribe.
    pub async fn open_subscriber(&self) -> Result<PubSub, RedisFault> {
        let client = self.server.primary().await?;
        self.answer(client.get_async_pubsub()).await
    }

    /// Checks that the server accepts writes, with a write that changes nothing.
    pub async fn probe(&self, connection: &MultiplexedConnection) -> Result<(), RedisFault> {
        let mut connection = connection.clone();
        let write = self.write_nothing();
        self.answer(write.exec_async(&mut connection)).await
    }

    /// Checks that the sentinels, if there are any, still name the server of this connection.
    pub async fn check_named(&self, open: &OpenConnection) -> Result<(), RedisFault> {
        self.server.check_named(&open.server).await
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
        self.server
            .judged(RedisFault::classify(error, &self.address()))
    }

    /// Checks version, role and state of the server.
    async fn check(&self, connection: &MultiplexedConnection) -> Result<(), RedisFault> {
        let mut connection = connection.clone();
        // Without names of sections: only Redis 7 accepts more than one.
        let info = redis::cmd("INFO");
        let info: Result<String, RedisFault> = self.answer(info.query_async(&mut connection)).await;
        match info {
            Ok(info) => {
                check_info(&info, &self.address()).map_err(|fault| self.server.judged(fault))
            }
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
