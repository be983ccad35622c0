//! A Redis behind a proxy or an address that leads elsewhere: fail-overs that keep connections to
//! the old primary open, and half-open connections that answer nothing.

use crate::server::{Server, link, link_beside};
use crate::suite::{LONG, batch, claim_of, settle};
use crate::tcp_proxy::TcpProxy;
use adapters::queue::RedisQueue;
use adapters::redis::RedisLink;
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Queue, Settlement};
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;

/// Work goes on within this time of the server's return.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// The first success of `call`, which a worker repeats after a failure.
async fn in_the_end<T, E>(mut call: impl AsyncFnMut() -> Result<T, E>) -> T {
    let repeated = async {
        loop {
            if let Ok(answer) = call().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    soon(repeated).await
}

async fn soon<T>(work: impl Future<Output = T>) -> T {
    let done = timeout(BACK_WITHIN, work).await;
    done.expect("work goes on")
}

async fn push_in_the_end(queue: &dyn Queue, no: u32) {
    in_the_end(async || queue.push(&[batch(no)]).await).await;
}

async fn claim_in_the_end(queue: &dyn Queue) -> Claimed {
    let claimed = in_the_end(
        async || match claim_of(queue, QueueName::Sync, LONG).await {
            Ok(Some(claimed)) => Ok(claimed),
            Ok(None) | Err(_) => Err(()),
        },
    );
    claimed.await
}

/// Two servers of which one was the primary, and a proxy that leads new connections to the other.
async fn failed_over(ruin: impl Fn(&Server)) {
    let (old, new) = (Server::start(), Server::start());
    let proxy = TcpProxy::to(old.port()).await;
    let queue = RedisQueue::new(link(&format!("redis://127.0.0.1:{}", proxy.port())).await);
    push_in_the_end(&queue, 1).await;
    new.send(&format!("REPLICAOF 127.0.0.1 {}", old.port()));
    old.until_followed().await;

    new.send("REPLICAOF NO ONE");
    proxy.lead_to(new.port());
    ruin(&old);

    push_in_the_end(&queue, 2).await;
    for no in [1, 2] {
        let claimed = claim_in_the_end(&queue).await;
        assert_eq!(claimed.id, batch(no).job.id());
        assert!(settle(&queue, &claimed, Settlement::Done).await);
    }
}

#[tokio::test]
async fn an_old_primary_that_only_reads_is_left_for_the_new_one() {
    failed_over(|old| {
        old.send("REPLICAOF 127.0.0.1 1");
    })
    .await;
}

#[tokio::test]
async fn an_old_primary_that_has_lost_its_replicas_is_left_for_the_new_one() {
    failed_over(|old| {
        old.send("CONFIG SET min-replicas-to-write 1");
    })
    .await;
}

#[tokio::test]
async fn an_old_primary_that_answers_nothing_more_is_left_for_the_new_one() {
    failed_over(|old| {
        old.send("CLIENT PAUSE 600000 ALL");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_only_waits_notices_that_its_server_is_no_longer_the_primary() {
    let (old, new) = (Server::start(), Server::start());
    let proxy = TcpProxy::to(old.port()).await;
    let url = format!("redis://127.0.0.1:{}", proxy.port());
    let link = link(&url).await;
    let queue = RedisQueue::new(link.clone());

    proxy.lead_to(new.port());
    old.send("REPLICAOF 127.0.0.1 1");

    let beside = RedisQueue::new(link_beside(&new.url(), &link).await);
    let claimed = soon(async {
        let waits = claim_in_the_end(&queue);
        let pushes = push_in_the_end(&beside, 1);
        tokio::join!(waits, pushes).0
    });
    assert_eq!(claimed.await.id, batch(1).job.id());
}

#[tokio::test]
async fn a_half_open_connection_is_replaced() {
    let server = Server::start();
    let proxy = TcpProxy::to(server.port()).await;
    let link = link(&format!("redis://127.0.0.1:{}", proxy.port())).await;
    let queue = RedisQueue::new(link.clone());
    push_in_the_end(&queue, 1).await;
    let beside = link_beside(&server.url(), &link).await;
    let swallowed = in_the_end(async || subscriber(&beside).await.ok_or(())).await;

    proxy.swallow(true);
    let lost = timeout(Duration::from_secs(1), queue.push(&[batch(2)])).await;
    let mut wake = redis::cmd("PUBLISH");
    wake.arg(format!("{}:{{q:sync}}:bell", link.prefix()))
        .arg(1);
    let rung = wake.exec_async(&mut beside.shared()).await;
    proxy.swallow(false);

    assert!(lost.is_err() && rung.is_ok(), "both are swallowed");
    push_in_the_end(&queue, 3).await;
    let claimed = claim_in_the_end(&queue).await;
    assert_eq!(claimed.id, batch(1).job.id());
    in_the_end(async || match subscriber(&beside).await {
        Some(id) if id != swallowed => Ok(()),
        _ => Err(()),
    })
    .await;
}

/// The server's number of the newest connection that waits for wake-ups.
async fn subscriber(link: &RedisLink) -> Option<String> {
    let mut ask = redis::cmd("CLIENT");
    ask.arg("LIST").arg("TYPE").arg("pubsub");
    let list = ask.query_async(&mut link.shared()).await;
    let list: String = list.expect("Redis answers");
    let mut lines = list.lines().filter(|line| line.contains(" sub=3 "));
    Some(lines.next_back()?.split(' ').next()?.to_owned())
}

#[tokio::test]
async fn a_server_that_comes_back_after_a_long_silence_is_used_at_once() {
    let server = Server::start();
    let proxy = TcpProxy::to(server.port()).await;
    let queue = RedisQueue::new(link(&format!("redis://127.0.0.1:{}", proxy.port())).await);
    push_in_the_end(&queue, 1).await;

    proxy.swallow(true);
    tokio::time::sleep(Duration::from_secs(9)).await;
    proxy.swallow(false);

    push_in_the_end(&queue, 2).await;
}
