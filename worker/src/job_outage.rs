//! What a job says about an outage while it runs, and what the jobs of its queue know of it: one that
//! keeps an answer is proof that no other answer can be recorded.

use crate::job_error::{JobError, OUTAGE_PAUSE};
use app::outage::{Outage, SAYS_NOTHING_AFTER};
use shared::domain::retry::Remedy;
use shared::ports::store::StoreError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    refusals: Arc<Mutex<Option<RefusedTime>>>,
}

/// Refused jobs, one after the other, without a success or a time in which nothing was refused, for
/// example since the server was away.
struct RefusedTime {
    begun: Instant,
    last: Instant,
}

impl JobOutage {
    pub(crate) fn new(outage: Outage) -> Self {
        Self {
            outage,
            ..Self::default()
        }
    }

    /// Runs `job` as one of this queue.
    pub(crate) async fn met_by<T>(&self, job: impl Future<Output = T>) -> T {
        OF_THIS_QUEUE.scope(self.clone(), job).await
    }

    /// A job failed because of an outage. Returns how long jobs have been refused; zero if `error` is no
    /// refusal.
    pub(crate) fn down(&self, error: &JobError) -> Duration {
        self.outage.down(&error.why);
        match error.remedy {
            Remedy::PauseThenStop(_) => self.refused(),
            _ => Duration::ZERO,
        }
    }

    /// A job succeeded, or an answer was recorded. That of a job without an answer proves little.
    pub(crate) fn up(&self) {
        if !self.bars() {
            self.outage.up();
            *self.refused_time() = None;
        }
    }

    fn refused(&self) -> Duration {
        let now = Instant::now();
        let mut refusals = self.refused_time();
        let known = refusals
            .as_ref()
            .filter(|known| now - known.last < SAYS_NOTHING_AFTER);
        let begun = known.map_or(now, |known| known.begun);
        *refusals = Some(RefusedTime { begun, last: now });
        now - begun
    }

    fn refused_time(&self) -> MutexGuard<'_, Option<RefusedTime>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// It could not be recorded because of `error`.
    pub(crate) fn failed(&mut self, error: &StoreError) {
        self.of.down(&JobError::from(error));
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

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::retry::PATIENCE;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    fn away() -> JobError {
        StoreError::Unavailable("no answer".to_owned()).into()
    }

    fn refusal() -> JobError {
        StoreError::Unusable("permission denied".to_owned()).into()
    }

    #[tokio::test(start_paused = true)]
    async fn refused_time_count_from_the_first_one_after_a_success_or_a_silence() {
        let outage = JobOutage::default();

        outage.down(&refusal());
        advance(20 * SECOND).await;
        assert_eq!(outage.down(&refusal()), 20 * SECOND);
        outage.up();
        assert_eq!(outage.down(&refusal()), Duration::ZERO);
        advance(SAYS_NOTHING_AFTER).await;

        assert_eq!(outage.down(&refusal()), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_that_a_server_was_away_is_no_time_of_refusals() {
        let outage = JobOutage::default();
        outage.down(&refusal());

        for _ in 0..=PATIENCE.as_secs() {
            advance(SECOND).await;
            assert_eq!(outage.down(&away()), Duration::ZERO);
        }

        assert_eq!(outage.down(&refusal()), Duration::ZERO);
        advance(SECOND).await;
        outage.down(&away());
        assert_eq!(outage.down(&refusal()), SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_refused_counts_while_it_is_kept() {
        let outage = JobOutage::default();
        let kept = outage.met_by(async { KeptAnswer::begin() }).await;
        let mut kept = kept.expect("a queue");

        kept.failed(&StoreError::Unusable("permission denied".to_owned()));
        advance(SECOND).await;

        assert_eq!(outage.down(&refusal()), SECOND);
    }
}
