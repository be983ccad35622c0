//! The store: connections, the keys that seal tokens, and the clock of the database. Each port is
//! implemented in its own file.

use super::accounts::seal::TokenKeys;
use super::db::{Database, one, statement};
use crate::clock::{ServerClock, ServerTime, SystemClock};
use chrono::{DateTime, TimeDelta};
use shared::ports::clock::Clock;
use shared::ports::store::StoreError;
use std::sync::Arc;
use std::time::{Duration, Instant};

statement!(TRY_WRITE, "try_write.sql");

/// A slower answer says little about the time: the question is asked again.
const QUICK: Duration = Duration::from_millis(100);
/// At most so many questions; the quickest answer counts.
const QUESTIONS: u32 = 3;

/// The store over `SQLite` or `PostgreSQL`. Cloning shares the connections and the clock.
#[derive(Clone)]
pub struct SqlStore {
    pub(super) db: Arc<Database>,
    pub(super) keys: TokenKeys,
    pub(super) clock: Arc<ServerClock>,
}

impl SqlStore {
    pub(super) fn over(db: Database) -> Self {
        Self {
            db: Arc::new(db),
            keys: TokenKeys::default(),
            clock: Arc::new(ServerClock::new(Arc::new(SystemClock))),
        }
    }

    /// The same database, with tokens sealed under `keys`.
    #[must_use]
    pub fn with_token_keys(self, keys: TokenKeys) -> Self {
        Self { keys, ..self }
    }

    /// The clock by which all instants are stored: that of the server, or of this machine for a
    /// file.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// How far the clock of this machine is ahead of another server's.
    pub fn machine_ahead_of(&self, answer: ServerTime) -> TimeDelta {
        self.clock.machine_ahead_of(answer)
    }

    /// Succeeds when rows can be written: the primary answers, and the user may. Writes none.
    pub async fn try_write(&self) -> Result<(), StoreError> {
        self.db.run(&TRY_WRITE).await.map(drop)
    }

    /// Sets the clock by that of the server again. Returns how far the clock of this machine is
    /// ahead of it; `None` for a file, which has no clock of its own.
    ///
    /// # Errors
    ///
    /// When the server does not answer; the clock goes on from the last answer.
    pub async fn set_clock(&self) -> Result<Option<TimeDelta>, StoreError> {
        let Some(question) = self.db.dialect.clock() else {
            return Ok(None);
        };
        let mut reader = self.db.reader().await?;
        let mut quickest: Option<ServerTime> = None;
        for _ in 0..QUESTIONS {
            let asked = Instant::now();
            let micros = one(&mut reader, question).await?;
            let micros = micros.number("micros")?;
            let answer = ServerTime {
                at: DateTime::from_timestamp_micros(micros).unwrap_or_default(),
                asked,
                round_trip: asked.elapsed(),
            };
            if quickest.is_none_or(|quickest| answer.round_trip < quickest.round_trip) {
                quickest = Some(answer);
            }
            if answer.round_trip < QUICK {
                break;
            }
        }
        Ok(quickest.map(|answer| self.clock.set(answer)))
    }
}
