//! The processes that take jobs from the shared queues now, by their heartbeats in Redis.

use shared::jobs::QueueName;
use shared::ports::queue::{QueueError, QueueView};
use std::collections::BTreeMap;
use std::time::Duration;

/// A process that takes jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveWorker {
    /// Host and process number.
    pub name: String,
    /// The queues from which it takes jobs.
    pub queues: Vec<QueueName>,
    /// The age of the process.
    pub begun: Duration,
    /// The time since its last sign of life.
    pub heard: Duration,
}

/// All of them, by name. One that was killed is among them for up to half a minute.
///
/// # Errors
///
/// When Redis does not answer.
pub async fn live_workers(queues: &dyn QueueView) -> Result<Vec<LiveWorker>, QueueError> {
    let mut workers: BTreeMap<String, LiveWorker> = BTreeMap::new();
    for queue in QueueName::ALL {
        for heartbeat in queues.workers(queue).await? {
            let worker = workers.entry(heartbeat.name.clone()).or_insert(LiveWorker {
                name: heartbeat.name,
                queues: Vec::new(),
                begun: heartbeat.begun,
                heard: heartbeat.heard,
            });
            worker.queues.push(queue);
            worker.heard = worker.heard.min(heartbeat.heard);
        }
    }
    Ok(workers.into_values().collect())
}

/// The queues from which none of `workers` takes jobs.
pub fn unserved(workers: &[LiveWorker]) -> Vec<QueueName> {
    let served = |queue| workers.iter().any(|worker| worker.queues.contains(queue));
    let unserved = QueueName::ALL.iter().filter(|queue| !served(queue));
    unserved.copied().collect()
}
