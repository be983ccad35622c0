//! The frame in which jobs run: apalis workers over the queue's claims, one for each queue.
//!
//! For each message: decode, renew the lease while the handler lives, run it apart from the worker so
//! that a panic ends the job and not the worker, settle. A payload that cannot be read goes to the
//! dead list. A handler that is still running when a stop has lasted too long is broken off and its
//! message put back, so that another worker starts it at once; what a process that is killed held
//! comes back when its lease ends.

use crate::away::Away;
use crate::failure::Failure;
use crate::handlers::Handlers;
use crate::pulsed_queue::PulsedQueue;
use crate::settle::{Ending, ending};
use adapters::queue::{Claims, Placed};
use apalis::prelude::{BoxDynError, Data, WorkerBuilder, WorkerContext, WorkerError};
use app::health::Health;
use shared::domain::retry::{Remedy, RetryTable};
use shared::jobs::{Job, QueueName};
use shared::ports::context::Context;
use shared::ports::queue::{Claimed, Queue, Settlement};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument;

/// A claim holds this long; a worker that is gone loses its messages after it.
const LEASE: Duration = Duration::from_secs(8);
/// A lease is renewed this often while the handler lives.
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// How far a stop has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// There is none.
    NotYet,
    /// No message is claimed any more; running jobs may end.
    ClaimNoMore,
    /// Running jobs are broken off, and their messages put back.
    PutBack,
}

/// How many jobs run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// Of the queue `sync` (0 leaves a queue to others): enough to keep the lane busy while answers are recorded.
    pub sync: usize,
    /// Of the queue `update`.
    pub update: usize,
    /// Of the queue `info`; one is enough for a lane of 2 requests a second.
    pub info: usize,
}

/// Runs jobs until told to stop.
pub struct Runtime {
    queue: Arc<dyn Queue>,
    handlers: Arc<dyn Handlers>,
    concurrency: Concurrency,
    health: Health,
}

#[derive(Clone)]
struct Frame {
    queue: Arc<dyn Queue>,
    name: QueueName,
    handlers: Arc<dyn Handlers>,
    retries: Arc<RetryTable>,
    away: Arc<Away>,
    stop: watch::Receiver<Stop>,
}

impl Runtime {
    /// A runtime of the product's jobs that is not running yet.
    pub fn new(ctx: Context, concurrency: Concurrency) -> Self {
        Self::with(Arc::clone(&ctx.queue), Arc::new(ctx), concurrency)
    }

    /// The same frame around other `handlers`.
    pub fn with(
        queue: Arc<dyn Queue>,
        handlers: Arc<dyn Handlers>,
        concurrency: Concurrency,
    ) -> Self {
        Self {
            queue,
            handlers,
            concurrency,
            health: Health::default(),
        }
    }

    /// Shows in `health` that its loops turn.
    #[must_use]
    pub fn seen_in(mut self, health: &Health) -> Self {
        self.health = health.clone();
        self
    }

    /// Claims and runs jobs until there is a `stop`; then as [`Stop`] says, until no job runs. An owner
    /// of `stop` that is gone without a word wants claims to end.
    ///
    /// # Errors
    ///
    /// When a worker loop of apalis ends by itself, which none of our faults makes it do.
    pub async fn run(self, stop: watch::Receiver<Stop>) -> Result<(), WorkerError> {
        let mut workers = JoinSet::new();
        let away = Arc::new(Away::default());
        for name in QueueName::ALL {
            let concurrency = match name {
                QueueName::Sync => self.concurrency.sync,
                QueueName::Update => self.concurrency.update,
                QueueName::Info => self.concurrency.info,
            };
            if concurrency == 0 {
                continue;
            }
            let pulse = self.health.pulse(&format!("queue {}", name.as_str()));
            let frame = Frame {
                queue: Arc::new(PulsedQueue::new(Arc::clone(&self.queue), pulse)),
                name,
                handlers: Arc::clone(&self.handlers),
                retries: Arc::new(RetryTable::default()),
                away: Arc::clone(&away),
                stop: stop.clone(),
            };
            workers.spawn(work(frame, concurrency));
        }
        let mut ended = Ok(());
        while let Some(worker) = workers.join_next().await {
            let result =
                worker.unwrap_or_else(|error| Err(WorkerError::PanicError(error.to_string())));
            ended = ended.and(result);
        }
        ended
    }
}

async fn work(frame: Frame, concurrency: usize) -> Result<(), WorkerError> {
    let stop = frame.stop.clone();
    let queue = Arc::clone(&frame.queue);
    let claims = Claims::new(queue, frame.name, LEASE, concurrency.max(1));
    WorkerBuilder::new(format!("{}-{}", frame.name.as_str(), std::process::id()))
        .backend(claims)
        .data(frame)
        .build(handle)
        .run_with_ctx(move |worker: WorkerContext| {
            let mut stop = stop.clone();
            async move {
                // An owner that is gone without a word wants us to stop, too.
                let _ = stop.wait_for(|stop| *stop >= Stop::ClaimNoMore).await;
                worker.stop()
            }
        })
        .await
}

async fn handle(placed: Placed, frame: Data<Frame>) -> Result<(), BoxDynError> {
    let claimed = &placed.claimed;
    let span = tracing::info_span!("job", id = %claimed.id, attempt = claimed.attempt);
    frame.attend(placed).instrument(span).await;
    Ok(())
}

impl Frame {
    async fn attend(&self, Placed { claimed, place }: Placed) {
        let settlement = match serde_json::from_slice::<Job>(&claimed.payload) {
            Ok(job) => self.run_leased(job, &claimed).await,
            Err(error) => {
                tracing::error!(%error, "a message cannot be read, it goes to the dead list");
                Settlement::Dead(format!("the payload cannot be read: {error}"))
            }
        };
        // The next message is claimed while this one is settled, in one call where that can be.
        drop(place);
        self.settle(&claimed, settlement).await;
    }

    /// Runs the handler in a task of its own, so that a panic is a failure of the job like any other,
    /// and holds the lease until its end is concluded.
    async fn run_leased(&self, job: Job, claimed: &Claimed) -> Settlement {
        let (handlers, job) = (Arc::clone(&self.handlers), Arc::new(job));
        let task = {
            let job = Arc::clone(&job);
            tokio::spawn(async move { handlers.run(&job).await }.in_current_span())
        };
        let handler = task.abort_handle();
        let ended = self.end(&job, task, claimed.attempt);
        tokio::pin!(ended);
        let mut stop = self.stop.clone();
        let mut too_late = pin!(too_late(&mut stop));
        let mut broken_off = false;
        loop {
            tokio::select! {
                settlement = &mut ended => return settlement,
                () = tokio::time::sleep(RENEW_EVERY) => self.renew(claimed).await,
                () = &mut too_late, if !broken_off => {
                    // It ends at its next await; what it did by then is found in the rows.
                    handler.abort();
                    broken_off = true;
                }
            }
        }
    }

    async fn end(
        &self,
        job: &Job,
        task: JoinHandle<Result<(), Failure>>,
        attempt: u32,
    ) -> Settlement {
        let result = match task.await {
            Ok(result) => result,
            Err(error) if error.is_cancelled() => {
                tracing::info!("the job did not end in time, its message is put back");
                return Settlement::Defer(Duration::ZERO);
            }
            Err(error) => {
                tracing::error!(%error, "the handler broke off");
                Err(Failure {
                    remedy: Remedy::TryAgain,
                    why: "the handler broke off".to_owned(),
                })
            }
        };
        match &result {
            Ok(()) => self.away.found(),
            Err(failure) => self.rest_after(failure).await,
        }
        self.conclude(job, result, attempt).await
    }

    /// Keeps this place from the next job, where that would get no further than the last one.
    async fn rest_after(&self, failure: &Failure) {
        let Remedy::Rest(pause) = failure.remedy else {
            return;
        };
        self.away.missed(&failure.why);
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop >= Stop::ClaimNoMore) => {}
        }
    }

    async fn conclude(&self, job: &Job, result: Result<(), Failure>, attempt: u32) -> Settlement {
        let step = ending(&result, attempt, &self.retries);
        let failure = match (&step, result) {
            (Ending::Settle(_), Err(failure)) => {
                tracing::debug!(why = %failure.why, "the job comes back");
                failure
            }
            (_, Err(failure)) => failure,
            (_, Ok(())) => return Settlement::Done,
        };
        let (concluded, settlement) = match step {
            Ending::Settle(settlement) => return settlement,
            Ending::GiveUp => (
                self.handlers.give_up(job, &failure).await,
                Settlement::Dead(failure.why.clone()),
            ),
            Ending::Stop => (self.handlers.stop(job, &failure).await, Settlement::Done),
        };
        // What could not be concluded now (the database is away) is concluded when the message comes
        // back: its attempt is past the last one, so that it ends here again.
        match concluded {
            Ok(()) => settlement,
            Err(error) => {
                self.rest_after(&error).await;
                Settlement::Retry(Duration::from_secs(1), error.why)
            }
        }
    }

    async fn renew(&self, claimed: &Claimed) {
        match self.queue.renew(self.name, claimed, LEASE).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the lease is lost; what this worker does is idempotent"),
            Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
        }
    }

    /// Settles until the queue has taken it, for as long as the lease may hold.
    async fn settle(&self, claimed: &Claimed, settlement: Settlement) {
        for _ in 0..8 {
            match self
                .queue
                .settle(self.name, claimed, settlement.clone())
                .await
            {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!("another worker has taken the message over");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the message could not be settled yet");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

/// Ends when running jobs have to be put back; never where nobody says so.
async fn too_late(stop: &mut watch::Receiver<Stop>) {
    if stop.wait_for(|stop| *stop == Stop::PutBack).await.is_err() {
        std::future::pending::<()>().await;
    }
}
