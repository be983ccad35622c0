//! The pulse of a worker comes from its queue: a busy one and an idle one are alive, one that asks
//! for nothing any more is not.

use adapters::queue::LocalQueue;
use app::health::Health;
use shared::domain::run::RunId;
use shared::jobs::{Backfill, Job, QueueName, Rank};
use shared::ports::queue::{Message, Queue as _, QueueDesk as _, Room};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::advance;
use worker::pulsed_queue::PulsedQueue;

/// Most of the time after which a loop counts as hanging.
const A_WHILE: Duration = Duration::from_secs(50);
const LEASE: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(5);

fn worker() -> (Arc<LocalQueue>, PulsedQueue, Health) {
    let (local, health) = (Arc::new(LocalQueue::new()), Health::default());
    let queue = PulsedQueue::new(local.clone(), health.pulse("queue sync"));
    (local, queue, health)
}

fn message() -> Message {
    let job = Job::Backfill(Backfill {
        run: RunId(uuid::Uuid::nil()),
    });
    Message {
        job,
        rank: Rank(0),
        delay: Duration::ZERO,
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_places_are_all_taken_by_a_long_job_is_alive() {
    let (_, queue, health) = worker();
    queue.push(&[message()]).await.expect("pushed");
    let job = queue
        .claim(QueueName::Sync, LEASE, PATIENCE, &Room::of(1))
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
            .claim(QueueName::Sync, LEASE, PATIENCE, &Room::of(1))
            .await;
        assert!(nothing.expect("an answer").is_empty());
    }

    assert!(health.dead().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_asks_for_nothing_any_more_is_dead_whatever_others_push() {
    let (_, queue, health) = worker();
    let claimed = queue
        .claim(QueueName::Sync, LEASE, PATIENCE, &Room::of(1))
        .await;
    assert!(claimed.expect("an answer").is_empty());

    advance(A_WHILE).await;
    queue.push(&[message()]).await.expect("pushed");
    queue.stats(QueueName::Sync).await.expect("figures");
    advance(A_WHILE).await;

    assert!(health.dead().contains_key("queue sync"));
}
