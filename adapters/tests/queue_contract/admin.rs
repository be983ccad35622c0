//! The conformance suite of `QueueAdmin`.

use crate::suite::{BRIEF, LONG, batch, claim, settle};
use shared::jobs::QueueName;
use shared::ports::queue::{
    Message, MessageInfo, MessagePage, MessageState, Queue, QueueAdmin, QueueStats, QueueView,
    Settlement,
};

const QUEUE: QueueName = QueueName::Sync;

async fn stats(queue: &dyn Queue) -> QueueStats {
    queue.stats(QUEUE).await.expect("the queue answers")
}

async fn dead(queue: &dyn QueueView, limit: u64) -> Vec<MessageInfo> {
    let dead = queue
        .list(QUEUE, MessageState::Dead, MessagePage::first(limit))
        .await;
    dead.expect("the queue answers")
}

async fn retry(queue: &dyn QueueAdmin, ids: &[String]) -> u64 {
    queue.retry(QUEUE, ids).await.expect("the queue answers")
}

async fn discard(queue: &dyn QueueAdmin, ids: &[String]) -> u64 {
    queue.discard(QUEUE, ids).await.expect("the queue answers")
}

fn payload(message: &Message) -> Vec<u8> {
    message.job.encode().expect("a job can be written")
}

async fn bury(queue: &dyn Queue, message: Message, error: &str) -> String {
    let id = message.job.id();
    queue.push(&[message]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");
    assert_eq!(claimed.id, id);
    assert!(settle(queue, &claimed, Settlement::Dead(error.to_owned())).await);
    id
}

pub async fn dead_messages_are_listed_with_their_errors_newest_first<Q>(queue: &Q)
where
    Q: Queue + QueueView + QueueAdmin,
{
    bury(queue, batch(1), "no use").await;
    bury(queue, batch(2), "12 3 4\nstill \u{1f41f} no use").await;

    let listed = dead(queue, 10).await;

    let errors: Vec<_> = listed
        .iter()
        .map(|dead| (dead.id.as_str(), dead.error.as_deref().unwrap_or("none")))
        .collect();
    let (first, second) = (batch(1).job.id(), batch(2).job.id());
    assert_eq!(
        errors,
        [
            (second.as_str(), "12 3 4\nstill \u{1f41f} no use"),
            (first.as_str(), "no use")
        ]
    );
    assert_eq!(listed[1].payload, payload(&batch(1)));
    assert!(
        listed
            .iter()
            .all(|dead| dead.attempts == 1 && dead.since.is_some_and(|since| since < LONG))
    );
    assert_eq!(dead(queue, 1).await.len(), 1);
    assert!(dead(queue, 0).await.is_empty());
}

pub async fn a_retried_dead_message_has_its_attempts_reset<Q: Queue + QueueView + QueueAdmin>(
    queue: &Q,
) {
    let id = bury(queue, batch(1), "no use").await;

    let retried = retry(queue, std::slice::from_ref(&id)).await;

    assert_eq!(retried, 1);
    let again = claim(queue, BRIEF).await.expect("a message");
    assert_eq!((again.id, again.attempt), (id, 1));
    assert_eq!(again.payload, payload(&batch(1)));
    assert!(dead(queue, 10).await.is_empty());
}

pub async fn a_dead_message_whose_id_is_alive_is_only_removed_from_the_list<Q>(queue: &Q)
where
    Q: Queue + QueueView + QueueAdmin,
{
    let id = bury(queue, batch(1), "no use").await;
    assert_eq!(queue.push(&[batch(1)]).await.expect("pushed"), 1);

    let retried = retry(queue, &[id]).await;

    let stats = stats(queue).await;
    assert_eq!(retried, 1);
    assert_eq!((stats.ready, stats.dead), (1, 0));
}

pub async fn dead_messages_retried_together_keep_the_given_order<Q>(queue: &Q)
where
    Q: Queue + QueueView + QueueAdmin,
{
    let first = bury(queue, batch(1), "no use").await;
    let second = bury(queue, batch(2), "no use").await;
    let ids = [second.clone(), "sync:unknown".to_owned(), first.clone()];

    let retried = retry(queue, &ids).await;

    assert_eq!(retried, 2, "how many were dead");
    for expected in [second, first] {
        assert_eq!(claim(queue, BRIEF).await.expect("a message").id, expected);
    }
}

pub async fn a_discarded_dead_message_is_deleted<Q: Queue + QueueView + QueueAdmin>(queue: &Q) {
    let id = bury(queue, batch(1), "no use").await;

    let discarded = discard(queue, &[id]).await;

    let stats = stats(queue).await;
    assert_eq!(discarded, 1);
    assert_eq!((stats.ready, stats.dead, stats.cut), (0, 0, 0));
}

pub async fn only_dead_messages_are_retried_or_discarded<Q: Queue + QueueView + QueueAdmin>(
    queue: &Q,
) {
    let id = [batch(1).job.id()];
    queue.push(&[batch(1)]).await.expect("pushed");

    assert_eq!(retry(queue, &id).await, 0);
    assert_eq!(discard(queue, &id).await, 0);

    assert_eq!(stats(queue).await.ready, 1);
}

pub async fn the_dead_list_is_capped_and_counts_what_it_cut<Q: Queue + QueueView + QueueAdmin>(
    queue: &Q,
) {
    for no in 1..=1_003 {
        bury(queue, batch(no), "no use").await;
    }

    let listed = dead(queue, 2_000).await;

    let stats = stats(queue).await;
    assert_eq!((stats.dead, stats.cut), (1_000, 3));
    assert_eq!(listed.len(), 1_000);
    assert_eq!(listed[999].id, batch(4).job.id(), "the oldest went first");
}

pub async fn a_long_error_is_clipped_between_characters<Q: Queue + QueueView + QueueAdmin>(
    queue: &Q,
) {
    bury(queue, batch(1), &"\u{5024}".repeat(10_000)).await;

    let listed = dead(queue, 10).await;

    let kept = "\u{5024}".repeat(166);
    assert_eq!(listed[0].error.as_deref(), Some(kept.as_str()));
}

pub async fn a_paused_queue_accepts_messages_but_no_claims<Q: Queue + QueueView + QueueAdmin>(
    queue: &Q,
) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");

    queue.pause(QUEUE).await.expect("paused");

    assert_eq!(queue.push(&[batch(2)]).await.expect("pushed"), 1);
    assert!(claim(queue, BRIEF).await.is_none());
    assert!(settle(queue, &claimed, Settlement::Done).await);
    let stats = stats(queue).await;
    assert_eq!((stats.paused, stats.ready, stats.done), (true, 1, 1));
}

pub async fn a_resumed_queue_wakes_a_waiting_claim<Q: Queue + QueueView + QueueAdmin>(queue: &Q) {
    queue.pause(QUEUE).await.expect("paused");
    queue.push(&[batch(1)]).await.expect("pushed");

    let (claimed, resumed) = tokio::join!(claim(queue, LONG), async {
        tokio::time::sleep(BRIEF).await;
        queue.resume(QUEUE).await
    });

    resumed.expect("resumed");
    assert!(claimed.is_some());
    assert!(!stats(queue).await.paused);
}

pub async fn the_stats_have_the_age_of_the_oldest_ready_message<
    Q: Queue + QueueView + QueueAdmin,
>(
    queue: &Q,
) {
    let none = stats(queue).await.oldest;
    queue.push(&[batch(1)]).await.expect("pushed");
    tokio::time::sleep(BRIEF).await;
    queue.push(&[batch(2)]).await.expect("pushed");

    let oldest = stats(queue).await.oldest.expect("a message is ready");

    assert_eq!(none, None);
    assert!(oldest >= BRIEF && oldest < LONG, "{oldest:?}");
    claim(queue, BRIEF).await.expect("the older one");
    assert!(stats(queue).await.oldest.expect("the younger one") < oldest + BRIEF);
}
