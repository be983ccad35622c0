//! The outbox: a notice is written once, sent by one sender, and deleted in the end.

use crate::world::*;
use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::notice::{Notice, run_event};
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    ChannelView, ClaimedNotices, DeliveryOutcome, NewNotice, NoticeClaim, NoticeStore, RunQueries,
    RunStore,
};
use uuid::Uuid;

fn channels() -> Vec<String> {
    vec!["chatwork".to_owned(), "webhook".to_owned()]
}

fn parked(until: i64) -> Notice {
    Notice::Parked {
        account: account("a"),
        name: "店 [info] 🎉".to_owned(),
        until: at(until),
    }
}

fn new(notice: &Notice, seen: i64) -> NewNotice {
    NewNotice {
        event: notice.event(),
        notice: Some(notice.clone()),
        at: at(seen),
    }
}

async fn write(store: &SqlStore, seconds: impl IntoIterator<Item = i64>) -> u64 {
    let notices: Vec<NewNotice> = seconds.into_iter().map(|s| new(&parked(s), s)).collect();
    store
        .write_notices(&channels(), &notices)
        .await
        .expect("the store answers")
}

fn claim(now: i64) -> NoticeClaim {
    NoticeClaim {
        message: Uuid::now_v7(),
        now: at(now),
        until: at(now + 60),
        gather: TimeDelta::zero(),
        most: 100,
    }
}

async fn taken(store: &SqlStore, claim: &NoticeClaim) -> ClaimedNotices {
    store
        .claim_notices("chatwork", claim)
        .await
        .expect("the store answers")
}

async fn settle(store: &SqlStore, claim: &NoticeClaim, outcome: DeliveryOutcome, now: i64) {
    store
        .settle_notices(claim.message, &outcome, at(now))
        .await
        .expect("the store answers");
}

async fn view(store: &SqlStore) -> ChannelView {
    store
        .notice_channels()
        .await
        .expect("the store answers")
        .remove(0)
}

async fn tidy(store: &SqlStore, now: DateTime<Utc>) -> u64 {
    let (expired, forgotten) = (now - TimeDelta::hours(24), now - TimeDelta::days(30));
    store
        .tidy_notices(now, expired, forgotten)
        .await
        .expect("the store answers")
}

#[tokio::test]
async fn an_event_is_written_once_for_each_channel_however_often_it_is_detected() {
    let store = open().await;

    assert_eq!(write(&store, [1, 2]).await, 4);
    assert_eq!(write(&store, [1, 2, 3]).await, 2);

    let claimed = taken(&store, &claim(10)).await;
    assert_eq!(claimed.notices, [parked(1), parked(2), parked(3)]);
    assert_eq!((claimed.attempt, claimed.lost), (1, 0));
}

#[tokio::test]
async fn only_one_of_several_senders_claims_the_notices() {
    let home = home().await;
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(home.store().await);
    }
    write(&stores[0], 1..=50).await;

    let claims: Vec<NoticeClaim> = stores.iter().map(|_| claim(60)).collect();
    let all = stores
        .iter()
        .zip(&claims)
        .map(|(store, claim)| taken(store, claim));
    let claimed = futures::future::join_all(all).await;

    let mut sizes: Vec<usize> = claimed.iter().map(|one| one.notices.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 0, 0, 50]);
}

#[tokio::test]
async fn a_notice_is_sent_once_on_each_channel() {
    let store = open().await;
    write(&store, [1]).await;
    let first = claim(10);
    taken(&store, &first).await;
    settle(&store, &first, DeliveryOutcome::Sent, 11).await;

    assert_eq!(taken(&store, &claim(100)).await, ClaimedNotices::default());
    assert_eq!(write(&store, [1]).await, 0);
    let other = store.claim_notices("webhook", &claim(100)).await.unwrap();
    assert_eq!(other.notices, [parked(1)]);
    assert_eq!(view(&store).await.last_sent_at, Some(at(11)));
}

#[tokio::test]
async fn after_a_refusal_the_whole_channel_waits_and_then_sends_all_together() {
    let store = open().await;
    write(&store, [1]).await;
    let first = claim(10);
    taken(&store, &first).await;
    settle(
        &store,
        &first,
        DeliveryOutcome::RetryAt(at(100), "http 429".to_owned()),
        11,
    )
    .await;
    write(&store, [2]).await;

    assert_eq!(taken(&store, &claim(99)).await, ClaimedNotices::default());
    let waiting = view(&store).await;
    assert_eq!((waiting.waiting, waiting.not_before), (2, Some(at(100))));
    assert_eq!(waiting.error.as_deref(), Some("http 429"));
    let again = taken(&store, &claim(100)).await;
    assert_eq!(again.notices, [parked(1), parked(2)]);
    assert_eq!(again.attempt, 2);
}

#[tokio::test]
async fn notices_after_a_message_are_gathered_for_the_next_one() {
    let store = open().await;
    let gathering = |now| NoticeClaim {
        gather: TimeDelta::seconds(60),
        ..claim(now)
    };
    write(&store, [1]).await;
    let first = gathering(10);
    taken(&store, &first).await;
    settle(&store, &first, DeliveryOutcome::Sent, 11).await;
    write(&store, [12, 13]).await;

    assert_eq!(taken(&store, &gathering(70)).await.notices, []);
    assert_eq!(taken(&store, &gathering(72)).await.notices.len(), 2);
}

#[tokio::test]
async fn a_message_whose_sender_died_is_not_sent_again_but_reported_once() {
    let store = open().await;
    write(&store, [1]).await;
    taken(&store, &claim(10)).await;
    write(&store, [2]).await;
    assert_eq!(tidy(&store, at(69)).await, 0);
    assert_eq!(taken(&store, &claim(69)).await, ClaimedNotices::default());

    assert_eq!(tidy(&store, at(70)).await, 1);

    // A message that fails has not reported the notices that were lost before it.
    let failing = claim(71);
    let claimed = taken(&store, &failing).await;
    assert_eq!((claimed.notices, claimed.lost), (vec![parked(2)], 1));
    settle(
        &store,
        &failing,
        DeliveryOutcome::RetryAt(at(80), "away".to_owned()),
        72,
    )
    .await;
    let second = claim(80);
    assert_eq!(taken(&store, &second).await.lost, 1);
    settle(&store, &second, DeliveryOutcome::Sent, 81).await;
    write(&store, [90]).await;
    assert_eq!(taken(&store, &claim(90)).await.lost, 0);
    assert_eq!(view(&store).await.perhaps, 1);
}

#[tokio::test]
async fn a_sender_that_counted_as_dead_can_still_report_success() {
    let store = open().await;
    write(&store, [1]).await;
    let slow = claim(10);
    taken(&store, &slow).await;
    tidy(&store, at(70)).await;

    settle(
        &store,
        &slow,
        DeliveryOutcome::RetryAt(at(75), "late".to_owned()),
        75,
    )
    .await;
    assert_eq!(
        (view(&store).await.perhaps, view(&store).await.waiting),
        (1, 0)
    );
    settle(&store, &slow, DeliveryOutcome::Sent, 76).await;
    assert_eq!(view(&store).await.perhaps, 0);
}

#[tokio::test]
async fn an_unsent_notice_expires_after_a_day_and_is_deleted_after_a_month() {
    let store = open().await;
    write(&store, 1..=10).await;
    let day = 24 * 3600;

    tidy(&store, at(day + 20)).await;
    assert_eq!(
        (view(&store).await.waiting, view(&store).await.lost),
        (0, 10)
    );

    tidy(&store, at(32 * day)).await;
    assert_eq!(store.notice_channels().await.unwrap(), []);
}

#[tokio::test]
async fn a_message_takes_no_more_notices_than_its_limit() {
    let store = open().await;
    write(&store, 1..=5).await;

    let claimed = taken(
        &store,
        &NoticeClaim {
            most: 3,
            ..claim(10)
        },
    )
    .await;

    assert_eq!(claimed.notices, [parked(1), parked(2), parked(3)]);
}

async fn untold(store: &SqlStore, since: i64) -> Vec<RunId> {
    let runs = store
        .runs_without_notice(&channels(), at(since))
        .await
        .expect("the store answers");
    runs.iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn a_run_is_unannounced_from_its_end_until_every_channel_has_a_row_for_it() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 1).await;
    assert_eq!(untold(&store, 0).await, []);
    store.fail_run(run, "why", at(50)).await.unwrap();
    assert_eq!(untold(&store, 51).await, [], "it ended before");
    assert_eq!(untold(&store, 50).await, [run]);

    let row = store.run(run).await.unwrap().unwrap();
    let quiet = NewNotice {
        event: run_event(run, row.state),
        notice: None,
        at: at(51),
    };
    let one = ["chatwork".to_owned()];
    store
        .write_notices(&one, std::slice::from_ref(&quiet))
        .await
        .unwrap();
    assert_eq!(untold(&store, 0).await, [run]);
    store.write_notices(&channels(), &[quiet]).await.unwrap();

    assert_eq!(untold(&store, 0).await, []);
    assert_eq!(taken(&store, &claim(60)).await, ClaimedNotices::default());
}

#[tokio::test]
async fn a_dry_run_is_never_announced() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let mut dry = run_of(RunKind::PriceStock, 1);
    dry.dry_run = true;
    store.start_run(&dry).await.unwrap();
    store.fail_run(dry.id, "why", at(50)).await.unwrap();

    assert_eq!(untold(&store, 0).await, []);
}
