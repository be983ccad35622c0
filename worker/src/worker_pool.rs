//! Owns the running workers of this process, from their start to their stop.

use crate::runtime::{Concurrency, Runtime, Stop};
use app::backends::LimiterShutdown;
use app::health::Health;
use app::wiring::App;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;
use ui::command_error::CommandError;
use ui::message::text;

/// Time limit for putting back the jobs that did not end; Redis may be unreachable.
const PUT_BACK_TIMEOUT: Duration = Duration::from_secs(3);
/// Time limit for releasing limiter tickets.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// The running workers.
pub struct WorkerPool {
    stop: watch::Sender<Stop>,
    workers: JoinHandle<Result<(), String>>,
    limiter_shutdown: LimiterShutdown,
    stop_within: Duration,
}

type WorkersResult = Result<Result<(), String>, JoinError>;

impl WorkerPool {
    /// Starts the workers of all queues; their loops report to `health`.
    pub fn start(app: &App, health: &Health) -> Self {
        let (stop, stopped) = watch::channel(Stop::NotYet);
        // The stop gives back what is left of a block.
        app.limiter_shutdown.store_in_blocks();
        let runtime = Runtime::new(app.ctx.clone(), concurrency(app)).reporting_to(health);
        let work = async move {
            runtime
                .run(stopped)
                .await
                .map_err(|error| error.to_string())
        };
        Self {
            stop,
            workers: tokio::spawn(work),
            limiter_shutdown: app.limiter_shutdown.clone(),
            stop_within: app.work.stop_within,
        }
    }

    /// Waits for workers that end by themselves. No known error makes them do so; but a process without
    /// workers must not look like one that works.
    pub async fn failed(&mut self) -> CommandError {
        let why = match (&mut self.workers).await {
            Ok(Ok(())) => "without an error".to_owned(),
            Ok(Err(error)) => error,
            Err(error) => error.to_string(),
        };
        CommandError::Failed(text!(
            "仕事をする部分が止まりました({why})。もう一度始めてください",
            "the workers ended by themselves ({why}): start the program again"
        ))
    }

    /// Stops claiming at once, waits for running jobs, puts back those that do not end in time, and
    /// stores the use of each lane.
    pub async fn stop(mut self) {
        self.limiter_shutdown.refuse_waiting();
        if !self.workers.is_finished() {
            self.stop_workers().await;
        }
        let released = timeout(RELEASE_TIMEOUT, self.limiter_shutdown.finish());
        if released.await.is_err() {
            tracing::warn!(
                "could not release limiter tickets before the deadline; they expire by themselves"
            );
        }
    }

    async fn stop_workers(&mut self) {
        let mut ended = self.advance(Stop::ClaimNoMore, self.stop_within).await;
        if ended.is_none() {
            ended = self.advance(Stop::PutBack, PUT_BACK_TIMEOUT).await;
        }
        match ended {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(error))) => tracing::error!(%error, "the workers stopped with an error"),
            Some(Err(error)) => tracing::error!(%error, "the task of the workers failed"),
            None => {
                tracing::warn!(
                    "could not put jobs back before the deadline; their leases expire in seconds"
                );
            }
        }
    }

    /// Takes the stop to this step, and waits up to `time` for the workers to end.
    async fn advance(&mut self, step: Stop, time: Duration) -> Option<WorkersResult> {
        // The channel is closed when the workers have just ended.
        let _ = self.stop.send(step);
        timeout(time, &mut self.workers).await.ok()
    }
}

fn concurrency(app: &App) -> Concurrency {
    let slots = |setting: u32| usize::try_from(setting).unwrap_or(1);
    Concurrency {
        sync: slots(app.work.sync_concurrency),
        update: slots(app.work.update_concurrency),
        info: slots(app.work.info_concurrency),
    }
}
