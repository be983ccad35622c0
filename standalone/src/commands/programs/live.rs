//! Which process keeps the schedule, and which ones take jobs. Each fact has one source: the lock of the
//! database file, the leader lease, the heartbeats in Redis.

use crate::lock::WorkLock;
use crate::lock_note::LockHolder;
use adapters::redis::RedisLink;
use adapters::store::SqlStore;
use app::config::Settings;
use app::live_workers::{LiveWorker, live_workers};
use app::wiring;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// What works now.
#[derive(Debug)]
pub enum LivePrograms {
    /// Without Redis one process does everything: the one that works on the database file, if any.
    OneProcess(Option<LockHolder>),
    /// With Redis.
    Shared {
        /// Whether a producer leads; not known without a database.
        producer: Option<bool>,
        /// Who takes jobs; or why that is not known.
        workers: Result<Vec<LiveWorker>, Text>,
    },
}

impl LivePrograms {
    /// Asks the sources.
    ///
    /// # Errors
    ///
    /// A database that does not answer.
    pub async fn look(
        settings: &Settings,
        store: Option<&SqlStore>,
        redis: Result<Option<&RedisLink>, &CommandError>,
    ) -> Result<Self, CommandError> {
        if settings.redis.is_none() {
            let location = settings.database_url.location()?;
            return Ok(Self::OneProcess(WorkLock::holder(&location)));
        }
        let producer = match store {
            Some(store) => Some(producer::is_led(store, store.clock().now()).await?),
            None => None,
        };
        let workers = match redis {
            Ok(Some(link)) => workers_of(link).await,
            Ok(None) | Err(_) => Err(text!(
                "Redisを使えないため、分かりません",
                "unknown, since Redis cannot be used"
            )),
        };
        Ok(Self::Shared { producer, workers })
    }

    /// Whether all sources have answered.
    pub fn are_known(&self) -> bool {
        match self {
            Self::OneProcess(_) => true,
            Self::Shared { producer, workers } => producer.is_some() && workers.is_ok(),
        }
    }
}

async fn workers_of(link: &RedisLink) -> Result<Vec<LiveWorker>, Text> {
    let workers = live_workers(&wiring::queue_over(link)).await;
    workers.map_err(|error| {
        text!(
            "分かりません({error})",
            "unknown ({error})",
            error = cause(&error),
        )
    })
}
