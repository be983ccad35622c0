//! How the programs stop: they claim no new job, finish running ones, and put the rest back.

use crate::world::{Program, World, until};
use adapters::queue::RedisQueue;
use adapters::redis::{RedisSettings, connect};
use shared::jobs::QueueName;
use shared::ports::queue::{Queue as _, QueueStats};
use simulator::{Fault, FaultKind};
use std::time::{Duration, Instant};

const OFFERS: &str = "getItemOffersBatch";
/// Longer than a test waits for anything: who waits for it, waits in vain.
const FOR_EVER: u64 = 25_000;

/// A world in which Amazon takes so long for the first calls, with a run started.
async fn slow_world(millis: u64, calls: u64) -> World {
    let world = World::open(40).await;
    let slow = Fault {
        millis: Some(millis),
        ..Fault::new(OFFERS, FaultKind::Slow).times(calls)
    };
    world.simulator.add_fault(slow).expect("a fault");
    world.start_run().await;
    world
}

fn worker_that_stops_within(world: &World, seconds: &str) -> Program {
    let mut command = world.command("worker", &[]);
    command.env("STOP_WITHIN_SECONDS", seconds);
    world.start(command)
}

async fn sync_queue(world: &World) -> QueueStats {
    let link = connect(&RedisSettings::new(world.redis.url())).await;
    let queue = RedisQueue::new(link.expect("a link"));
    queue.stats(QueueName::Sync).await.expect("figures")
}

async fn until_all_are_claimed(world: &World) {
    let claimed = async || sync_queue(world).await.claimed == 2;
    until(|| "both batches to be claimed".to_owned(), claimed).await;
    world.until_asked().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_runs_at_the_stop_ends_and_no_other_is_begun() {
    let world = slow_world(3_000, 1).await;
    let mut command = world.command("worker", &["--queues", "sync", "--concurrency", "1"]);
    command.env("STOP_WITHIN_SECONDS", "60");
    let worker = world.start(command);
    world.until_asked().await;

    worker.signal("INT");
    worker.ends_with(130).await;

    let left = sync_queue(&world).await;
    assert_eq!((left.done, left.ready, left.claimed), (1, 1, 0), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_does_not_end_in_time_is_put_back_and_begun_elsewhere_at_once() {
    let world = slow_world(FOR_EVER, 2).await;
    let worker = worker_that_stops_within(&world, "1");
    until_all_are_claimed(&world).await;

    worker.signal("TERM");
    let output = worker.ends_with(143).await;

    // Nothing is left to the leases: a message without a lease can be claimed now.
    let left = sync_queue(&world).await;
    assert_eq!(left.claimed, 0, "{left:?}");
    assert_eq!(left.ready + left.delayed, 2, "{left:?}");
    assert_eq!(
        output.matches("its message is put back").count(),
        2,
        "{output}"
    );
    let next = world.worker();
    next.until_page("/readyz", 200).await;
    let done = async || sync_queue(&world).await.done >= 2;
    until(|| "both batches to be done elsewhere".to_owned(), done).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_put_back_has_lost_no_attempt() {
    let world = slow_world(FOR_EVER, 2 * 4).await;
    for _ in 0..4 {
        let worker = worker_that_stops_within(&world, "1");
        until_all_are_claimed(&world).await;
        worker.signal("TERM");
        worker.ends_with(143).await;
    }

    let _next = world.worker();
    let done = async || sync_queue(&world).await.done >= 2;
    until(|| "both batches to be done".to_owned(), done).await;

    assert_eq!(sync_queue(&world).await.dead, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once() {
    let world = slow_world(FOR_EVER, 2).await;
    let worker = worker_that_stops_within(&world, "3600");
    until_all_are_claimed(&world).await;

    worker.signal("TERM");
    worker.until_said("stopping: ").await;
    worker.signal("INT");

    worker.ends_with(130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_stops_in_time_also_while_redis_is_away() {
    let mut world = slow_world(FOR_EVER, 2).await;
    let worker = worker_that_stops_within(&world, "1");
    until_all_are_claimed(&world).await;

    world.redis.kill();
    let stopped_at = Instant::now();
    worker.signal("TERM");
    worker.ends_with(143).await;

    // Its own deadline and those of putting back and leaving: what compose grants is 45 s.
    assert!(stopped_at.elapsed() < Duration::from_secs(40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_stops_is_followed_before_its_lease_ends() {
    let world = World::open(20).await;
    let serve = || world.start(world.command("producer", &["serve"]));
    let first = serve();
    first.until_said("this producer leads").await;
    let second = serve();
    second.until_page("/readyz", 200).await;

    first.signal("TERM");
    first.ends_with(143).await;

    second.until_said("this producer leads").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_in_one_process_stops_with_its_code() {
    let world = World::open(20).await;
    let mut serve = world.command("miseban", &["serve"]);
    serve.env_remove("REDIS_URL");
    serve.env("DATABASE_URL", "sqlite://alone.db");
    let serve = world.start(serve);
    serve.until_page("/readyz", 200).await;

    serve.signal("TERM");

    serve.ends_with(143).await;
}
