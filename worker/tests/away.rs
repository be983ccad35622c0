//! A worker whose database is away waits, and does not try all that it has again and again.

use adapters::queue::LocalQueue;
use async_trait::async_trait;
use shared::domain::run::RunId;
use shared::jobs::{Job, Rank, SyncBatch};
use shared::ports::queue::{Message, Queue as _};
use shared::ports::store::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;
use worker::failure::Failure;
use worker::handlers::Handlers;
use worker::runtime::{Concurrency, Runtime, Stop};

const JOBS: u32 = 500;
const PLACES: usize = 2;
const TOO_MANY: u64 = 10_000;

/// Jobs whose database is away until somebody brings it back.
#[derive(Default)]
struct WithoutStore {
    is_back: AtomicBool,
    tries: AtomicU64,
    done: AtomicU64,
}

#[async_trait]
impl Handlers for WithoutStore {
    async fn run(&self, _: &Job) -> Result<(), Failure> {
        // Without a rest it would be tried for ever within one moment of the test's clock.
        if self.tries.fetch_add(1, Ordering::Relaxed) > TOO_MANY {
            self.is_back.store(true, Ordering::Relaxed);
        }
        if self.is_back.load(Ordering::Relaxed) {
            self.done.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        Err(StoreError::Unavailable("the disk is full".to_owned()).into())
    }

    async fn give_up(&self, _: &Job, _: &Failure) -> Result<(), Failure> {
        unreachable!("no attempt is spent")
    }

    async fn stop(&self, _: &Job, _: &Failure) -> Result<(), Failure> {
        unreachable!("it comes back")
    }
}

fn batch(no: u32) -> Message {
    let run = RunId(Uuid::nil());
    Message {
        job: Job::SyncBatch(SyncBatch { run, no }),
        rank: Rank(0),
        delay: Duration::ZERO,
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_database_is_away_a_place_tries_one_job_a_second_and_none_is_lost() {
    let (queue, handlers) = (
        Arc::new(LocalQueue::new()),
        Arc::new(WithoutStore::default()),
    );
    let jobs: Vec<Message> = (1..=JOBS).map(batch).collect();
    queue.push(&jobs).await.expect("pushed");
    let (stop, stopped) = watch::channel(Stop::NotYet);
    let concurrency = Concurrency {
        sync: PLACES,
        update: 0,
        info: 0,
    };
    let runtime = Runtime::with(queue, handlers.clone(), concurrency);
    let working = tokio::spawn(runtime.run(stopped));

    tokio::time::sleep(Duration::from_secs(10)).await;
    let tries = handlers.tries.load(Ordering::Relaxed);
    let most = 11 * PLACES as u64;
    assert!((1..=most).contains(&tries), "{tries} tries in 10 s");

    handlers.is_back.store(true, Ordering::Relaxed);
    while handlers.done.load(Ordering::Relaxed) < u64::from(JOBS) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send(Stop::ClaimNoMore).expect("it runs");
    working.await.expect("no panic").expect("an end");
}
