//! The programs that work on this database, and when each gave its last sign of life.

use super::StoreError;
use crate::domain::outcome::words;
use crate::domain::wrong_clock::is_future;
use crate::jobs::QueueName;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessRole {
    /// `miseban serve`: keeps the schedule and runs the jobs.
    Serve,
    /// `producer serve`: keeps the schedule.
    Producer,
    /// `worker`: runs the jobs.
    Worker,
    /// A command that carries out one run.
    Run,
}

words!(ProcessRole {
    Serve => "serve",
    Producer => "producer",
    Worker => "worker",
    Run => "run",
});

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessRow {
    /// Its id, drawn at its start.
    pub id: Uuid,
    /// What it does.
    pub role: ProcessRole,
    /// Host and process number.
    pub name: String,
    /// The queues that it serves; none for one that keeps the schedule only.
    pub queues: Vec<QueueName>,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its last sign of life.
    pub heard_at: DateTime<Utc>,
    /// When it stopped; `None` also for one that was killed.
    pub stopped_at: Option<DateTime<Utc>>,
}

impl ProcessRow {
    /// From one sign of life to the next.
    pub const CYCLE: TimeDelta = TimeDelta::seconds(30);
    /// A program that is silent for this long, two cycles, has ended or cannot work.
    pub const SILENCE: TimeDelta = TimeDelta::seconds(60);

    /// Whether it works at `now`.
    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        let silent = now - self.heard_at > Self::SILENCE || is_future(self.heard_at, now);
        self.stopped_at.is_none() && !silent
    }

    /// Whether it keeps the schedule, or carries out a run.
    pub fn makes_runs(&self) -> bool {
        self.role != ProcessRole::Worker
    }
}

/// Stores the signs of life.
#[async_trait]
pub trait ProcessStore: Send + Sync {
    /// Writes the row of a program, also the first time.
    async fn hear(&self, process: &ProcessRow) -> Result<(), StoreError>;

    /// All programs that were heard, the last one first.
    async fn processes(&self) -> Result<Vec<ProcessRow>, StoreError>;

    /// Deletes those that were last heard before `before`.
    async fn forget_processes(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
}
