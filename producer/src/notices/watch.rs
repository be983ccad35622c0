//! Finds that the other half of an installation of many processes is missing. A silent installation looks
//! like one in which nothing changes.

use super::Notifications;
use crate::schedule::is_led;
use app::live_workers::{live_workers, unserved};
use chrono::{DateTime, Utc};
use shared::domain::notice::{Notice, SilentPart};
use shared::jobs::QueueName;
use shared::ports::queue::QueueView;
use shared::ports::store::{ProcessRole, ProcessRow, StoreError};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// From one look to the next.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Looks for the workers, or for the producer, and tells when there have been none for two cycles.
///
/// It sends the notice itself: nobody else may be there to do it. Programs of earlier versions give no
/// sign of life in the database; they are known by their heartbeats in Redis, or by the leader lease.
pub struct ProcessWatch {
    notifications: Notifications,
    sought: Sought,
    /// Since when it has looked without a failure.
    looks_since: DateTime<Utc>,
    /// What was told last, while it lasts.
    told: Option<MissingPrograms>,
}

enum Sought {
    /// A worker for each of `queues`.
    Workers {
        queues: Vec<QueueName>,
        heartbeats: Option<Arc<dyn QueueView>>,
    },
    Producer,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MissingPrograms {
    since: DateTime<Utc>,
    /// The queues that no worker serves.
    queues: Vec<QueueName>,
}

impl ProcessWatch {
    /// A producer that looks for workers of `queues`, also by their `heartbeats`.
    pub fn of_workers(
        notifications: Notifications,
        queues: Vec<QueueName>,
        heartbeats: Option<Arc<dyn QueueView>>,
    ) -> Self {
        Self::of(Sought::Workers { queues, heartbeats }, notifications)
    }

    /// A worker that looks for a producer.
    pub fn of_producers(notifications: Notifications) -> Self {
        Self::of(Sought::Producer, notifications)
    }

    fn of(sought: Sought, notifications: Notifications) -> Self {
        Self {
            looks_since: notifications.clock.now(),
            notifications,
            sought,
            told: None,
        }
    }

    /// Looks until it is dropped.
    pub async fn keep(mut self) -> Infallible {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            // A database that does not answer is reported by others. Once it does, the others have to
            // write their signs of life first.
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "could not look for the other programs");
                self.looks_since = self.notifications.clock.now();
            }
        }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// When the database does not answer; the next look tells the same.
    pub async fn look(&mut self) -> Result<(), StoreError> {
        let now = self.notifications.clock.now();
        let silence = self.silence(now).await?;
        if self.told.is_none() && silence.is_none() {
            return Ok(());
        }
        let over = self
            .told
            .as_ref()
            .and_then(|told| told.over(silence.as_ref()));
        let over = over.map(|ended| self.notice(&ended, Some(now)));
        let lasting = silence.as_ref().map(|silence| self.notice(silence, None));
        for notice in over.into_iter().chain(lasting) {
            if self.told != silence {
                log(&notice);
            }
            self.notifications.write(notice).await?;
        }
        self.told = silence;
        self.notifications.send_due().await
    }

    fn notice(&self, silence: &MissingPrograms, until: Option<DateTime<Utc>>) -> Notice {
        let (part, all) = match &self.sought {
            Sought::Workers { queues, .. } => (SilentPart::Workers, queues.len()),
            Sought::Producer => (SilentPart::Producer, 0),
        };
        let mut queues = silence.queues.clone();
        if queues.len() == all {
            queues.clear();
        }
        Notice::Silent {
            part,
            queues,
            since: silence.since,
            until,
        }
    }

    /// What is missing for two cycles. This process has to have looked for that long, too: all programs
    /// may have been started together just now.
    async fn silence(&self, now: DateTime<Utc>) -> Result<Option<MissingPrograms>, StoreError> {
        if now - self.looks_since <= ProcessRow::SILENCE {
            return Ok(self.told.clone());
        }
        let store = &*self.notifications.store;
        let processes = store.processes().await?;
        match &self.sought {
            Sought::Producer => {
                let is_producer = |process: &&ProcessRow| process.role == ProcessRole::Producer;
                let Some(since) = self.silent_since(&processes, is_producer, now) else {
                    return Ok(None);
                };
                let queues = Vec::new();
                let silence = MissingPrograms { since, queues };
                Ok((!is_led(store, now).await?).then_some(silence))
            }
            Sought::Workers { queues, heartbeats } => {
                let silent = |queue: &QueueName| {
                    let serves = |process: &&ProcessRow| {
                        process.role == ProcessRole::Worker && process.queues.contains(queue)
                    };
                    let since = self.silent_since(&processes, serves, now)?;
                    Some((*queue, since))
                };
                let mut silent: Vec<_> = queues.iter().filter_map(silent).collect();
                if silent.is_empty() {
                    return Ok(None);
                }
                if let Some(heartbeats) = heartbeats {
                    let Ok(workers) = live_workers(&**heartbeats).await else {
                        return Ok(self.told.clone());
                    };
                    let unserved = unserved(&workers);
                    silent.retain(|(queue, _)| unserved.contains(queue));
                }
                let since = silent.iter().map(|(_, since)| *since).max();
                let queues = silent.into_iter().map(|(queue, _)| queue).collect();
                Ok(since.map(|since| MissingPrograms { since, queues }))
            }
        }
    }

    /// Since when none of those that are `sought` has been there, if that is two cycles ago.
    fn silent_since(
        &self,
        processes: &[ProcessRow],
        sought: impl Fn(&&ProcessRow) -> bool,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if processes
            .iter()
            .filter(&sought)
            .any(|process| process.is_alive(now))
        {
            return None;
        }
        let last = processes
            .iter()
            .filter(sought)
            .map(|process| process.heard_at)
            .max();
        let own = match self.sought {
            Sought::Workers { .. } => ProcessRole::Producer,
            Sought::Producer => ProcessRole::Worker,
        };
        let own = processes.iter().filter(|process| process.role == own);
        let first = own.map(|process| process.started_at).min();
        let since = last.or(first).unwrap_or(self.looks_since);
        (now - since > ProcessRow::SILENCE).then_some(since)
    }
}

impl MissingPrograms {
    /// The part of it that has ended, when `now` is what lasts.
    fn over(&self, now: Option<&Self>) -> Option<Self> {
        let mut ended = self.clone();
        if let Some(now) = now {
            ended.queues.retain(|queue| !now.queues.contains(queue));
            if ended.queues.is_empty() {
                return None;
            }
        }
        Some(ended)
    }
}

fn log(notice: &Notice) {
    let Notice::Silent {
        part,
        queues,
        since,
        until,
    } = notice
    else {
        return;
    };
    let queues: Vec<&str> = queues.iter().map(|queue| queue.as_str()).collect();
    let queues = queues.join(",");
    match part {
        _ if until.is_some() => tracing::info!(queues, "there are {} again", part.as_str()),
        SilentPart::Workers if queues.is_empty() => {
            tracing::warn!(%since, "no worker has been alive since {since}: jobs wait. Start worker");
        }
        SilentPart::Workers => {
            tracing::warn!(%since, "no worker for {queues} has been alive since {since}: their jobs wait. Start worker --queues {queues}");
        }
        SilentPart::Producer | SilentPart::Runs => {
            tracing::warn!(%since, "no producer has been alive since {since}: no run is started. Start producer serve");
        }
    }
}
