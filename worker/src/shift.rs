//! One shift of work: the workers run until they are told to stop by the one who started them.

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

/// Putting back what did not end takes this long at most; Redis may be away.
const PUT_BACK_WITHIN: Duration = Duration::from_secs(3);
/// Leaving the lanes takes this long at most.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// Workers at work.
pub struct Shift {
    stop: watch::Sender<Stop>,
    workers: JoinHandle<Result<(), String>>,
    limiter_shutdown: LimiterShutdown,
    stop_within: Duration,
}

type Ended = Result<Result<(), String>, JoinError>;

impl Shift {
    /// Sets the workers to work, as `health` shows.
    pub fn begin(app: &App, health: &Health) -> Self {
        let (stop, stopped) = watch::channel(Stop::NotYet);
        let runtime = Runtime::new(app.ctx.clone(), concurrency(app)).seen_in(health);
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

    /// Waits for workers that end without being told to. None of our faults makes them do so; but a
    /// process without workers must not look like one that works.
    pub async fn broke(&mut self) -> CommandError {
        let why = match (&mut self.workers).await {
            Ok(Ok(())) => "without a word".to_owned(),
            Ok(Err(error)) => error,
            Err(error) => error.to_string(),
        };
        CommandError::Failed(text!(
            "仕事をする部分が止まりました({why})。もう一度始めてください",
            "the workers ended by themselves ({why}): start the program again"
        ))
    }

    /// Stops claiming at once, lets running jobs end, puts back those that do not in time, and stores
    /// what the lanes really used.
    pub async fn end(mut self) {
        self.limiter_shutdown.refuse_waiting();
        if !self.workers.is_finished() {
            self.end_workers().await;
        }
        if timeout(LEAVE_WITHIN, self.limiter_shutdown.finish())
            .await
            .is_err()
        {
            tracing::warn!("the lanes could not be left in time; the others notice by themselves");
        }
    }

    async fn end_workers(&mut self) {
        let mut ended = self.within(Stop::ClaimNoMore, self.stop_within).await;
        if ended.is_none() {
            ended = self.within(Stop::PutBack, PUT_BACK_WITHIN).await;
        }
        match ended {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(error))) => tracing::error!(%error, "the workers ended with an error"),
            Some(Err(error)) => tracing::error!(%error, "the workers broke off"),
            None => {
                tracing::warn!("jobs could not be put back in time; their leases end in seconds");
            }
        }
    }

    /// Takes the stop to this step, and waits so long for the workers' end.
    async fn within(&mut self, step: Stop, time: Duration) -> Option<Ended> {
        // Nobody listens any more when the workers have just ended.
        let _ = self.stop.send(step);
        timeout(time, &mut self.workers).await.ok()
    }
}

fn concurrency(app: &App) -> Concurrency {
    let places = |setting: u32| usize::try_from(setting).unwrap_or(1);
    Concurrency {
        sync: places(app.work.sync_concurrency),
        update: places(app.work.update_concurrency),
        info: places(app.work.info_concurrency),
    }
}
