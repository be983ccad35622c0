//! The programs that work now as a JSON object. Spans are seconds.

use super::live::LivePrograms;
use app::live_workers::LiveWorker;
use serde::Serialize;
use shared::jobs::QueueName;

/// What works now.
#[derive(Debug, Serialize)]
pub struct ProgramsView {
    /// `one-process`, or `shared` with Redis.
    pub mode: &'static str,
    /// Whether `miseban serve` or a producer keeps the schedule; `null` if that is not known.
    pub schedule_kept: Option<bool>,
    /// The process that works on the database file; only without Redis.
    pub process: Option<u32>,
    /// Who takes jobs from the queues in Redis; `null` without Redis, or if that is not known.
    pub workers: Option<Vec<WorkerView>>,
}

/// A process that takes jobs.
#[derive(Debug, Serialize)]
pub struct WorkerView {
    /// Host and process number.
    pub name: String,
    pub queues: Vec<&'static str>,
    /// The age of the process.
    pub begun_seconds: u64,
    /// The time since its last sign of life.
    pub heard_seconds: u64,
}

impl ProgramsView {
    /// The JSON of `programs`.
    pub fn of(programs: &LivePrograms) -> Self {
        match programs {
            LivePrograms::OneProcess(holder) => Self {
                mode: "one-process",
                schedule_kept: Some(holder.is_some_and(|holder| holder.serves)),
                process: holder.and_then(|holder| holder.process),
                workers: None,
            },
            LivePrograms::Shared { producer, workers } => Self {
                mode: "shared",
                schedule_kept: *producer,
                process: None,
                workers: workers
                    .as_ref()
                    .ok()
                    .map(|workers| workers.iter().map(WorkerView::of).collect()),
            },
        }
    }
}

impl WorkerView {
    /// The JSON of one.
    pub fn of(worker: &LiveWorker) -> Self {
        let queues = worker.queues.iter().copied();
        Self {
            name: worker.name.clone(),
            queues: queues.map(QueueName::as_str).collect(),
            begun_seconds: worker.begun.as_secs(),
            heard_seconds: worker.heard.as_secs(),
        }
    }
}
