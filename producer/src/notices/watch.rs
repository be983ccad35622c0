//! Finds what is missing: runs that were not made, and the other half of an installation of many
//! processes. A silent installation looks like one in which nothing changes.

use super::Notifications;
use crate::schedule_state::ScheduleState;
use chrono::{DateTime, Utc};
use shared::domain::notice::{Notice, SilentPart};
use shared::domain::schedule::RunSchedule;
use shared::jobs::QueueName;
use shared::ports::store::{NewNotice, ProcessRole, ProcessRow, StoreError};
use std::convert::Infallible;
use std::time::Duration;

/// From one look to the next.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl Notifications {
    /// Tells that no run was made while no program ran, if one is overdue. Call it before this process
    /// gives its first sign of life.
    pub async fn tell_missed_run(&self, schedule: &RunSchedule) {
        if let Err(error) = self.find_missed_run(schedule).await {
            tracing::warn!(%error, "could not read whether a run is overdue");
        }
    }

    async fn find_missed_run(&self, schedule: &RunSchedule) -> Result<(), StoreError> {
        let now = self.clock.now();
        let state = ScheduleState::read(&*self.store, schedule, now).await?;
        let Some(since) = state.overdue_since else {
            return Ok(());
        };
        tracing::warn!(%since, "no run since {since}, although one was due: no program ran that keeps the schedule");
        let part = SilentPart::Runs;
        let until = None;
        self.write(Notice::Silent { part, since, until }).await
    }

    async fn write(&self, notice: Notice) -> Result<(), StoreError> {
        let channels = self.channel_names();
        if channels.is_empty() || !self.policy.events.wants(&notice) {
            return Ok(());
        }
        let new = NewNotice {
            event: notice.event(),
            notice: Some(notice),
            at: self.clock.now(),
        };
        self.store.write_notices(&channels, &[new]).await.map(drop)
    }
}

/// Looks for the workers, or for the producer, and tells when there have been none for two cycles.
///
/// It sends the notice itself: nobody else may be there to do it.
pub struct ProcessWatch {
    notifications: Notifications,
    part: SilentPart,
    /// Since when it has looked without a failure.
    looks_since: DateTime<Utc>,
    /// What was told last, while it lasts.
    told: Option<Notice>,
}

impl ProcessWatch {
    /// A producer that looks for workers.
    pub fn of_workers(notifications: Notifications) -> Self {
        Self::of(SilentPart::Workers, notifications)
    }

    /// A worker that looks for a producer.
    pub fn of_producers(notifications: Notifications) -> Self {
        Self::of(SilentPart::Producer, notifications)
    }

    fn of(part: SilentPart, notifications: Notifications) -> Self {
        Self {
            looks_since: notifications.clock.now(),
            notifications,
            part,
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
        let processes = self.notifications.store.processes().await?;
        let silent = self.silent_since(&processes, now);
        let notice = match (silent, &self.told) {
            (Some(since), _) => self.notice(since, None),
            (None, Some(Notice::Silent { since, .. })) => self.notice(*since, Some(now)),
            (None, _) => return Ok(()),
        };
        if self.told.as_ref() != Some(&notice) {
            log(self.part, &notice);
        }
        self.notifications.write(notice.clone()).await?;
        self.told = silent.map(|_| notice);
        self.notifications.send_due().await
    }

    fn notice(&self, since: DateTime<Utc>, until: Option<DateTime<Utc>>) -> Notice {
        let part = self.part;
        Notice::Silent { part, since, until }
    }

    /// Since when none has been there, if that is two cycles ago. This process has to have looked for that
    /// long, too: all programs may have been started together just now.
    fn silent_since(&self, processes: &[ProcessRow], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (sought, own) = match self.part {
            SilentPart::Workers => (ProcessRole::Worker, ProcessRole::Producer),
            SilentPart::Producer | SilentPart::Runs => (ProcessRole::Producer, ProcessRole::Worker),
        };
        let with_role = |role| processes.iter().filter(move |process| process.role == role);
        let alive = || with_role(sought).filter(move |process| process.is_alive(now));
        let is_served = |queue: &QueueName| alive().any(|process| process.queues.contains(queue));
        let is_there = match sought {
            ProcessRole::Worker => QueueName::ALL.iter().all(is_served),
            _ => alive().next().is_some(),
        };
        if is_there || now - self.looks_since <= ProcessRow::SILENCE {
            return None;
        }
        // Those that are alive leave out a queue: since when cannot be told by them.
        let dead = with_role(sought).filter(|process| !process.is_alive(now));
        let last = dead.map(|process| process.heard_at).max();
        let first = with_role(own).map(|process| process.started_at).min();
        let since = last.or(first).unwrap_or(self.looks_since);
        (now - since > ProcessRow::SILENCE).then_some(since)
    }
}

fn log(part: SilentPart, notice: &Notice) {
    match notice {
        Notice::Silent { until: Some(_), .. } => {
            tracing::info!("there are {} again", part.as_str());
        }
        Notice::Silent { since, .. } => match part {
            SilentPart::Workers => {
                tracing::warn!(%since, "no worker has been alive since {since}, or none for some queue: jobs wait. Start worker");
            }
            SilentPart::Producer | SilentPart::Runs => {
                tracing::warn!(%since, "no producer has been alive since {since}: no run is started. Start producer serve");
            }
        },
        _ => {}
    }
}
