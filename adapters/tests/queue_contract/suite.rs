//! The conformance suite of `Queue`. Only `claim` waits, on the queue's own clock.

use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::jobs::{Job, QueueName, Rank, SyncBatch, UpdateListing};
use shared::ports::queue::{Capacity, Claimed, Message, Queue, QueueError, Settlement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub const LEASE: Duration = Duration::from_secs(2);
pub const BRIEF: Duration = Duration::from_millis(50);
pub const LONG: Duration = Duration::from_secs(10);

pub fn batch(no: u32) -> Message {
    let run = RunId::parse("01934f5e-7b7a-7000-8000-000000000001").expect("a UUID");
    Message {
        job: Job::new(SyncBatch { run, no }),
        rank: Rank::NORMAL,
        delay: Duration::ZERO,
    }
}

pub fn ranked(no: u32, rank: u8) -> Message {
    Message {
        rank: Rank(rank),
        ..batch(no)
    }
}

pub async fn claim(queue: &dyn Queue, timeout: Duration) -> Option<Claimed> {
    claim_of(queue, QueueName::Sync, timeout)
        .await
        .expect("the queue answers")
}

/// The first message of a queue.
pub async fn claim_of(
    queue: &dyn Queue,
    name: QueueName,
    timeout: Duration,
) -> Result<Option<Claimed>, QueueError> {
    let claimed = queue
        .claim(name, LEASE, timeout, &Capacity::fixed(1))
        .await?;
    Ok(claimed.into_iter().next())
}

pub async fn settle(queue: &dyn Queue, claimed: &Claimed, settlement: Settlement) -> bool {
    queue
        .settle(QueueName::Sync, claimed, settlement)
        .await
        .expect("the queue answers")
}

pub async fn a_message_is_pushed_once_while_it_is_alive(queue: &dyn Queue) {
    let first = queue.push(&[batch(1), batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");

    let while_claimed = queue.push(&[batch(1)]).await.expect("pushed");

    assert_eq!((first, while_claimed), (1, 0));
    assert_eq!(claimed.id, batch(1).job.id());
    assert!(claim(queue, BRIEF).await.is_none());
}

pub async fn a_message_that_is_done_can_be_pushed_again(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");
    settle(queue, &claimed, Settlement::Done).await;

    let again = queue.push(&[batch(1)]).await.expect("pushed");

    assert_eq!(again, 1);
    assert_eq!(claim(queue, BRIEF).await.expect("a message").attempt, 1);
}

pub async fn a_message_that_waits_for_a_reset_is_due_when_it_is_pushed_again(queue: &dyn Queue) {
    queue.push(&[batch(1), batch(2)]).await.expect("pushed");
    for _ in 0..2 {
        let claimed = claim(queue, BRIEF).await.expect("a message");
        settle(
            queue,
            &claimed,
            Settlement::Defer(Duration::from_secs(3_600)),
        )
        .await;
    }
    assert!(claim(queue, BRIEF).await.is_none());

    let new = queue.push(&[batch(3), batch(2)]).await.expect("pushed");

    let mut claimed = Vec::new();
    while let Some(message) = claim(queue, BRIEF).await {
        claimed.push((message.id, message.attempt));
    }
    let id = |no| batch(no).job.id();
    assert_eq!((new, claimed), (1, vec![(id(3), 1), (id(2), 1)]));
}

pub async fn a_waiting_claim_is_woken_by_a_message_that_becomes_due(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");
    settle(
        queue,
        &claimed,
        Settlement::Defer(Duration::from_secs(3_600)),
    )
    .await;

    let (woken, _) = tokio::join!(claim(queue, LONG), async {
        tokio::time::sleep(BRIEF).await;
        queue.push(&[batch(1)]).await.expect("pushed")
    });

    assert_eq!(woken.expect("a message").id, batch(1).job.id());
}

pub async fn a_message_in_its_back_off_keeps_its_delay(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");
    let back_off = Settlement::Retry(Duration::from_secs(10), "down".to_owned());
    settle(queue, &claimed, back_off).await;

    let new = queue.push(&[batch(1)]).await.expect("pushed");

    assert_eq!(new, 0);
    assert!(claim(queue, BRIEF).await.is_none());
}

pub async fn more_messages_than_one_call_takes_keep_their_order(queue: &dyn Queue) {
    let pushed: Vec<Message> = (1..=1_201).map(batch).collect();

    let new = queue.push(&pushed).await.expect("pushed");

    assert_eq!(new, 1_201);
    for message in &pushed {
        let claimed = claim(queue, BRIEF).await.expect("a message");
        assert_eq!(claimed.id, message.job.id());
        settle(queue, &claimed, Settlement::Done).await;
    }
}

pub async fn urgent_messages_go_before_normal_ones_and_first_in_goes_first_out(queue: &dyn Queue) {
    let pushed = [
        ranked(1, 2),
        ranked(2, 2),
        ranked(3, 1),
        ranked(4, 0),
        ranked(5, 0),
    ];
    queue.push(&pushed).await.expect("pushed");

    let mut order = Vec::new();
    while let Some(claimed) = claim(queue, BRIEF).await {
        order.push(claimed.id);
    }

    let expected: Vec<String> = [4, 5, 3, 1, 2].map(|no| batch(no).job.id()).into();
    assert_eq!(order, expected);
}

pub async fn several_are_claimed_in_their_order_and_no_more_than_there_are(queue: &dyn Queue) {
    let pushed: Vec<Message> = (1..=5).map(batch).collect();
    queue.push(&pushed).await.expect("pushed");
    let some = async |most| {
        queue
            .claim(QueueName::Sync, LEASE, BRIEF, &Capacity::fixed(most))
            .await
    };

    let first = some(3).await.expect("the queue answers");
    let rest = some(3).await.expect("the queue answers");

    let ids: Vec<&String> = first
        .iter()
        .chain(&rest)
        .map(|claimed| &claimed.id)
        .collect();
    let expected: Vec<String> = pushed.iter().map(|message| message.job.id()).collect();
    assert_eq!((first.len(), rest.len()), (3, 2));
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    assert!(some(3).await.expect("the queue answers").is_empty());
}

pub async fn slots_that_become_free_during_a_claim_are_used(queue: &dyn Queue) {
    let free = Arc::new(AtomicUsize::new(1));
    let capacity = {
        let free = Arc::clone(&free);
        Capacity::from_fn(move || free.load(Ordering::Relaxed))
    };
    let pushed: Vec<Message> = (1..=4).map(batch).collect();

    let (claimed, ()) = tokio::join!(
        queue.claim(QueueName::Sync, LEASE, LONG, &capacity),
        async {
            tokio::time::sleep(BRIEF).await;
            free.store(3, Ordering::Relaxed);
            queue.push(&pushed).await.expect("pushed");
        }
    );

    let claimed = claimed.expect("the queue answers");
    assert_eq!(claimed.len(), 3);
}

pub async fn concurrent_settlements_count_once_each(queue: &dyn Queue) {
    let pushed: Vec<Message> = (1..=3).map(batch).collect();
    queue.push(&pushed).await.expect("pushed");
    let claimed = queue
        .claim(QueueName::Sync, LEASE, BRIEF, &Capacity::fixed(3))
        .await
        .expect("the queue answers");
    let stranger = Claimed {
        token: claimed[2].token + 1,
        ..claimed[2].clone()
    };

    let held = tokio::join!(
        settle(queue, &claimed[0], Settlement::Done),
        settle(queue, &claimed[1], Settlement::Done),
        settle(queue, &claimed[1], Settlement::Done),
        settle(queue, &stranger, Settlement::Done),
    );

    assert_eq!(held, (true, true, false, false));
    let stats = queue
        .stats(QueueName::Sync)
        .await
        .expect("the queue answers");
    assert_eq!((stats.done, stats.claimed), (2, 1));
}

pub async fn concurrent_pushes_are_counted_for_each_caller(queue: &dyn Queue) {
    let (one, two) = ([batch(1), batch(2)], [batch(2), batch(3), batch(4)]);

    let (first, second) = tokio::join!(queue.push(&one), queue.push(&two));

    let new = (first.expect("pushed"), second.expect("pushed"));
    assert_eq!(new.0 + new.1, 4, "{new:?}");
    let stats = queue
        .stats(QueueName::Sync)
        .await
        .expect("the queue answers");
    assert_eq!(stats.ready, 4);
}

pub async fn an_idle_claim_is_woken_by_a_push(queue: &dyn Queue) {
    let (claimed, pushed) = tokio::join!(claim(queue, LONG), async {
        tokio::task::yield_now().await;
        queue.push(&[batch(1)]).await
    });

    assert_eq!(pushed.expect("pushed"), 1);
    assert!(claimed.is_some());
}

pub async fn a_claim_without_a_message_ends_after_its_timeout(queue: &dyn Queue) {
    assert!(claim(queue, BRIEF).await.is_none());
    assert!(claim(queue, Duration::ZERO).await.is_none());
}

pub async fn a_claim_that_is_dropped_while_it_waits_claims_nothing(queue: &dyn Queue) {
    let given_up = tokio::time::timeout(BRIEF, claim(queue, LONG)).await;
    queue.push(&[batch(1)]).await.expect("pushed");

    let claimed = claim(queue, BRIEF)
        .await
        .expect("the message is still there");

    assert!(given_up.is_err());
    assert_eq!(claimed.attempt, 1);
}

pub async fn a_delayed_message_is_ready_when_due_and_not_before(queue: &dyn Queue) {
    let delay = Duration::from_secs(1);
    queue
        .push(&[Message { delay, ..batch(1) }])
        .await
        .expect("pushed");

    let early = claim(queue, BRIEF).await;
    let due = claim(queue, LONG).await;

    assert!(early.is_none());
    assert!(due.is_some());
}

pub async fn messages_of_one_delay_keep_their_order(queue: &dyn Queue) {
    let delay = BRIEF;
    let pushed = [12, 2, 7, 31, 4].map(|no| Message { delay, ..batch(no) });
    queue.push(&pushed).await.expect("pushed");

    for message in &pushed {
        let claimed = claim(queue, LONG).await.expect("a message");
        assert_eq!(claimed.id, message.job.id());
    }
}

pub async fn an_ended_lease_frees_the_message_and_fences_the_first_claim(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let first = claim(queue, BRIEF).await.expect("a message");

    let second = claim(queue, LONG).await.expect("the message comes back");

    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert!(!settle(queue, &first, Settlement::Done).await);
    let renewed = queue
        .renew(QueueName::Sync, &first, LEASE)
        .await
        .expect("the queue answers");
    assert!(!renewed);
    assert!(settle(queue, &second, Settlement::Done).await);
}

pub async fn a_renewed_lease_keeps_the_message(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");

    for _ in 0..3 {
        let renewed = queue.renew(QueueName::Sync, &claimed, LEASE).await;
        assert!(renewed.expect("the queue answers"));
        assert!(claim(queue, LEASE * 3 / 4).await.is_none());
    }

    assert!(settle(queue, &claimed, Settlement::Done).await);
}

pub async fn a_deferred_message_returns_without_spending_an_attempt(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    for _ in 0..5 {
        let claimed = claim(queue, LONG).await.expect("a message");
        assert_eq!(claimed.attempt, 1);

        settle(queue, &claimed, Settlement::Defer(BRIEF)).await;
    }
}

pub async fn a_retried_message_returns_with_its_attempt_counted(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    for attempt in 1..=5 {
        let claimed = claim(queue, LONG).await.expect("a message");
        assert_eq!(claimed.attempt, attempt);

        settle(
            queue,
            &claimed,
            Settlement::Retry(BRIEF, "once more".to_owned()),
        )
        .await;
    }
}

pub async fn a_dead_message_is_counted_and_never_returns(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");

    settle(queue, &claimed, Settlement::Dead("no use".to_owned())).await;

    assert!(claim(queue, LEASE * 2).await.is_none());
    let stats = queue
        .stats(QueueName::Sync)
        .await
        .expect("the queue answers");
    assert_eq!(
        (stats.ready, stats.claimed, stats.dead, stats.done),
        (0, 0, 1, 0)
    );
}

pub async fn a_claim_is_settled_once(queue: &dyn Queue) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");

    let first = settle(queue, &claimed, Settlement::Done).await;
    let second = settle(queue, &claimed, Settlement::Done).await;

    assert!(first && !second);
    assert_eq!(
        queue
            .stats(QueueName::Sync)
            .await
            .expect("the queue answers")
            .done,
        1
    );
}

pub async fn queues_do_not_mix(queue: &dyn Queue) {
    let job = Job::new(UpdateListing {
        listing: ListingId(7),
        version: 1,
    });
    queue
        .push(&[Message { job, ..batch(1) }])
        .await
        .expect("pushed");

    assert!(claim(queue, BRIEF).await.is_none());
    let update = claim_of(queue, QueueName::Update, BRIEF)
        .await
        .expect("the queue answers");
    assert!(update.is_some());
}
