//! What a job says about an outage while it runs, and what the jobs of its queue know of it: one that
//! keeps an answer is proof that no other answer can be recorded.

use crate::job_error::{JobError, OUTAGE_PAUSE};
use app::outage::Outage;
use shared::domain::retry::Remedy;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// An answer bars the others for so long: after that it may be the only one that cannot be recorded.
const BARS_FOR: Duration = Duration::from_secs(300);

tokio::task_local! {
    /// That of the queue whose job this task runs. A job that a test calls has none.
    static OF_THIS_QUEUE: JobOutage;
}

/// The outage that the jobs of one queue meet. All clones share one state.
#[derive(Clone, Default)]
pub(crate) struct JobOutage {
    outage: Outage,
    barring: Arc<AtomicU32>,
}

impl JobOutage {
    pub(crate) fn new(outage: Outage) -> Self {
        Self {
            outage,
            barring: Arc::default(),
        }
    }

    /// Runs `job` as one of this queue.
    pub(crate) async fn met_by<T>(&self, job: impl Future<Output = T>) -> T {
        OF_THIS_QUEUE.scope(self.clone(), job).await
    }

    /// A job failed because of an outage. Returns how long none has succeeded.
    pub(crate) fn down(&self, why: &dyn fmt::Display) -> Duration {
        self.outage.down(why)
    }

    /// A job succeeded, or an answer was recorded. That of a job without an answer proves little.
    pub(crate) fn up(&self) {
        if !self.bars() {
            self.outage.up();
        }
    }

    fn bars(&self) -> bool {
        self.barring.load(Ordering::Relaxed) > 0
    }
}

/// An answer that could not be recorded yet; it is no longer kept when this is dropped.
pub(crate) struct KeptAnswer {
    of: JobOutage,
    since: Instant,
    bars: bool,
}

impl KeptAnswer {
    /// Keeps the answer of this job.
    pub(crate) fn begin() -> Option<Self> {
        let of = OF_THIS_QUEUE.try_with(Clone::clone).ok()?;
        of.barring.fetch_add(1, Ordering::Relaxed);
        Some(Self {
            of,
            since: Instant::now(),
            bars: true,
        })
    }

    /// It could not be recorded because of `why`.
    pub(crate) fn failed(&mut self, why: &dyn fmt::Display) {
        self.of.down(why);
        if self.since.elapsed() >= BARS_FOR {
            self.admit_others();
        }
    }

    /// It is recorded.
    pub(crate) fn recorded(mut self) {
        self.admit_others();
        self.of.up();
    }

    fn admit_others(&mut self) {
        if std::mem::take(&mut self.bars) {
            self.of.barring.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for KeptAnswer {
    fn drop(&mut self) {
        self.admit_others();
    }
}

/// Passes when an answer could be recorded, as far as this process knows.
///
/// # Errors
///
/// While another job of the queue keeps an answer: nothing is to be asked.
pub(crate) fn pass_unless_answers_are_kept() -> Result<(), JobError> {
    if OF_THIS_QUEUE.try_with(JobOutage::bars).unwrap_or(false) {
        let why = "an answer that came before cannot be recorded";
        return Err(JobError::new(Remedy::Pause(OUTAGE_PAUSE), why));
    }
    Ok(())
}
