//! Measures throughput, latency and memory of the queue in Redis: `cargo bench -p adapters --bench
//! queue`. Starts its own Redis and prints the figures.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]
#![expect(clippy::cast_precision_loss, reason = "rounded figures for people")]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/queue_contract/server.rs"]
mod server;

use adapters::queue::RedisQueue;
use adapters::redis::{RedisLink, RedisSettings, connect};
use server::Server;
use shared::domain::run::RunId;
use shared::jobs::{Job, QueueName, Rank, SyncBatch};
use shared::ports::queue::{Capacity, Claimed, Message, Queue, Settlement};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LEASE: Duration = Duration::from_secs(30);
const QUEUE: QueueName = QueueName::Sync;

#[tokio::main]
async fn main() {
    let server = Server::start();
    let link = connect(&RedisSettings::new(server.url())).await.unwrap();
    let busy = Arc::new(open(&server).await);

    // After its first use, Redis keeps memory that does not belong to messages.
    push(&busy, 1_000).await;
    work_off(&busy, 16, 1_000).await;
    memory(&link, &busy).await;
    deep(&busy).await;
    pickup(&server, &busy).await;
    idle(&server).await;
}

/// The memory for the messages of a large run, and what remains after them.
async fn memory(link: &RedisLink, queue: &Arc<RedisQueue>) {
    const MESSAGES: u32 = 50_000;
    let before = used(link).await;
    push(queue, MESSAGES).await;
    let full = used(link).await - before;
    work_off(queue, 16, MESSAGES).await;
    let left = used(link).await - before;
    println!(
        "Redis: {:.1} MB for {MESSAGES} messages ({:.0} bytes each), {:.2} MB after them",
        full / 1e6,
        full / f64::from(MESSAGES),
        left / 1e6
    );
}

/// Whether a long queue is slower than a short one.
async fn deep(queue: &Arc<RedisQueue>) {
    const SAMPLE: u32 = 20_000;
    const WAITING: u32 = 400_000;
    for claimers in [1, 16] {
        push(queue, SAMPLE).await;
        let empty = work_off(queue, claimers, SAMPLE).await;
        push(queue, WAITING).await;
        let deep = work_off(queue, claimers, SAMPLE).await;
        work_off(queue, 64, WAITING - SAMPLE).await;
        println!(
            "with {WAITING} waiting, {claimers} at once: {:.2} of the empty queue's rate",
            deep / empty
        );
    }
}

/// Bytes.
async fn used(link: &RedisLink) -> f64 {
    let info: String = redis::cmd("INFO")
        .arg("memory")
        .query_async(&mut link.shared())
        .await
        .unwrap();
    let bytes = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    bytes.unwrap().trim().parse().unwrap()
}

/// The queue of one process.
async fn open(server: &Server) -> RedisQueue {
    RedisQueue::new(connect(&RedisSettings::new(server.url())).await.unwrap())
}

fn batch(no: u32) -> Message {
    let run = RunId::parse("01934f5e-7b7a-7000-8000-000000000001").unwrap();
    Message {
        job: Job::new(SyncBatch { run, no }),
        rank: Rank::NORMAL,
        delay: Duration::ZERO,
    }
}

async fn push(queue: &RedisQueue, count: u32) {
    let messages: Vec<Message> = (0..count).map(batch).collect();
    let begun = Instant::now();
    queue.push(&messages).await.unwrap();
    per_second("push", count, begun.elapsed());
}

/// Claims and settles each message; returns the messages per second.
async fn work_off(queue: &Arc<RedisQueue>, claimers: u32, count: u32) -> f64 {
    let begun = Instant::now();
    let working: Vec<_> = (0..claimers)
        .map(|_| {
            let queue = Arc::clone(queue);
            tokio::spawn(async move {
                for _ in 0..count / claimers {
                    take(&queue).await;
                }
            })
        })
        .collect();
    for claimer in working {
        claimer.await.unwrap();
    }
    for _ in 0..count % claimers {
        take(queue).await;
    }
    let name = format!("claim and settle, {claimers} at once");
    per_second(&name, count, begun.elapsed())
}

async fn claim(queue: &RedisQueue, name: QueueName, timeout: Duration) -> Option<Claimed> {
    let claimed = queue.claim(name, LEASE, timeout, &Capacity::fixed(1)).await;
    claimed.unwrap().pop()
}

async fn take(queue: &RedisQueue) {
    let claimed = claim(queue, QUEUE, Duration::ZERO).await.unwrap();
    assert!(
        queue
            .settle(QUEUE, &claimed, Settlement::Done)
            .await
            .unwrap()
    );
}

/// The time from a push to the claim that it wakes in another process.
async fn pickup(server: &Server, pusher: &RedisQueue) {
    let idle = open(server).await;
    let mut spans = Vec::new();
    for no in 0..500 {
        let (sent, woken) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                let begun = Instant::now();
                pusher.push(&[batch(no)]).await.unwrap();
                begun
            },
            async {
                let claimed = claim(&idle, QUEUE, LEASE).await.unwrap();
                let woken = Instant::now();
                idle.settle(QUEUE, &claimed, Settlement::Done)
                    .await
                    .unwrap();
                woken
            }
        );
        spans.push(woken - sent);
    }
    spans.sort();
    println!(
        "pickup by an idle process: p50 {:?}, p99 {:?}",
        spans[249], spans[494]
    );
}

/// The calls of a process that waits on two queues.
async fn idle(server: &Server) {
    const SPAN: Duration = Duration::from_secs(10);
    let link = connect(&RedisSettings::new(server.url())).await.unwrap();
    let waiting = open(server).await;
    let before = calls(&link).await;
    let cpu = cpu_ticks();
    let (sync, update) = tokio::join!(
        claim(&waiting, QueueName::Sync, SPAN),
        claim(&waiting, QueueName::Update, SPAN)
    );
    assert!(sync.is_none() && update.is_none());
    let asked = calls(&link).await - before;
    println!(
        "idle on two queues: {:.1} calls/s, those within scripts counted",
        asked as f64 / SPAN.as_secs_f64()
    );
    if let (Some(before), Some(after)) = (cpu, cpu_ticks()) {
        let percent = (after - before) as f64 / SPAN.as_secs_f64();
        println!("idle on two queues: {percent:.2} % of a core");
    }
}

/// All commands so far, including those within scripts, without the ones of this benchmark.
async fn calls(link: &RedisLink) -> u64 {
    let stats: String = redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut link.shared())
        .await
        .unwrap();
    let calls = stats
        .lines()
        .filter(|line| !line.starts_with("cmdstat_info:"));
    calls
        .filter_map(|line| {
            line.split_once("calls=")?
                .1
                .split(',')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .sum()
}

/// The processor time of this process in hundredths of a second (proc(5), fields 14 and 15); `None`
/// without `/proc`.
fn cpu_ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.map(|field| field.parse::<u64>().ok()).sum()
}

fn per_second(what: &str, count: u32, took: Duration) -> f64 {
    let rate = f64::from(count) / took.as_secs_f64();
    println!("{what}: {count} in {took:.2?}, {rate:.0}/s");
    rate
}
