//! The handle of a caller on the shared connection: the calls wait while there is none.

use super::reconnect::CurrentConnection;
use super::round_trip::Vitals;
use futures::FutureExt as _;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use std::io;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// The connection that all callers share, whichever it is at present.
#[derive(Clone)]
pub struct SharedConnection {
    current: watch::Receiver<CurrentConnection>,
    vitals: Arc<Vitals>,
}

impl SharedConnection {
    pub(super) fn new(current: watch::Receiver<CurrentConnection>, vitals: Arc<Vitals>) -> Self {
        Self { current, vitals }
    }

    /// Makes a call on the present connection, which may come first. A call in flight fails when
    /// its connection is replaced: a silent one would hold it until its time-out.
    async fn call<T>(
        &mut self,
        send: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>,
    ) -> RedisResult<T> {
        let (number, mut connection) = self.usable().await?;
        let asked = Instant::now();
        let answer = tokio::select! {
            answer = send(&mut connection) => answer,
            () = self.replaced(number) => {
                Err(io::Error::from(io::ErrorKind::ConnectionAborted).into())
            }
        };
        self.vitals.note(asked, &answer);
        answer
    }

    /// Waits for a connection; fails only after the end of the link.
    async fn usable(&mut self) -> RedisResult<(u64, MultiplexedConnection)> {
        loop {
            if let CurrentConnection::Connected(number, connection) =
                &*self.current.borrow_and_update()
            {
                return Ok((*number, connection.clone()));
            }
            let ended = |_| RedisError::from((ErrorKind::Client, "the link to Redis has ended"));
            self.current.changed().await.map_err(ended)?;
        }
    }

    async fn replaced(&mut self, number: u64) {
        while self.current.borrow_and_update().number() == Some(number) {
            if self.current.changed().await.is_err() {
                // The link has ended; the connection answers what was asked.
                return std::future::pending().await;
            }
        }
    }
}

impl ConnectionLike for SharedConnection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.call(async |connection| connection.send_packed_command(command).await)
            .boxed()
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.call(async move |connection| {
            let answers = connection.send_packed_commands(commands, offset, count);
            answers.await
        })
        .boxed()
    }

    /// Only asked by scripts that select another database, which we have none of.
    fn get_db(&self) -> i64 {
        0
    }
}
