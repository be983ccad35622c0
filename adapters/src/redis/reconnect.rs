//! Keeps the shared connection: the task that watches it, and opens another one when it is closed,
//! silent, or leads to a server that no longer takes writes.
//!
//! A fail-over often leaves connections to the old primary open, and a half-open connection swallows
//! every call. So neither an open socket nor a `PING` proves anything: every few seconds the task
//! makes a write that changes nothing, and asks the sentinels, if there are any: the old primary takes
//! writes until they have told it that there is another one.

use super::connector::{Connector, OpenConnection};
use super::fault::RedisFault;
use super::fault_log::FaultLog;
use super::round_trip::Vitals;
use redis::aio::MultiplexedConnection;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};

/// The connection is checked this often, busy or not.
const PROBE_EVERY: Duration = Duration::from_secs(3);
/// The pause before another attempt to connect: to no server, and to one that cannot be used.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_UNUSABLE: Duration = Duration::from_secs(2);
/// The shortest time from one connection to the next.
const OPEN_EVERY: Duration = Duration::from_secs(1);

/// Whether there is a connection.
#[derive(Clone)]
pub(super) enum CurrentConnection {
    /// The connection to use, and its number: each new one has the next.
    Connected(u64, MultiplexedConnection),
    /// There is none, because of this fault.
    Away(RedisFault),
}

impl CurrentConnection {
    /// The number of the connection.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Connected(number, _) => Some(*number),
            Self::Away(_) => None,
        }
    }

    /// Why there is none.
    pub fn fault(&self) -> Option<&RedisFault> {
        match self {
            Self::Connected(..) => None,
            Self::Away(fault) => Some(fault),
        }
    }
}

/// A call on the connection of this number met a fault that another connection may not have.
pub(super) type ConnectionFault = (u64, RedisFault);

/// The task of one link.
pub(super) struct Reconnector {
    /// Opens the connections.
    pub connector: Arc<Connector>,
    /// Shows the connection to its users.
    pub current: watch::Sender<CurrentConnection>,
    /// What the users met.
    pub faults: mpsc::UnboundedReceiver<ConnectionFault>,
    /// When the server last answered them.
    pub vitals: Arc<Vitals>,
    /// What people are told.
    pub log: Arc<FaultLog>,
}

impl Reconnector {
    /// Keeps a connection, at first `open`, which has the number 0. Never ends.
    pub async fn keep(mut self, mut open: OpenConnection) {
        let mut number = 0;
        loop {
            let opened = Instant::now();
            let fault = self.until_unusable(number, &mut open).await;
            tracing::debug!(error = %fault.message(), "the connection to Redis is made anew");
            self.current.send_replace(CurrentConnection::Away(fault));
            sleep_until(opened + OPEN_EVERY).await;
            open = self.reopen().await;
            self.vitals.answered_in(open.round_trip);
            number += 1;
            let connection = open.connection.clone();
            self.current
                .send_replace(CurrentConnection::Connected(number, connection));
        }
    }

    /// Watches the connection; returns why it cannot be used any more.
    async fn until_unusable(&mut self, number: u64, open: &mut OpenConnection) -> RedisFault {
        let mut probe = interval_at(Instant::now() + PROBE_EVERY, PROBE_EVERY);
        probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = open.closed() => return self.connector.closed(),
                Some((suspect, fault)) = self.faults.recv() => {
                    if suspect == number {
                        return fault;
                    }
                }
                _ = probe.tick() => {
                    if let Err(fault) = self.probe(open).await {
                        return fault;
                    }
                }
            }
        }
    }

    async fn probe(&self, open: &OpenConnection) -> Result<(), RedisFault> {
        let asked = Instant::now();
        match self.connector.probe(&open.connection).await {
            // A busy server answers other calls meanwhile.
            Err(RedisFault::NoAnswer(..)) if self.vitals.has_answered_since(asked) => {}
            Err(fault) if fault.ends_connection() => return Err(fault),
            Ok(()) | Err(_) => self.vitals.note(asked, &Ok(())),
        }
        self.connector.check_named(open).await
    }

    async fn reopen(&self) -> OpenConnection {
        let begun = Instant::now();
        loop {
            let fault = match self.connector.open().await {
                Ok(open) => {
                    self.log.over(begun.elapsed());
                    return open;
                }
                Err(fault) => fault,
            };
            self.log.failed(&fault);
            let pause = match fault {
                RedisFault::Unreachable(..) | RedisFault::NoAnswer(..) => PAUSE,
                _ => PAUSE_UNUSABLE,
            };
            self.current.send_replace(CurrentConnection::Away(fault));
            sleep(pause).await;
        }
    }
}
