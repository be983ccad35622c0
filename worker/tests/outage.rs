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
use tokio::task::JoinHandle;
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
    /// The next job succeeds all the same.
    is_back_once: Arc<AtomicBool>,
    tries: Arc<AtomicU64>,
    done: Arc<AtomicU64>,
    /// A person may have to act.
    refuses: Arc<AtomicBool>,
    stopped: Arc<AtomicU64>,
}

#[async_trait]
impl Handler<Database> for SyncBatch {
    async fn run(&self, database: &Database) -> Result<(), JobError> {
        // Without a pause it would be tried endlessly within one moment of the test's clock.
        if database.tries.fetch_add(1, Ordering::Relaxed) > TOO_MANY {
            database.is_back.store(true, Ordering::Relaxed);
        }
        let once = database.is_back_once.swap(false, Ordering::Relaxed);
        if once || database.is_back.load(Ordering::Relaxed) {
            database.done.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        Err(if database.refuses.load(Ordering::Relaxed) {
            StoreError::Unusable("permission denied".to_owned()).into()
        } else {
            StoreError::Unavailable("the disk is full".to_owned()).into()
        })
    }

    async fn give_up(&self, _: &JobError, _: &Database) -> Result<(), JobError> {
        unreachable!("no attempt is spent")
    }

    async fn stop(&self, _: &JobError, database: &Database) -> Result<(), JobError> {
        database.stopped.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn batch(no: u32) -> Message {
    let run = RunId(Uuid::nil());
    Message::new(SyncBatch { run, no })
}

/// Workers over `database`, and how to stop them.
async fn working(database: &Database) -> (watch::Sender<Stop>, JoinHandle<()>) {
    let queue = Arc::new(LocalQueue::new());
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
    let working = tokio::spawn(async move { runtime.run(stopped).await.expect("an end") });
    (stop, working)
}

#[tokio::test(start_paused = true)]
async fn during_an_outage_of_the_database_a_slot_tries_one_job_a_second_and_none_is_lost() {
    for refuses in [false, true] {
        let database = Database::default();
        database.refuses.store(refuses, Ordering::Relaxed);
        let (stop, working) = working(&database).await;

        tokio::time::sleep(Duration::from_secs(10)).await;
        let tries = database.tries.load(Ordering::Relaxed);
        let most = 11 * SLOTS as u64;
        assert!((1..=most).contains(&tries), "{tries} tries in 10 s");

        database.is_back.store(true, Ordering::Relaxed);
        while database.done.load(Ordering::Relaxed) < u64::from(JOBS) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(database.stopped.load(Ordering::Relaxed), 0);
        stop.send(Stop::ClaimNoMore).expect("it runs");
        working.await.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_refuses_everything_for_half_an_hour_ends_what_the_jobs_belong_to() {
    let database = Database::default();
    database.refuses.store(true, Ordering::Relaxed);
    let (stop, working) = working(&database).await;
    let minutes = |minutes: u64| tokio::time::sleep(Duration::from_secs(60 * minutes));
    let stopped = || database.stopped.load(Ordering::Relaxed);

    // One success begins the half hour anew.
    minutes(20).await;
    database.is_back_once.store(true, Ordering::Relaxed);
    minutes(29).await;
    assert_eq!(database.done.load(Ordering::Relaxed), 1);
    assert_eq!(stopped(), 0);
    minutes(2).await;

    assert!(stopped() > 0);
    stop.send(Stop::ClaimNoMore).expect("it runs");
    working.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_database_was_away_is_no_part_of_the_half_hour() {
    let database = Database::default();
    let (stop, working) = working(&database).await;
    let minutes = |minutes: u64| tokio::time::sleep(Duration::from_secs(60 * minutes));
    let stopped = || database.stopped.load(Ordering::Relaxed);

    minutes(31).await;
    database.refuses.store(true, Ordering::Relaxed);
    minutes(29).await;
    assert_eq!(stopped(), 0);
    minutes(2).await;

    assert!(stopped() > 0);
    stop.send(Stop::ClaimNoMore).expect("it runs");
    working.await.expect("no panic");
}
