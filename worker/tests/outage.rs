//! A worker whose database is unavailable waits, and does not try all its jobs again and again.

use adapters::queue::LocalQueue;
use async_trait::async_trait;
use shared::domain::run::RunId;
use shared::jobs::SyncBatch;
use shared::ports::queue::{Message, Queue as _};
use shared::ports::store::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;
use worker::handlers::{Handler, Handlers};
use worker::job_error::JobError;
use worker::runtime::{Concurrency, Runtime, Stop};

const JOBS: u32 = 500;
const SLOTS: usize = 2;
const TOO_MANY: u64 = 10_000;

/// A database that is unavailable until the test brings it back.
#[derive(Clone, Default)]
struct Database {
    is_back: Arc<AtomicBool>,
    tries: Arc<AtomicU64>,
    done: Arc<AtomicU64>,
}

#[async_trait]
impl Handler<Database> for SyncBatch {
    async fn run(&self, database: &Database) -> Result<(), JobError> {
        // Without a pause it would be tried endlessly within one moment of the test's clock.
        if database.tries.fetch_add(1, Ordering::Relaxed) > TOO_MANY {
            database.is_back.store(true, Ordering::Relaxed);
        }
        if database.is_back.load(Ordering::Relaxed) {
            database.done.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        Err(StoreError::Unavailable("the disk is full".to_owned()).into())
    }

    async fn give_up(&self, _: &JobError, _: &Database) -> Result<(), JobError> {
        unreachable!("no attempt is spent")
    }
}

fn batch(no: u32) -> Message {
    let run = RunId(Uuid::nil());
    Message::new(SyncBatch { run, no })
}

#[tokio::test(start_paused = true)]
async fn during_an_outage_of_the_database_a_slot_tries_one_job_a_second_and_none_is_lost() {
    let (queue, database) = (Arc::new(LocalQueue::new()), Database::default());
    let handlers = Handlers::new(database.clone()).with::<SyncBatch>();
    let jobs: Vec<Message> = (1..=JOBS).map(batch).collect();
    queue.push(&jobs).await.expect("pushed");
    let (stop, stopped) = watch::channel(Stop::NotYet);
    let concurrency = Concurrency {
        sync: SLOTS,
        update: 0,
        info: 0,
    };
    let runtime = Runtime::with(queue, handlers, concurrency);
    let working = tokio::spawn(runtime.run(stopped));

    tokio::time::sleep(Duration::from_secs(10)).await;
    let tries = database.tries.load(Ordering::Relaxed);
    let most = 11 * SLOTS as u64;
    assert!((1..=most).contains(&tries), "{tries} tries in 10 s");

    database.is_back.store(true, Ordering::Relaxed);
    while database.done.load(Ordering::Relaxed) < u64::from(JOBS) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send(Stop::ClaimNoMore).expect("it runs");
    working.await.expect("no panic").expect("an end");
}
