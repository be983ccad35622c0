//! `getItemOffersBatch` over the wire: what the simulator accepts, and the feedback to the limiter.

use crate::fakes::permit;
use crate::spapi_world::{CLIENT_ID, World};
use serde_json::{Value, json};
use shared::domain::lane::Lane;
use shared::domain::observation::ItemAnswer;
use shared::domain::retry::Remedy;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use simulator::{MarketSet, Quotas};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_batch_of_twenty_is_answered_in_request_order() {
    let world = World::start().await;
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "shuffle"}));
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "old_spelling"}));
    let batch = world.batch(20);

    let answers = world
        .amazon
        .offers(permit(world.amazon.lane()), &batch)
        .await
        .unwrap();

    assert!(answers.iter().map(|(asin, _)| asin).eq(batch.asins()));
    for (asin, answer) in answers {
        let truth = world.simulator.market(asin.as_str());
        let truth = serde_json::to_value(&truth).unwrap();
        let offers = match &answer {
            ItemAnswer::Offers(offers) => offers.len(),
            ItemAnswer::NoOffer => 0,
            other => panic!("{asin} is {other:?}"),
        };
        let known = find(&truth, "offers")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        assert_eq!(offers, known.min(20), "{asin}");
    }
}

fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    fields
        .get(name)
        .or_else(|| fields.values().find_map(|field| find(field, name)))
}

#[tokio::test]
async fn each_item_has_an_answer_of_its_own() {
    let world = World::start().await;
    let set = |number: usize| MarketSet {
        asin: world.simulator.asin(number),
        ..MarketSet::default()
    };
    let priced = MarketSet {
        price: Some(1_358),
        in_stock: Some(true),
        ..set(0)
    };
    let delisted = MarketSet {
        in_stock: Some(false),
        ..set(1)
    };
    let unknown = MarketSet {
        known: Some(false),
        ..set(2)
    };
    let too_soon = MarketSet {
        too_soon: Some(true),
        ..set(3)
    };
    world
        .simulator
        .set_market(vec![priced, delisted, unknown, too_soon])
        .unwrap();
    let (absent, refused) = (world.simulator.asin(4), world.simulator.asin(5));
    world.fault(json!({"operation": "*", "kind": "missing_items", "asins": [absent]}));
    world.fault(json!({"operation": "*", "kind": "item_error", "asins": [refused], "status": 429}));

    let answers = world.ask(6).await.unwrap();

    assert!(
        matches!(answers[0], ItemAnswer::Offers(_)),
        "{:?}",
        answers[0]
    );
    assert_eq!(answers[1], ItemAnswer::NoOffer);
    assert_eq!(answers[2], ItemAnswer::InvalidAsin);
    assert_eq!(answers[3], ItemAnswer::Failed("not ready".to_owned()));
    assert_eq!(answers[4], ItemAnswer::Absent);
    assert!(matches!(answers[5], ItemAnswer::Failed(_)));
}

#[tokio::test]
async fn wrong_types_affect_one_item() {
    let world = World::start().await;
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "wrong_types", "items": 1}));

    let answers = world.ask(5).await.unwrap();

    assert!(
        matches!(answers[0], ItemAnswer::Failed(_)),
        "{:?}",
        answers[0]
    );
    assert!(
        !answers[1..]
            .iter()
            .any(|answer| matches!(answer, ItemAnswer::Failed(_)))
    );
}

#[tokio::test]
async fn the_limiter_gets_the_rate_and_the_delay_of_every_request() {
    let world = World::start_with(Quotas::Published).await;

    world.ask(1).await.unwrap();

    let reported = world.limiter.feedback.lock().unwrap();
    let [(lane, granted_at, feedback)] = reported.as_slice() else {
        panic!("one request, one feedback");
    };
    assert_eq!(
        (lane, *granted_at),
        (&Lane::ItemOffers(CLIENT_ID.to_owned()), 7)
    );
    assert_eq!((feedback.refused, feedback.rate_header), (false, Some(0.1)));
    // The token had to be fetched on the way.
    assert!((1..2_000_000).contains(&feedback.late), "{feedback:?}");
}

#[tokio::test]
async fn a_used_up_quota_under_http_200_is_reported_as_refused() {
    let world = World::start().await;
    world.fault(
        json!({"operation": "getItemOffersBatch", "kind": "only_errors", "error": "QuotaExceeded"}),
    );

    let answer = world.ask(1).await;

    assert!(matches!(answer, Err(MarketplaceError::Throttled)));
    let reported = world.limiter.feedback.lock().unwrap();
    let refused: Vec<bool> = reported.iter().map(|(.., one)| one.refused).collect();
    assert_eq!(refused, [true]);
}

#[tokio::test]
async fn a_prepared_request_is_sent_at_once() {
    let world = World::start().await;
    world.amazon.prepare().await.unwrap();

    world.ask(1).await.unwrap();

    let reported = world.limiter.feedback.lock().unwrap();
    assert!(reported[0].2.late < 100_000, "{reported:?}");
}

#[tokio::test]
async fn a_refused_quota_is_reported_before_the_answer_is_read() {
    let world = World::start_with(Quotas::Published).await;
    world.ask(1).await.unwrap();

    let answer = world.ask(1).await;

    assert!(matches!(answer, Err(MarketplaceError::Throttled)));
    assert!(world.limiter.feedback.lock().unwrap()[1].2.refused);
}

#[tokio::test]
async fn a_process_that_was_suspended_after_its_permit_sends_nothing() {
    let world = World::start().await;
    let lapsed = Permit {
        good_until: Some(Instant::now()),
        ..permit(world.amazon.lane())
    };
    world.amazon.prepare().await.unwrap();

    let answer = world.amazon.offers(lapsed, &world.batch(1)).await;

    let error = answer.unwrap_err();
    assert!(matches!(error, MarketplaceError::Lapsed));
    assert_eq!(error.remedy(), Remedy::Wait(Duration::ZERO));
    assert_eq!(world.requests("getItemOffersBatch"), 0);
}
