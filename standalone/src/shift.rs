//! One shift of work: the workers run until they are told to stop, by the one who started them or by
//! a signal.

use crate::say::{Exit, Failure, text};
use crate::wiring::House;
use adapters::limiter::LocalLimiter;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use worker::runtime::Runtime;

/// Running jobs get this long to end after a stop.
const DEADLINE: Duration = Duration::from_secs(30);

/// Workers at work.
pub struct Shift {
    stop: watch::Sender<bool>,
    workers: JoinHandle<Result<(), String>>,
    limiter: Arc<LocalLimiter>,
}

impl Shift {
    /// Sets the workers to work.
    pub fn begin(house: &House) -> Self {
        let (stop, stopped) = watch::channel(false);
        let runtime = Runtime::new(house.bench.clone(), house.concurrency);
        let work = async move {
            runtime
                .run(stopped)
                .await
                .map_err(|error| error.to_string())
        };
        Self {
            stop,
            workers: tokio::spawn(work),
            limiter: Arc::clone(&house.limiter),
        }
    }

    /// Stops claiming at once, lets running jobs end, and stores what the lanes really used.
    pub async fn end(self) {
        self.limiter.close_doors();
        // Nobody listens any more when the workers have ended by themselves.
        let _ = self.stop.send(true);
        match tokio::time::timeout(DEADLINE, self.workers).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "the workers ended with an error"),
            Ok(Err(error)) => tracing::error!(%error, "the workers broke off"),
            Err(_) => tracing::warn!(
                "running jobs did not end in time; they are found again from the rows"
            ),
        }
        self.limiter.store_exact_use().await;
    }
}

/// Waits for SIGINT or SIGTERM. After it, a second one ends the process at once.
///
/// # Errors
///
/// When the signals cannot be listened to.
pub async fn signal() -> Result<Exit, Failure> {
    let first = next_signal().await?;
    tokio::spawn(async {
        if let Ok(second) = next_signal().await {
            std::process::exit(i32::from(second.code()));
        }
    });
    Ok(first)
}

#[cfg(unix)]
async fn next_signal() -> Result<Exit, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| deaf(&error))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| deaf(&error))?;
    tokio::select! {
        _ = interrupt.recv() => Ok(Exit::Interrupted),
        _ = terminate.recv() => Ok(Exit::Terminated),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> Result<Exit, Failure> {
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| deaf(&error))?;
    Ok(Exit::Interrupted)
}

fn deaf(error: &std::io::Error) -> Failure {
    Failure::Failed(text!(
        "終了の合図を受け取れません({error})",
        "signals cannot be listened to ({error})"
    ))
}
