//! The conformance suite of `QueueView`.

use crate::suite::{BRIEF, LEASE, LONG, batch, claim, ranked, settle};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{
    Message, MessageInfo, MessagePage, MessageState, Queue, QueueAdmin, QueueView, Settlement,
};
use std::time::Duration;

const QUEUE: QueueName = QueueName::Sync;

async fn list(
    queue: &dyn QueueView,
    state: MessageState,
    offset: u64,
    limit: u64,
) -> Vec<MessageInfo> {
    queue
        .list(QUEUE, state, MessagePage { offset, limit })
        .await
        .expect("the queue answers")
}

async fn find(queue: &dyn QueueView, no: u32) -> Vec<MessageInfo> {
    let id = batch(no).job.id();
    queue.find(QUEUE, &id).await.expect("the queue answers")
}

fn ids(listed: &[MessageInfo]) -> Vec<&str> {
    listed.iter().map(|listed| listed.id.as_str()).collect()
}

fn delayed(no: u32, delay: Duration) -> Message {
    Message { delay, ..batch(no) }
}

pub async fn ready_messages_are_listed_by_pages_in_the_order_of_claims<Q>(queue: &Q)
where
    Q: Queue + QueueView,
{
    let pushed = [
        ranked(1, 2),
        ranked(2, 2),
        ranked(3, 1),
        ranked(4, 0),
        ranked(5, 0),
    ];
    queue.push(&pushed).await.expect("pushed");

    let mut pages = Vec::new();
    for offset in [0, 2, 4, 6] {
        pages.extend(list(queue, MessageState::Ready, offset, 2).await);
    }

    let mut claimed = Vec::new();
    while let Some(next) = claim(queue, BRIEF).await {
        claimed.push(next.id);
    }
    assert_eq!(ids(&pages), claimed);
    assert_eq!(pages[0].rank, Rank(0));
    assert_eq!(pages[4].rank, Rank(2));
}

pub async fn a_page_holds_no_more_than_its_limit<Q: Queue + QueueView>(queue: &Q) {
    let pushed: Vec<Message> = (1..=1_100).map(batch).collect();
    queue.push(&pushed).await.expect("pushed");

    let most = list(queue, MessageState::Ready, 0, u64::MAX).await;
    let none = list(queue, MessageState::Ready, 0, 0).await;
    let beyond = list(queue, MessageState::Ready, u64::MAX, 10).await;

    assert_eq!(most.len() as u64, MessagePage::MOST);
    assert!(none.is_empty());
    assert!(beyond.is_empty());
}

pub async fn a_message_has_its_state_and_its_times<Q>(queue: &Q)
where
    Q: Queue + QueueView,
{
    queue.push(&[batch(1)]).await.expect("pushed");
    claim(queue, BRIEF).await.expect("a message");
    queue.push(&[batch(2)]).await.expect("pushed");
    queue
        .push(&[delayed(3, LONG), delayed(4, LONG / 2)])
        .await
        .expect("pushed");

    let ready = list(queue, MessageState::Ready, 0, 10).await;
    let claimed = list(queue, MessageState::Claimed, 0, 10).await;
    let waiting = list(queue, MessageState::Delayed, 0, 10).await;

    let within = |span: Option<Duration>, most| span.is_some_and(|span| span <= most);
    assert_eq!(ids(&ready), [batch(2).job.id()]);
    assert_eq!((ready[0].attempts, ready[0].left), (0, None));
    assert!(within(ready[0].since, LONG));
    assert_eq!(ids(&claimed), [batch(1).job.id()]);
    assert_eq!(
        (claimed[0].attempts, claimed[0].state),
        (1, MessageState::Claimed)
    );
    assert!(within(claimed[0].since, LONG) && within(claimed[0].left, LEASE));
    assert_eq!(ids(&waiting), [batch(4).job.id(), batch(3).job.id()]);
    assert_eq!(
        (waiting[0].since, waiting[0].state),
        (None, MessageState::Delayed)
    );
    assert!(within(waiting[0].left, LONG / 2) && within(waiting[1].left, LONG));
    assert!(waiting[1].left > waiting[0].left);
    assert!(
        [&ready[0], &claimed[0], &waiting[0]]
            .iter()
            .all(|listed| listed.error.is_none())
    );
}

pub async fn a_message_is_found_in_every_state<Q: Queue + QueueView>(queue: &Q) {
    let unknown = find(queue, 1).await;
    queue
        .push(&[batch(1), delayed(2, LONG)])
        .await
        .expect("pushed");
    let ready = find(queue, 1).await;
    let waiting = find(queue, 2).await;
    let claim = claim(queue, BRIEF).await.expect("a message");
    let claimed = find(queue, 1).await;
    settle(queue, &claim, Settlement::Retry(LONG, "again".to_owned())).await;
    let again = find(queue, 1).await;

    let places = [&ready, &waiting, &claimed, &again].map(|found| found[0].state);
    assert!(unknown.is_empty());
    assert_eq!(
        places,
        [
            MessageState::Ready,
            MessageState::Delayed,
            MessageState::Claimed,
            MessageState::Delayed
        ]
    );
    assert_eq!(again[0].attempts, 1);
    assert_eq!(
        ready[0].payload,
        batch(1).job.encode().expect("a job can be written")
    );
}

pub async fn an_id_that_is_dead_and_alive_is_found_twice<Q: Queue + QueueView>(queue: &Q) {
    queue.push(&[batch(1)]).await.expect("pushed");
    let first = claim(queue, BRIEF).await.expect("a message");
    settle(queue, &first, Settlement::Dead("no use".to_owned())).await;
    queue.push(&[batch(1)]).await.expect("pushed");

    let found = find(queue, 1).await;

    let states: Vec<_> = found
        .iter()
        .map(|found| (found.state, found.error.as_deref()))
        .collect();
    let expected = [
        (MessageState::Ready, None),
        (MessageState::Dead, Some("no use")),
    ];
    assert_eq!(states, expected);
}

pub async fn ready_messages_are_counted_by_rank<Q: Queue + QueueView>(queue: &Q) {
    queue
        .push(&[ranked(1, 2), ranked(2, 0), ranked(3, 2)])
        .await
        .expect("pushed");

    let stats = queue.stats(QUEUE).await.expect("the queue answers");

    assert_eq!((stats.ready, stats.by_rank), (3, [1, 0, 2]));
}

pub async fn a_process_that_claims_or_renews_is_a_worker_of_the_queue<Q>(queue: &Q)
where
    Q: Queue + QueueView,
{
    let before = queue.workers(QUEUE).await.expect("the queue answers");
    queue.push(&[batch(1)]).await.expect("pushed");
    let claimed = claim(queue, BRIEF).await.expect("a message");
    let renewed = queue.renew(QUEUE, &claimed, LEASE).await;

    let workers = queue.workers(QUEUE).await.expect("the queue answers");
    let of_the_other = queue.workers(QueueName::Update).await;

    assert!(renewed.expect("the queue answers"));
    assert!(before.is_empty());
    assert_eq!(workers.len(), 1);
    let number = format!(":{}", std::process::id());
    assert!(workers[0].name.ends_with(&number), "{}", workers[0].name);
    assert!(workers[0].heard < LONG && workers[0].begun < LONG * 10);
    assert!(of_the_other.expect("the queue answers").is_empty());
}

pub async fn a_paused_queue_lists_its_workers<Q>(queue: &Q)
where
    Q: Queue + QueueView + QueueAdmin,
{
    queue.pause(QUEUE).await.expect("paused");
    let nothing = claim(queue, BRIEF).await;

    let workers = queue.workers(QUEUE).await.expect("the queue answers");

    assert!(nothing.is_none());
    assert_eq!(workers.len(), 1);
}
