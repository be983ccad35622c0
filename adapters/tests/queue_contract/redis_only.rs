//! Tests of the queue in Redis beyond the contract: concurrent claims, memory, number of calls.

#![expect(clippy::print_stdout, reason = "people read the figures")]

use crate::server::{Server, link, own_prefix, shared_url};
use crate::suite::{BRIEF, LONG, batch, claim, claim_of, settle};
use adapters::queue::RedisQueue;
use adapters::redis::{RedisLink, RedisSettings, connect};
use shared::jobs::QueueName;
use shared::ports::queue::{
    Capacity, Message, MessagePage, MessageState, Queue, QueueAdmin as _, QueueView, Settlement,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A queue on a separate connection, as another process would have.
async fn another(link: &RedisLink, url: &str) -> RedisQueue {
    let settings = RedisSettings {
        prefix: link.prefix().to_owned(),
        ..RedisSettings::new(url)
    };
    RedisQueue::new(connect(&settings).await.expect("Redis answers"))
}

pub async fn info(link: &RedisLink, section: &str, field: &str) -> u64 {
    let text: String = redis::cmd("INFO")
        .arg(section)
        .query_async(&mut link.shared())
        .await
        .expect("Redis answers");
    let found = text.lines().find_map(|line| line.strip_prefix(field));
    let value = found.and_then(|rest| rest.strip_prefix(':'));
    value
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or_else(|| panic!("INFO has no {field}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_claimers_never_get_the_same_message() {
    const MESSAGES: u32 = 5_000;
    let url = shared_url();
    let first = link(&url).await;
    let queues = [
        Arc::new(another(&first, &url).await),
        Arc::new(another(&first, &url).await),
    ];
    let pushed: Vec<Message> = (0..MESSAGES).map(batch).collect();

    let claimers: Vec<_> = (0..16)
        .map(|no| {
            let queue = Arc::clone(&queues[no % 2]);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                let timeout = Duration::from_secs(1);
                while let Some(claimed) = claim(&*queue, timeout).await {
                    assert!(settle(&*queue, &claimed, Settlement::Done).await);
                    ids.push(claimed.id);
                }
                ids
            })
        })
        .collect();
    queues[0].push(&pushed).await.expect("pushed");

    let mut seen: HashMap<String, u32> = HashMap::new();
    for claimer in claimers {
        for id in claimer.await.expect("the claimer ends") {
            *seen.entry(id).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), MESSAGES as usize);
    assert!(seen.values().all(|times| *times == 1));
    let stats = queues[0]
        .stats(QueueName::Sync)
        .await
        .expect("the queue answers");
    assert_eq!(
        (stats.ready, stats.claimed, stats.done),
        (0, 0, u64::from(MESSAGES))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_is_dropped_at_any_moment_loses_no_message() {
    const MESSAGES: u32 = 50;
    let queue = RedisQueue::new(link(&shared_url()).await);
    queue
        .push(&(0..MESSAGES).map(batch).collect::<Vec<_>>())
        .await
        .expect("pushed");

    for after in 0..200 {
        let given_up = claim_of(&queue, QueueName::Sync, LONG);
        let waited = Duration::from_micros(after * 5);
        if let Ok(Ok(Some(claimed))) = tokio::time::timeout(waited, given_up).await {
            settle(&queue, &claimed, Settlement::Defer(Duration::ZERO)).await;
        }
    }

    for _ in 0..MESSAGES {
        let claimed = claim(&queue, LONG).await.expect("none is lost");
        assert_eq!(claimed.attempt, 1);
        settle(&queue, &claimed, Settlement::Done).await;
    }
}

#[tokio::test]
async fn a_claim_that_is_dropped_with_its_reply_unread_loses_no_message() {
    let queue = RedisQueue::new(link(&shared_url()).await);
    queue.push(&[batch(1)]).await.expect("pushed");
    let mut given_up = Box::pin(claim_of(&queue, QueueName::Sync, LONG));
    assert!(futures::poll!(&mut given_up).is_pending());
    let stats = async || queue.stats(QueueName::Sync).await.expect("an answer");
    while stats().await.claimed == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    drop(given_up);

    let claimed = claim(&queue, LONG).await.expect("it is back");
    assert_eq!(claimed.attempt, 1);
}

/// The calls of scripts and pings so far: an idle process sends nothing else.
async fn calls(link: &RedisLink) -> u64 {
    let mut calls = 0;
    let stats: String = redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut link.shared())
        .await
        .expect("Redis answers");
    for command in ["cmdstat_evalsha:calls=", "cmdstat_ping:calls="] {
        let found = stats.lines().find_map(|line| line.strip_prefix(command));
        let count = found.and_then(|rest| rest.split(',').next());
        calls += count.map_or(0, |count| count.parse::<u64>().expect("a number"));
    }
    calls
}

#[tokio::test]
async fn an_idle_process_polls_rarely_and_is_woken_by_another() {
    let server = Server::start();
    let first = link(&server.url()).await;
    let idle = another(&first, &server.url()).await;
    let pusher = RedisQueue::new(first.clone());
    assert!(claim(&idle, BRIEF).await.is_none());
    let before = calls(&first).await;

    let (claimed, asked) = tokio::join!(claim(&idle, LONG), async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let asked = calls(&first).await - before;
        pusher.push(&[batch(1)]).await.expect("pushed");
        asked
    });

    // One poll in five seconds, and two pings.
    println!("{asked} calls in 5 s");
    assert!(asked <= 4, "{asked} calls in 5 s");
    assert!(claimed.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_messages_stay_below_fifteen_megabytes_and_leave_nothing() {
    const MESSAGES: u32 = 50_000;
    let server = Server::start();
    let link = link(&server.url()).await;
    let queue = Arc::new(RedisQueue::new(link.clone()));
    queue.push(&[batch(0)]).await.expect("pushed");
    let first = claim(&*queue, BRIEF).await.expect("a message");
    settle(&*queue, &first, Settlement::Done).await;
    let empty = info(&link, "memory", "used_memory").await;
    let pushed: Vec<Message> = (1..=MESSAGES).map(batch).collect();

    let begun = Instant::now();
    let new = queue.push(&pushed).await.expect("pushed");
    let took = begun.elapsed();
    let full = info(&link, "memory", "used_memory").await - empty;
    let begun = Instant::now();
    let claimers: Vec<_> = (0..16)
        .map(|_| tokio::spawn(work_off(Arc::clone(&queue))))
        .collect();
    for claimer in claimers {
        claimer.await.expect("the claimer ends");
    }

    println!(
        "{new} pushed in {took:?}, {full} bytes; worked off in {:?}",
        begun.elapsed()
    );
    assert_eq!(new, u64::from(MESSAGES));
    assert!(full < 15_000_000, "{full} bytes");
    let left = info(&link, "memory", "used_memory")
        .await
        .saturating_sub(empty);
    assert!(left < 1_000_000, "{left} bytes are left");
    let mut keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut link.shared())
        .await
        .expect("Redis answers");
    keys.sort();
    let left = ["counts", "workers"].map(|name| format!("{}:{{q:sync}}:{name}", link.prefix()));
    assert_eq!(keys, left);
}

async fn work_off(queue: Arc<RedisQueue>) {
    while let Some(claimed) = claim(&*queue, Duration::ZERO).await {
        settle(&*queue, &claimed, Settlement::Done).await;
    }
}

#[tokio::test]
async fn a_silent_worker_is_not_listed_and_is_removed_by_others() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    let key = format!("{}:{{q:sync}}:workers", link.prefix());
    let names = async || -> Vec<String> {
        redis::cmd("HKEYS")
            .arg(&key)
            .query_async(&mut link.shared())
            .await
            .expect("Redis answers")
    };
    redis::cmd("HSET")
        .arg(&key)
        .arg(&[
            "removed:1",
            "1700000000000000 1700000000000000",
            "odd",
            "manual",
        ])
        .exec_async(&mut link.shared())
        .await
        .expect("written");
    let before = names().await.len();
    let shown = queue
        .workers(QueueName::Sync)
        .await
        .expect("the queue answers");

    assert!(claim(&queue, BRIEF).await.is_none());

    let left: i64 = redis::cmd("PTTL")
        .arg(&key)
        .query_async(&mut link.shared())
        .await
        .expect("Redis answers");
    assert_eq!((before, shown.len()), (2, 0));
    let known = names().await;
    assert_eq!(known.len(), 1, "{known:?}");
    assert!(known[0].ends_with(&format!(":{}", std::process::id())));
    assert!(left > 0, "the key expires");
}

#[tokio::test]
async fn another_prefix_is_another_queue() {
    let url = shared_url();
    let one = RedisQueue::new(link(&url).await);
    let other = RedisQueue::new(link(&url).await);
    assert_ne!(own_prefix(), own_prefix());

    one.push(&[batch(1)]).await.expect("pushed");

    assert!(claim(&other, BRIEF).await.is_none());
    assert!(claim(&one, BRIEF).await.is_some());
}

/// Ids without messages remain if Redis evicts a key for lack of memory.
#[tokio::test]
async fn ids_without_messages_are_skipped() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    queue
        .push(&(0..3_000).map(batch).collect::<Vec<_>>())
        .await
        .expect("pushed");
    let messages = format!("{}:{{q:sync}}:messages", link.prefix());
    redis::cmd("DEL")
        .arg(messages)
        .exec_async(&mut link.shared())
        .await
        .expect("deleted");

    queue.push(&[batch(9_999)]).await.expect("pushed");

    let claimed = claim(&queue, LONG)
        .await
        .expect("the message that is there");
    assert_eq!(claimed.id, batch(9_999).job.id());
    assert!(claim(&queue, BRIEF).await.is_none());
}

#[tokio::test]
async fn what_cannot_be_read_is_claimed_like_any_other_message() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    let key = |name: &str| format!("{}:{{q:sync}}:{name}", link.prefix());
    let mut manual = redis::pipe();
    manual
        .cmd("HSET")
        .arg(key("messages"))
        .arg("odd")
        .arg(b"\xff\x00 no message");
    manual.cmd("RPUSH").arg(key("ready:2")).arg("odd");
    manual
        .exec_async(&mut link.shared())
        .await
        .expect("written");

    let claimed = claim(&queue, BRIEF).await.expect("a message");

    assert_eq!(claimed.payload, b"\xff\x00 no message");
    assert!(
        settle(
            &queue,
            &claimed,
            Settlement::Dead("cannot be read".to_owned())
        )
        .await
    );
}

/// Writes messages as another program would: ids with their text in `messages`, all ready.
async fn write(link: &RedisLink, messages: &[(&[u8], &[u8])]) {
    let key = |name: &str| format!("{}:{{q:sync}}:{name}", link.prefix());
    let mut manual = redis::pipe();
    for (id, text) in messages {
        manual.cmd("HSET").arg(key("messages")).arg(*id).arg(*text);
        manual.cmd("RPUSH").arg(key("ready:2")).arg(*id);
    }
    let written = manual.exec_async(&mut link.shared()).await;
    written.expect("written");
}

#[tokio::test]
async fn a_message_whose_id_is_not_text_is_dead_and_spoils_no_other() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    write(&link, &[(b"sync:\xff:1", b"2 0 1 {}")]).await;
    queue.push(&[batch(1)]).await.expect("pushed");
    let list = async |state| {
        let page = MessagePage::first(10);
        let listed = queue.list(QueueName::Sync, state, page).await;
        listed.expect("a list")
    };
    let shown = r"sync:\xff:1";
    assert_eq!(list(MessageState::Ready).await[0].id, shown);

    let both = Capacity::fixed(2);
    let claimed = queue.claim(QueueName::Sync, LONG, BRIEF, &both).await;
    let claimed = claimed.expect("the queue answers");
    while list(MessageState::Dead).await.is_empty() {
        tokio::time::sleep(BRIEF).await;
    }

    let ids: Vec<String> = claimed.into_iter().map(|message| message.id).collect();
    assert_eq!(ids, [batch(1).job.id()]);
    let dead = list(MessageState::Dead).await.remove(0);
    assert_eq!(dead.id, shown);
    assert!(dead.error.is_some_and(|why| why.contains("not text")));
    assert_eq!(list(MessageState::Claimed).await.len(), 1);
    let dropped = queue.discard(QueueName::Sync, &[shown.to_owned()]).await;
    assert_eq!(dropped.expect("the queue answers"), 1);
}

#[tokio::test]
async fn numbers_that_no_program_writes_make_a_message_a_plain_text() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    let texts: [&[u8]; 3] = [
        b"2 99999999999999999999 1 {}",
        b"2 1 99999999999999999999 {}",
        b"2 -1 1 {}",
    ];
    write(
        &link,
        &[(b"a", texts[0]), (b"b", texts[1]), (b"c", texts[2])],
    )
    .await;

    for text in texts {
        let claimed = claim(&queue, BRIEF).await.expect("a message");
        assert_eq!((claimed.payload.as_slice(), claimed.attempt), (text, 1));
        assert!(settle(&queue, &claimed, Settlement::Done).await);
    }
}

#[tokio::test]
async fn after_the_clock_of_redis_was_set_back_nothing_waits_for_tomorrow() {
    const TOMORROW: u64 = 25 * 3_600 * 1_000_000;
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    queue.push(&[batch(1), batch(2)]).await.expect("pushed");
    let leased = claim(&queue, BRIEF).await.expect("a message");
    let delayed = claim(&queue, BRIEF).await.expect("a message");
    let later = Settlement::Defer(Duration::from_secs(3_600));
    assert!(settle(&queue, &delayed, later).await);
    for waiting in ["leases", "delayed"] {
        let key = format!("{}:{{q:sync}}:{waiting}", link.prefix());
        let id = if waiting == "leases" {
            &leased.id
        } else {
            &delayed.id
        };
        let _: f64 = redis::cmd("ZINCRBY")
            .arg(key)
            .arg(TOMORROW)
            .arg(id)
            .query_async(&mut link.shared())
            .await
            .expect("Redis answers");
    }

    let mut found = Vec::new();
    while let Some(claimed) = claim(&queue, BRIEF).await {
        found.push(claimed.id);
    }

    found.sort();
    let mut both = vec![leased.id, delayed.id];
    both.sort();
    assert_eq!(found, both);
}
