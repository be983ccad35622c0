//! Runs one job: decodes the message, renews its lease while the handler runs, and settles it.
//!
//! The handler runs in a task of its own, so that a panic ends the job and not the worker. A message
//! that cannot be decoded goes to the dead list.

use crate::conclusion::{Conclusion, conclude};
use crate::handlers::{Handler, Handlers};
use crate::job_error::JobError;
use crate::job_outage::JobOutage;
use shared::domain::retry::{PATIENCE, Remedy, RetryTable};
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Queue, Settlement};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// A claim lasts this long; the messages of a killed worker come back after it.
pub const LEASE: Duration = Duration::from_secs(8);
/// A lease is renewed this often while the handler runs.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// Attempts to settle a message, a second apart: for as long as its lease may last.
const SETTLE_ATTEMPTS: u32 = 8;

/// How far a stop has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// No stop was requested.
    NotYet,
    /// No message is claimed any more; running jobs may end.
    ClaimNoMore,
    /// Running jobs are aborted, and their messages put back.
    PutBack,
}

/// Runs the jobs of one queue.
pub struct JobRunner<C> {
    pub queue: Arc<dyn Queue>,
    pub name: QueueName,
    pub handlers: Arc<Handlers<C>>,
    pub retries: RetryTable,
    pub outage: JobOutage,
    pub stop: watch::Receiver<Stop>,
}

impl<C: Send + Sync + 'static> JobRunner<C> {
    /// Runs and settles the job of a message. Drops `slot` as soon as the worker can claim another one.
    pub async fn process(&self, claimed: Claimed, slot: impl Send) {
        let settlement = match self.handlers.decode(&claimed.payload) {
            Ok(job) => self.run_leased(job, &claimed).await,
            Err(error) => {
                tracing::error!(%error, "could not read a message; moved it to the dead list");
                Settlement::Dead(format!("the payload cannot be read: {error}"))
            }
        };
        // The queue may claim the next message and settle this one in the same call.
        drop(slot);
        self.settle(&claimed, settlement).await;
    }

    /// Runs the handler, and renews the lease until its end is concluded.
    async fn run_leased(&self, job: Arc<dyn Handler<C>>, claimed: &Claimed) -> Settlement {
        let task = {
            let (job, handlers) = (Arc::clone(&job), Arc::clone(&self.handlers));
            let outage = self.outage.clone();
            let running = async move { outage.met_by(job.run(&handlers.ctx)).await };
            tokio::spawn(running.in_current_span())
        };
        let handler = task.abort_handle();
        let ended = self.finish(&*job, task, claimed.attempt);
        tokio::pin!(ended);
        let mut stop = self.stop.clone();
        let mut too_late = pin!(too_late(&mut stop));
        let mut aborted = false;
        loop {
            tokio::select! {
                settlement = &mut ended => return settlement,
                () = tokio::time::sleep(RENEW_EVERY) => self.renew(claimed).await,
                () = &mut too_late, if !aborted => {
                    // It ends at its next await; the rows say what it did until then.
                    handler.abort();
                    aborted = true;
                }
            }
        }
    }

    async fn finish(
        &self,
        job: &dyn Handler<C>,
        task: JoinHandle<Result<(), JobError>>,
        attempt: u32,
    ) -> Settlement {
        let mut result = match task.await {
            Ok(result) => result,
            Err(error) if error.is_cancelled() => {
                tracing::info!("the job did not end in time; its message is put back");
                return Settlement::Defer(Duration::ZERO);
            }
            Err(error) => {
                tracing::error!(%error, "the handler panicked");
                Err(JobError::new(Remedy::TryAgain, "the handler panicked"))
            }
        };
        match &mut result {
            Ok(()) => self.outage.up(),
            Err(error) => {
                tracing::debug!(remedy = ?error.remedy, why = %error.why, "the job failed");
                let refused_for = self.pause_after(error).await;
                if refused_for >= PATIENCE {
                    error.remedy = Remedy::Stop;
                }
            }
        }
        self.outage
            .met_by(self.conclude(job, result, attempt))
            .await
    }

    /// Keeps this slot from the next job during an outage, which would stop that job as well. Returns how
    /// long jobs have been refused; zero if `error` is no refusal.
    async fn pause_after(&self, error: &JobError) -> Duration {
        let (Remedy::Pause(pause) | Remedy::PauseThenStop(pause)) = error.remedy else {
            return Duration::ZERO;
        };
        let refused_for = self.outage.down(error);
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop >= Stop::ClaimNoMore) => {}
        }
        refused_for
    }

    async fn conclude(
        &self,
        job: &dyn Handler<C>,
        result: Result<(), JobError>,
        attempt: u32,
    ) -> Settlement {
        let conclusion = conclude(&result, attempt, &self.retries);
        let Err(error) = result else {
            return Settlement::Done;
        };
        let ctx = &self.handlers.ctx;
        let (concluded, settlement) = match conclusion {
            Conclusion::Settle(settlement) => {
                tracing::debug!(why = %error.why, "the job will be retried");
                return settlement;
            }
            Conclusion::GiveUp => (
                job.give_up(&error, ctx).await,
                Settlement::Dead(error.why.clone()),
            ),
            Conclusion::Stop => (job.stop(&error, ctx).await, Settlement::Done),
        };
        // If the job cannot be concluded now (the database is unavailable), it is concluded when the message
        // comes back, which costs no attempt: it fails again and ends here again, or succeeds.
        match concluded {
            Ok(()) => settlement,
            Err(error) => {
                self.pause_after(&error).await;
                tracing::debug!(why = %error.why, "the end of the job cannot be stored yet");
                Settlement::Defer(Duration::from_secs(1))
            }
        }
    }

    async fn renew(&self, claimed: &Claimed) {
        match self.queue.renew(self.name, claimed, LEASE).await {
            Ok(true) => {}
            Ok(false) => {
                // Usual after an outage of the queue.
                tracing::info!(
                    "the lease is lost; the job continues, since its writes are idempotent"
                );
            }
            // The adapter warns.
            Err(error) => tracing::debug!(%error, "could not renew the lease"),
        }
    }

    async fn settle(&self, claimed: &Claimed, settlement: Settlement) {
        for _ in 0..SETTLE_ATTEMPTS {
            let settled = self.queue.settle(self.name, claimed, settlement.clone());
            match settled.await {
                Ok(true) => return,
                Ok(false) => {
                    return tracing::info!("another worker has claimed the message meanwhile");
                }
                Err(error) => {
                    tracing::debug!(%error, "could not settle the message; retrying in a second");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

/// Ends when running jobs have to be put back; never if the sender was dropped.
async fn too_late(stop: &mut watch::Receiver<Stop>) {
    if stop.wait_for(|stop| *stop == Stop::PutBack).await.is_err() {
        std::future::pending::<()>().await;
    }
}
