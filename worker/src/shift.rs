//! One shift of work: the workers run until they are told to stop by the one who started them.

use crate::runtime::{Concurrency, Runtime};
use house::doors::Doors;
use house::health::Health;
use house::wiring::House;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Running jobs get this long to end after a stop.
const DEADLINE: Duration = Duration::from_secs(30);

/// Workers at work.
pub struct Shift {
    stop: watch::Sender<bool>,
    workers: JoinHandle<Result<(), String>>,
    doors: Doors,
}

impl Shift {
    /// Sets the workers to work, as `health` shows.
    pub fn begin(house: &House, health: &Health) -> Self {
        let (stop, stopped) = watch::channel(false);
        let runtime = Runtime::new(house.bench.clone(), concurrency(house)).seen_in(health);
        let work = async move {
            runtime
                .run(stopped)
                .await
                .map_err(|error| error.to_string())
        };
        Self {
            stop,
            workers: tokio::spawn(work),
            doors: house.doors.clone(),
        }
    }

    /// Stops claiming at once, lets running jobs end, and stores what the lanes really used.
    pub async fn end(self) {
        self.doors.close();
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
        self.doors.end().await;
    }
}

fn concurrency(house: &House) -> Concurrency {
    let places = |setting: u32| usize::try_from(setting).unwrap_or(1);
    Concurrency {
        sync: places(house.work.sync_concurrency),
        update: places(house.work.update_concurrency),
    }
}
