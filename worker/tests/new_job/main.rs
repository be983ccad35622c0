//! A new kind of job needs two files and one line: a payload, a handler, and its registration. Retries,
//! the last attempt and the dead list work for it as for the product's jobs.

mod handler;
mod payload;

use adapters::queue::LocalQueue;
use handler::Warehouse;
use payload::CountBin;
use shared::domain::listing::ListingId;
use shared::jobs::{QueueName, UpdateListing};
use shared::ports::queue::{Message, MessagePage, MessageState, Queue, QueueView as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use worker::handlers::Handlers;
use worker::runtime::{Concurrency, Runtime, Stop};

const CONCURRENCY: Concurrency = Concurrency {
    sync: 0,
    update: 1,
    info: 1,
};

fn handlers(warehouse: Warehouse) -> Handlers<Warehouse> {
    // The one line.
    Handlers::new(warehouse).with::<CountBin>()
}

/// Pushes `messages`, and runs jobs for a minute of the test's clock.
async fn run(messages: &[Message]) -> (Arc<LocalQueue>, Warehouse) {
    let (queue, warehouse) = (Arc::new(LocalQueue::new()), Warehouse::default());
    queue.push(messages).await.expect("pushed");
    let (stop, stopped) = watch::channel(Stop::NotYet);
    let runtime = Runtime::with(queue.clone(), handlers(warehouse.clone()), CONCURRENCY);
    let running = tokio::spawn(runtime.run(stopped));
    tokio::time::sleep(Duration::from_secs(60)).await;
    stop.send(Stop::ClaimNoMore).expect("it runs");
    running.await.expect("no panic").expect("an end");
    (queue, warehouse)
}

async fn dead(queue: &LocalQueue, name: QueueName) -> Vec<(String, String)> {
    let dead = queue
        .list(name, MessageState::Dead, MessagePage::first(10))
        .await;
    let dead = dead.expect("a list").into_iter();
    dead.map(|message| (message.id, message.error.unwrap_or_default()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_job_runs_is_tried_again_and_is_given_up_at_last() {
    let bins = [1, 2, 3].map(|bin| Message::new(CountBin { bin }));

    let (queue, warehouse) = run(&bins).await;

    let mut events = warehouse.events.lock().expect("no panic").clone();
    events.sort();
    let expected = [
        "count 1",
        "count 2",
        "count 2",
        "count 3",
        "count 3",
        "count 3",
        "give up 3",
    ];
    assert_eq!(events, expected);
    let stats = queue.stats(QueueName::Info).await.expect("figures");
    assert_eq!((stats.done, stats.dead), (2, 1));
    let why = "the bin is in the dark".to_owned();
    assert_eq!(
        dead(&queue, QueueName::Info).await,
        [("bin:3".to_owned(), why)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_with_an_unknown_tag_ends_in_the_dead_list() {
    let update = UpdateListing {
        listing: ListingId(7),
        version: 1,
    };

    let (queue, warehouse) = run(&[Message::new(update)]).await;

    assert!(warehouse.events.lock().expect("no panic").is_empty());
    let why = "the payload cannot be read: no job has the tag \"update_listing/1\"".to_owned();
    assert_eq!(
        dead(&queue, QueueName::Update).await,
        [("update:7:1".to_owned(), why)]
    );
}
