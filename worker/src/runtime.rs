//! Runs jobs: one apalis worker for each queue, over the queue's claims.
//!
//! A stop has two steps. First no worker claims a message any more, and running jobs may end. A handler
//! that still runs when the stop has lasted too long is aborted and its message put back, so that
//! another worker starts it at once. The messages of a killed process come back when their leases end.

use crate::handlers::Handlers;
use crate::heartbeat_queue::HeartbeatQueue;
use crate::job_outage::JobOutage;
pub use crate::job_runner::Stop;
use crate::job_runner::{JobRunner, LEASE};
use crate::jobs;
use adapters::queue::{AssignedMessage, Claims};
use apalis::prelude::{BoxDynError, Data, WorkerBuilder, WorkerContext, WorkerError};
use app::health::Health;
use shared::domain::retry::RetryTable;
use shared::jobs::QueueName;
use shared::ports::context::Context;
use shared::ports::queue::Queue;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument;

/// How many jobs run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// Of the queue `sync` (0: other processes serve it): enough to use the whole rate of the lane while
    /// answers are recorded.
    pub sync: usize,
    /// Of the queue `update`.
    pub update: usize,
    /// Of the queue `info`; one is enough for a lane of 2 requests a second.
    pub info: usize,
}

/// Runs jobs until it is stopped.
pub struct Runtime<C> {
    queue: Arc<dyn Queue>,
    handlers: Arc<Handlers<C>>,
    concurrency: Concurrency,
    health: Health,
}

impl Runtime<Context> {
    /// A runtime of the product's jobs, not running yet.
    pub fn new(ctx: Context, concurrency: Concurrency) -> Self {
        Self::with(Arc::clone(&ctx.queue), jobs::handlers(ctx), concurrency)
    }
}

impl<C: Send + Sync + 'static> Runtime<C> {
    /// A runtime of the jobs that `handlers` knows, not running yet.
    pub fn with(queue: Arc<dyn Queue>, handlers: Handlers<C>, concurrency: Concurrency) -> Self {
        Self {
            queue,
            handlers: Arc::new(handlers),
            concurrency,
            health: Health::default(),
        }
    }

    /// Reports the heartbeats of its loops to `health`.
    #[must_use]
    pub fn reporting_to(mut self, health: &Health) -> Self {
        self.health = health.clone();
        self
    }

    /// Claims and runs jobs until there is a `stop`; then proceeds as [`Stop`] says, until no job runs.
    /// A dropped sender of `stop` counts as [`Stop::ClaimNoMore`].
    ///
    /// # Errors
    ///
    /// When a worker loop of apalis ends by itself, which no known error makes it do.
    pub async fn run(self, stop: watch::Receiver<Stop>) -> Result<(), WorkerError> {
        let mut workers = JoinSet::new();
        for name in QueueName::ALL {
            let concurrency = match name {
                QueueName::Sync => self.concurrency.sync,
                QueueName::Update => self.concurrency.update,
                QueueName::Info => self.concurrency.info,
            };
            if concurrency == 0 {
                continue;
            }
            let shown = format!("queue {}", name.as_str());
            let heartbeat = self.health.heartbeat(&shown);
            let queue = HeartbeatQueue::new(Arc::clone(&self.queue), heartbeat);
            let runner = JobRunner {
                queue: Arc::new(queue),
                name,
                handlers: Arc::clone(&self.handlers),
                retries: RetryTable::default(),
                outage: JobOutage::new(self.health.outage(&shown)),
                stop: stop.clone(),
            };
            workers.spawn(work(runner, concurrency));
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

async fn work<C: Send + Sync + 'static>(
    runner: JobRunner<C>,
    concurrency: usize,
) -> Result<(), WorkerError> {
    let stop = runner.stop.clone();
    let queue = Arc::clone(&runner.queue);
    let claims = Claims::new(queue, runner.name, LEASE, concurrency.max(1));
    WorkerBuilder::new(format!("{}-{}", runner.name.as_str(), std::process::id()))
        .backend(claims)
        .data(Arc::new(runner))
        .build(process::<C>)
        .run_with_ctx(move |worker: WorkerContext| {
            let mut stop = stop.clone();
            async move {
                // A dropped sender is an error, and a stop, too.
                let _ = stop.wait_for(|stop| *stop >= Stop::ClaimNoMore).await;
                worker.stop()
            }
        })
        .await
}

async fn process<C: Send + Sync + 'static>(
    assigned: AssignedMessage,
    runner: Data<Arc<JobRunner<C>>>,
) -> Result<(), BoxDynError> {
    let AssignedMessage { claimed, slot } = assigned;
    let span = tracing::info_span!("job", id = %claimed.id, attempt = claimed.attempt);
    runner.process(claimed, slot).instrument(span).await;
    Ok(())
}
