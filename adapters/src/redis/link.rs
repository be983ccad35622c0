//! The connection to Redis, shared by queue, limiter and cache.
//!
//! It is opened once at start, where each fault says what to do. Later it is kept by a task
//! (`reconnect.rs`), and callers only see failed calls. The password is in no message and in no debug
//! output.

use super::connector::Connector;
use super::fault::RedisFault;
use super::fault_log::FaultLog;
use super::reconnect::{ConnectionFault, CurrentConnection, Reconnector};
use super::round_trip::{RoundTrip, Vitals};
use super::settings::RedisSettings;
use super::shared_connection::SharedConnection;
use super::state::RedisState;
use crate::clock::ServerTime;
use chrono::DateTime;
use redis::aio::PubSub;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

/// Connections to one Redis. Cheap to clone; all clones share one multiplexed connection.
#[derive(Clone)]
pub struct RedisLink(Arc<LinkParts>);

struct LinkParts {
    connector: Arc<Connector>,
    current: watch::Receiver<CurrentConnection>,
    faults: mpsc::UnboundedSender<ConnectionFault>,
    vitals: Arc<Vitals>,
    log: Arc<FaultLog>,
    task: AbortHandle,
    prefix: String,
    response_timeout: Duration,
}

impl RedisLink {
    /// The prefix of every key.
    pub fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// The shared connection, which is made anew when it has to be. Never block on it (`BLPOP`),
    /// since a blocked call holds up all others. Use it through [`RedisLink::within`]: without a
    /// time-out it waits for an unreachable Redis forever.
    pub fn shared(&self) -> SharedConnection {
        SharedConnection::new(self.0.current.clone(), Arc::clone(&self.0.vitals))
    }

    /// Waits for a shared connection; returns its number.
    pub(super) async fn connected(&self) -> u64 {
        let mut current = self.0.current.clone();
        loop {
            if let Some(number) = current.borrow_and_update().number() {
                return number;
            }
            until_changed(&mut current).await;
        }
    }

    /// Ends when the shared connection is no longer that of this number. Other connections may lead
    /// to the wrong server then, too.
    pub(super) async fn replaced(&self, number: u64) {
        let mut current = self.0.current.clone();
        while current.borrow_and_update().number() == Some(number) {
            until_changed(&mut current).await;
        }
    }

    /// A separate connection that can subscribe. It is not made anew by itself.
    ///
    /// # Errors
    ///
    /// The fault if Redis cannot be used now.
    pub(super) async fn subscriber(&self) -> Result<PubSub, RedisFault> {
        let opened = self.0.connector.open_subscriber().await;
        opened.inspect_err(|fault| self.0.log.failed(fault))
    }

    /// Waits for the answer to a call, at most for the response time-out. A fault that another
    /// connection may not have ends the shared connection.
    ///
    /// # Errors
    ///
    /// A call that timed out may have been executed: repeat only idempotent calls.
    pub async fn within<T>(
        &self,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, RedisFault> {
        let parts = &*self.0;
        let number = parts.current.borrow().number();
        let fault = match tokio::time::timeout(parts.response_timeout, call).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => parts.connector.classify(error),
            Err(_) => RedisFault::NoAnswer(parts.connector.address(), parts.response_timeout),
        };
        // Why there is no connection says more than that there was no answer.
        let fault = self
            .fault()
            .filter(|_| fault.is_transient())
            .unwrap_or(fault);
        parts.log.failed(&fault);
        if let Some(number) = number
            && fault.ends_connection()
        {
            // The task of the link ends only with the link.
            parts.faults.send((number, fault.clone())).ok();
        }
        Err(fault)
    }

    /// Why there is no connection at present.
    pub fn fault(&self) -> Option<RedisFault> {
        self.0.current.borrow().fault().cloned()
    }

    /// The measured round trip to Redis.
    pub fn round_trip(&self) -> RoundTrip {
        self.0.vitals.round_trip()
    }

    /// Checks that Redis answers and accepts writes.
    ///
    /// # Errors
    ///
    /// The fault if it does not, at once if it is known.
    pub async fn check(&self) -> Result<(), RedisFault> {
        if let Some(fault) = self.fault() {
            return Err(fault);
        }
        let mut connection = self.shared();
        let write = self.0.connector.write_nothing();
        match self.within(write.exec_async(&mut connection)).await {
            // The work may need other permissions only.
            Err(RedisFault::NotAllowed(..)) => Ok(()),
            checked => checked,
        }
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
        self.0.connector.address()
    }
}

impl Drop for LinkParts {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for RedisLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLink")
            .field("address", &self.address())
            .field("prefix", &self.0.prefix)
            .finish_non_exhaustive()
    }
}

/// Waits for a change, for good if the task of the link has ended.
async fn until_changed(current: &mut watch::Receiver<CurrentConnection>) {
    if current.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Connects and checks that this Redis is usable.
///
/// # Errors
///
/// The fault, without a retry; its message says what to do.
pub async fn connect(settings: &RedisSettings) -> Result<RedisLink, RedisFault> {
    let connector = Arc::new(Connector::new(settings)?);
    let open = connector.open().await?;
    let vitals = Arc::new(Vitals::default());
    vitals.answered_in(open.round_trip);
    let log = Arc::new(FaultLog::default());
    let (current, seen) = watch::channel(CurrentConnection::Connected(0, open.connection.clone()));
    let (suspect, faults) = mpsc::unbounded_channel();
    let reconnector = Reconnector {
        connector: Arc::clone(&connector),
        current,
        faults,
        vitals: Arc::clone(&vitals),
        log: Arc::clone(&log),
    };
    Ok(RedisLink(Arc::new(LinkParts {
        connector,
        current: seen,
        faults: suspect,
        vitals,
        log,
        task: tokio::spawn(reconnector.keep(open)).abort_handle(),
        prefix: settings.prefix.clone(),
        response_timeout: settings.response_timeout,
    })))
}
