//! Tests with a Redis that disconnects, stops, loses its data or refuses: no call hangs, and the
//! queue recovers.

use crate::redis_only::info;
use crate::server::{Server, free_port, link, shared_url};
use crate::suite::{LONG, batch, claim, claim_of, settle};
use adapters::queue::RedisQueue;
use adapters::redis::{RedisFault, RedisLink, RedisSettings, connect};
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Queue, Settlement};
use std::process::Command;
use std::time::Duration;

/// Claims as a worker does, which repeats a failed claim.
async fn claim_in_the_end(queue: &dyn Queue) -> Option<Claimed> {
    for _ in 0..100 {
        if let Ok(claimed) = claim_of(queue, QueueName::Sync, LONG).await {
            return claimed;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the queue does not come back");
}

async fn push_in_the_end(queue: &dyn Queue, no: u32) {
    for _ in 0..100 {
        if queue.push(&[batch(no)]).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the queue does not come back");
}

async fn kill_all_clients(link: &RedisLink) {
    for kind in ["pubsub", "normal"] {
        let mut kill = redis::cmd("CLIENT");
        kill.arg("KILL")
            .arg("TYPE")
            .arg(kind)
            .arg("SKIPME")
            .arg("no");
        // This kills the connection of the command, too, so that the reply may be missing.
        kill.exec_async(&mut link.shared()).await.ok();
    }
}

#[tokio::test]
async fn killed_connections_are_restored_and_wake_claims_again() {
    let server = Server::start();
    let link = link(&server.url()).await;
    let queue = RedisQueue::new(link.clone());
    push_in_the_end(&queue, 1).await;
    let held = claim(&queue, LONG).await.expect("a message");

    kill_all_clients(&link).await;

    let (claimed, ()) = tokio::join!(claim_in_the_end(&queue), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        push_in_the_end(&queue, 2).await;
    });
    assert_eq!(claimed.expect("a message").id, batch(2).job.id());
    assert!(settle(&queue, &held, Settlement::Done).await);
    let listeners: (String, u32) = redis::cmd("PUBSUB")
        .arg("NUMSUB")
        .arg(format!("{}:{{q:sync}}:bell", link.prefix()))
        .query_async(&mut link.shared())
        .await
        .expect("Redis answers");
    assert_eq!(listeners.1, 1, "the subscription is restored");
}

#[tokio::test]
async fn a_restart_of_a_durable_redis_loses_no_message_and_no_claim() {
    let (port, dir) = (free_port(), tempfile::tempdir().unwrap());
    let server = Server::start_durable(port, dir.path());
    let queue = RedisQueue::new(link(&server.url()).await);
    for no in 1..=3 {
        push_in_the_end(&queue, no).await;
    }
    let held = claim_in_the_end(&queue).await.expect("a message");

    drop(server);
    let (while_away, server) = tokio::join!(claim_in_the_end(&queue), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Server::start_durable(port, dir.path())
    });

    assert_eq!(while_away.expect("a message").id, batch(2).job.id());
    assert!(
        settle(&queue, &held, Settlement::Done).await,
        "the lease survives the restart"
    );
    assert_eq!(
        claim(&queue, LONG).await.expect("a message").id,
        batch(3).job.id()
    );
    drop(server);
}

#[tokio::test]
async fn a_flush_fences_earlier_claims_and_accepts_new_messages() {
    let server = Server::start();
    let link = link(&server.url()).await;
    let queue = RedisQueue::new(link.clone());
    push_in_the_end(&queue, 1).await;
    let before = claim(&queue, LONG).await.expect("a message");

    let mut flush = redis::pipe();
    flush.cmd("FLUSHALL").cmd("SCRIPT").arg("FLUSH");
    flush.exec_async(&mut link.shared()).await.expect("flushed");

    assert!(!settle(&queue, &before, Settlement::Done).await);
    push_in_the_end(&queue, 1).await;
    let after = claim(&queue, LONG).await.expect("a message");
    assert!(
        !settle(&queue, &before, Settlement::Done).await,
        "the old claim is fenced"
    );
    assert!(settle(&queue, &after, Settlement::Done).await);
}

#[tokio::test]
async fn a_redis_that_stops_for_seconds_causes_errors_and_loses_no_message() {
    let server = Server::start();
    let settings = RedisSettings {
        response_timeout: Duration::from_millis(500),
        ..RedisSettings::new(server.url())
    };
    let link = connect(&settings).await.expect("Redis answers");
    let queue = RedisQueue::new(link.clone());
    push_in_the_end(&queue, 1).await;
    let pid = info(&link, "server", "process_id").await.to_string();
    let signal = |name: &str| {
        Command::new("kill")
            .args([name, &pid])
            .status()
            .expect("kill runs")
    };

    signal("-STOP");
    let away = queue.stats(QueueName::Sync).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    signal("-CONT");

    let error = away.expect_err("there is no answer").to_string();
    assert!(
        error.contains("has not answered") || error.contains("timed out"),
        "{error}"
    );
    let claimed = claim_in_the_end(&queue).await.expect("a message");
    assert!(settle(&queue, &claimed, Settlement::Done).await);
}

#[tokio::test]
async fn a_wrong_password_is_reported_and_not_shown() {
    let server = Server::start();
    let open = link(&server.url()).await;
    let mut protect = redis::cmd("CONFIG");
    protect.arg("SET").arg("requirepass").arg("right-one");
    protect.exec_async(&mut open.shared()).await.expect("set");
    let with = |login: &str| RedisSettings::new(server.url().replace("//", &format!("//{login}")));

    for login in ["", ":wrong-one@", "nobody:wrong-one@"] {
        let fault = connect(&with(login)).await.expect_err("refused");
        assert!(
            matches!(fault, RedisFault::WrongPassword(_)),
            "{login}: {fault:?}"
        );
        assert!(!format!("{fault} {fault:?}").contains("wrong-one"));
    }
    let settings = with(":right-one@");
    let link = connect(&settings).await.expect("let in");
    assert!(!format!("{settings:?} {link:?}").contains("right-one"));
}

#[tokio::test]
async fn a_replica_and_a_closed_port_are_reported() {
    let server = Server::start();
    let open = link(&server.url()).await;
    let mut follow = redis::cmd("REPLICAOF");
    follow.arg("127.0.0.1").arg(free_port());
    follow.exec_async(&mut open.shared()).await.expect("set");

    let replica = connect(&RedisSettings::new(server.url())).await;
    let closed = connect(&RedisSettings::new(format!(
        "redis://:secret@127.0.0.1:{}",
        free_port()
    )))
    .await;
    let no_url = connect(&RedisSettings::new("localhost:6379:secret")).await;

    assert!(
        matches!(replica, Err(RedisFault::ReadOnly(_))),
        "{replica:?}"
    );
    let closed = closed.expect_err("no server listens");
    assert!(matches!(closed, RedisFault::Unreachable(..)), "{closed:?}");
    let no_url = no_url.expect_err("no address");
    assert!(matches!(no_url, RedisFault::BadUrl), "{no_url:?}");
    assert!(!format!("{closed:?} {no_url:?} {no_url}").contains("secret"));
}

#[tokio::test]
async fn a_script_that_redis_does_not_know_is_sent_again() {
    let link = link(&shared_url()).await;
    let queue = RedisQueue::new(link.clone());
    push_in_the_end(&queue, 1).await;

    redis::cmd("SCRIPT")
        .arg("FLUSH")
        .exec_async(&mut link.shared())
        .await
        .expect("flushed");

    assert!(claim(&queue, LONG).await.is_some());
}
