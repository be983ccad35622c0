//! The background task that records and sends notices while a program runs.

use super::Notifications;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Pause between two passes.
const PASS_EVERY: Duration = Duration::from_secs(5);
/// Passes from one tidying of the outbox to the next.
const PASSES_PER_TIDY: u32 = 6;
/// Time for a message in flight to finish after a stop.
const DEADLINE: Duration = Duration::from_secs(5);

/// [`Notifications`] in a task of their own. The task has no heartbeat: a channel that hangs is
/// no reason to restart the program.
pub struct NotificationTask {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl NotificationTask {
    /// Starts the task; without channels there is none.
    pub fn start(notifications: Notifications) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task =
            (!notifications.channels.is_empty()).then(|| tokio::spawn(run(notifications, stopped)));
        Self { stop, task }
    }

    /// Waits a few seconds for a message in flight. If it does not finish, its delivery stays
    /// unknown and it is not sent again.
    pub async fn stop(self) {
        // Without channels there is no receiver.
        let _ = self.stop.send(true);
        let Some(mut task) = self.task else {
            return;
        };
        if tokio::time::timeout(DEADLINE, &mut task).await.is_err() {
            task.abort();
            tracing::warn!("stopped while a notification was in flight; its delivery is unknown");
        }
    }
}

async fn run(notifications: Notifications, mut stopped: watch::Receiver<bool>) {
    let mut passes: u32 = 0;
    while !*stopped.borrow() {
        let tidy = passes.is_multiple_of(PASSES_PER_TIDY);
        notifications.pass(tidy).await;
        passes = passes.wrapping_add(1);
        if let Ok(Err(_)) = tokio::time::timeout(PASS_EVERY, stopped.changed()).await {
            // The owner was dropped without a stop.
            return;
        }
    }
}
