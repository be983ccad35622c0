//! What was stored under a wrong clock, with instants of the future: it is replaced and not obeyed.

use crate::world::*;
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::notice::Notice;
use shared::domain::product::InvalidMark;
use shared::ports::clock::Clock as _;
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, ClaimedNotices, DeliveryOutcome, HistoryStore,
    NewNotice, NoticeClaim, NoticeStore, Record, RecordPart, RecordedAsin, UpdateStore,
};
use uuid::Uuid;

const DAY: TimeDelta = TimeDelta::days(1);

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A batch that is recorded at this instant.
fn recorded_at(
    at: DateTime<Utc>,
    no: u32,
    run: shared::domain::run::RunId,
    asin: RecordedAsin,
) -> Record {
    Record {
        at,
        ..record(run, RecordPart::Batch(no), vec![asin])
    }
}

#[tokio::test]
async fn an_answer_replaces_one_of_tomorrow_in_every_table() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 60).await;
    let listing = listing_of(&store, 1).await;
    let (tomorrow, today) = (now() + DAY, now());
    let mut early = priced(1, 1000, tomorrow);
    early.info = Some(informed("tomorrow", tomorrow));
    early.product.invalid = Some(InvalidMark {
        since: tomorrow,
        seen_at: tomorrow,
    });
    early.listings = vec![due(listing, shop_state(1300, true), 1)];
    store
        .record(&recorded_at(tomorrow, 1, run, early))
        .await
        .unwrap();

    let mut late = priced(1, 1200, today);
    late.info = Some(informed("today", today));
    late.listings = vec![due(listing, shop_state(1560, true), 2)];
    store
        .record(&recorded_at(today, 2, run, late))
        .await
        .unwrap();

    let millis = |at: DateTime<Utc>| at.timestamp_millis();
    let product = &store.products(&[asin(1)]).await.unwrap()[&asin(1)];
    let (price, stock) = (product.price.unwrap(), product.stock.unwrap());
    assert_eq!((price.value.0, product.invalid), (1200, None));
    assert_eq!(
        (millis(price.at), millis(stock.at)),
        (millis(today), millis(today))
    );
    let info = &store.infos(&[asin(1)]).await.unwrap()[&asin(1)];
    assert_eq!(info.value.title.as_deref(), Some("today"));
    let rows = store.listings(&[asin(1)], None).await.unwrap();
    assert_eq!(rows[0].desired.unwrap().1, shop_state(1560, true));
    let seen = store.asin_history(asin(1)).await.unwrap().seen;
    assert!(seen.iter().any(|row| millis(row.last_at) == millis(today)));
    // From then on the newer answer wins again.
    let older = priced(1, 900, today - DAY);
    store
        .record(&recorded_at(today, 3, run, older))
        .await
        .unwrap();
    let product = &store.products(&[asin(1)]).await.unwrap()[&asin(1)];
    assert_eq!(product.price.unwrap().value.0, 1200);
}

#[tokio::test]
async fn an_answer_without_a_price_keeps_the_price_of_tomorrow() {
    let store = open().await;
    let run = started(&store, 60).await;
    let (tomorrow, today) = (now() + DAY, now());
    let early = priced(1, 1000, tomorrow);
    store
        .record(&recorded_at(tomorrow, 1, run, early))
        .await
        .unwrap();

    store
        .record(&recorded_at(today, 2, run, gone(1, today)))
        .await
        .unwrap();

    let product = &store.products(&[asin(1)]).await.unwrap()[&asin(1)];
    assert_eq!(product.price.unwrap().value.0, 1000);
    assert!(!product.stock.unwrap().value.is_in());
}

#[tokio::test]
async fn a_listing_is_not_busy_until_tomorrow() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    let second = TimeDelta::seconds(1);
    let begin = async |at: DateTime<Utc>| {
        let begun = store.begin_update(listing, at, at + second * 9).await;
        begun.unwrap().unwrap().is_ok()
    };
    assert!(begin(now() + DAY).await);

    assert!(begin(now()).await);
    assert!(!begin(now() + second).await, "a lease that counts");
}

#[tokio::test]
async fn a_park_until_the_day_after_tomorrow_does_not_hide_a_true_one() {
    let store = open().await;
    shop(&store, "a", 1).await;
    assert!(store.park(&account("a"), now() + DAY * 2).await.unwrap());

    let until = now() + TimeDelta::hours(2);
    assert!(store.park(&account("a"), until).await.unwrap());
    assert!(
        !store
            .park(&account("a"), now() + TimeDelta::hours(1))
            .await
            .unwrap()
    );
}

async fn write(store: &SqlStore, no: i64, at: DateTime<Utc>) {
    let notice = Notice::Parked {
        account: account("a"),
        name: "a".to_owned(),
        until: at + TimeDelta::seconds(no),
    };
    let new = NewNotice {
        event: notice.event(),
        notice: Some(notice),
        at,
    };
    store
        .write_notices(&["chatwork".to_owned()], &[new])
        .await
        .expect("the store answers");
}

async fn claimed(store: &SqlStore, at: DateTime<Utc>) -> (Uuid, ClaimedNotices) {
    let claim = NoticeClaim {
        message: Uuid::now_v7(),
        now: at,
        until: at + TimeDelta::seconds(60),
        gather: TimeDelta::seconds(60),
        most: 9,
    };
    let claimed = store.claim_notices("chatwork", &claim).await;
    let claimed = claimed.expect("the store answers");
    (claim.message, claimed)
}

#[tokio::test]
async fn what_was_sent_claimed_or_put_off_tomorrow_keeps_no_message_back() {
    let (store, tomorrow) = (open().await, now() + DAY);
    let outcomes = [
        Some(DeliveryOutcome::Sent),
        Some(DeliveryOutcome::RetryAt(tomorrow, "later".to_owned())),
        None,
    ];
    for (no, outcome) in (1..).zip(outcomes) {
        write(&store, no, tomorrow).await;
        let (message, found) = claimed(&store, tomorrow + TimeDelta::minutes(no * 5)).await;
        assert!(!found.notices.is_empty(), "{no}");
        if let Some(outcome) = &outcome {
            store
                .settle_notices(message, outcome, tomorrow)
                .await
                .unwrap();
        }
        let (expired, forgotten) = (now() - DAY, now() - DAY * 30);
        store.tidy_notices(now(), expired, forgotten).await.unwrap();

        write(&store, 100 + no, now()).await;
        let (message, found) = claimed(&store, now()).await;

        assert!(!found.notices.is_empty(), "after {outcome:?}");
        let gathered = now() - TimeDelta::minutes(2);
        store
            .settle_notices(message, &DeliveryOutcome::Sent, gathered)
            .await
            .unwrap();
    }
}
