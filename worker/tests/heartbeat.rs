//! The heartbeat of a worker comes from its queue: a busy worker and an idle one are alive, one that
//! does not call its queue any more is dead.

use adapters::queue::LocalQueue;
use app::health::Health;
use shared::domain::run::RunId;
use shared::jobs::{Backfill, QueueName};
use shared::ports::queue::{Capacity, Message, Queue as _, QueueAdmin as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::advance;
use worker::heartbeat_queue::HeartbeatQueue;

/// Somewhat less than the time after which a loop counts as hanging.
const A_WHILE: Duration = Duration::from_secs(50);
const LEASE: Duration = Duration::from_secs(600);
const TIMEOUT: Duration = Duration::from_secs(5);

fn worker() -> (Arc<LocalQueue>, HeartbeatQueue, Health) {
    let (local, health) = (Arc::new(LocalQueue::new()), Health::default());
    let queue = HeartbeatQueue::new(local.clone(), health.heartbeat("queue sync"));
    (local, queue, health)
}

fn message() -> Message {
    Message::new(Backfill {
        run: RunId(uuid::Uuid::nil()),
    })
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_slots_are_all_taken_by_long_jobs_is_alive() {
    let (_, queue, health) = worker();
    queue.push(&[message()]).await.expect("pushed");
    let job = queue
        .claim(QueueName::Sync, LEASE, TIMEOUT, &Capacity::fixed(1))
        .await;
    let job = job.expect("an answer").pop().expect("a message");

    for _ in 0..3 {
        advance(A_WHILE).await;
        let held = queue.renew(QueueName::Sync, &job, LEASE).await;
        assert!(held.expect("an answer"));
    }

    assert!(health.dead().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_a_paused_queue_is_alive() {
    let (local, queue, health) = worker();
    local.pause(QueueName::Sync).await.expect("paused");

    for _ in 0..3 {
        advance(A_WHILE).await;
        let nothing = queue
            .claim(QueueName::Sync, LEASE, TIMEOUT, &Capacity::fixed(1))
            .await;
        assert!(nothing.expect("an answer").is_empty());
    }

    assert!(health.dead().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_claims_nothing_any_more_is_dead_whatever_others_push() {
    let (_, queue, health) = worker();
    let claimed = queue
        .claim(QueueName::Sync, LEASE, TIMEOUT, &Capacity::fixed(1))
        .await;
    assert!(claimed.expect("an answer").is_empty());

    advance(A_WHILE).await;
    queue.push(&[message()]).await.expect("pushed");
    queue.stats(QueueName::Sync).await.expect("figures");
    advance(A_WHILE).await;

    assert!(health.dead().contains_key("queue sync"));
}
