//! How outages, refusals and broken answers of Amazon are classified.

use crate::fakes::{answer_with, permit};
use crate::spapi_world::{World, config_for, tells_no_secret};
use adapters::call_watch::{CALLS, TOLD_AFTER};
use adapters::http::{HttpSettings, client};
use adapters::spapi::{SpApi, SpApiConfig};
use serde_json::json;
use shared::domain::retry::Remedy;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::time::timeout;

#[tokio::test]
async fn every_outage_is_transient() {
    let faults = [
        json!({"operation": "getItemOffersBatch", "kind": "status", "status": 500}),
        json!({"operation": "getItemOffersBatch", "kind": "status", "status": 503}),
        json!({"operation": "getItemOffersBatch", "kind": "html", "status": 503}),
        json!({"operation": "getItemOffersBatch", "kind": "html", "status": 403}),
        json!({"operation": "getItemOffersBatch", "kind": "html", "status": 504}),
        json!({"operation": "getItemOffersBatch", "kind": "cut"}),
        json!({"operation": "getItemOffersBatch", "kind": "hang"}),
    ];
    let world = World::start().await;
    for fault in faults {
        world.fault(fault.clone());

        let error = world.ask(3).await.unwrap_err();

        assert!(
            matches!(error, MarketplaceError::Unavailable(_)),
            "{fault}: {error}"
        );
        assert!(tells_no_secret(&format!("{error} {error:?}")));
        world.simulator.clear_faults();
    }
    assert_eq!(world.limiter.feedback.lock().unwrap().len(), 7);
}

#[tokio::test]
async fn a_call_that_hangs_is_named_after_half_a_minute() {
    let world = World::start().await;
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "hang"}));
    let patient = HttpSettings {
        total_timeout: Duration::from_secs(600),
        ..HttpSettings::default()
    };
    let config = SpApiConfig {
        http: client(&patient).unwrap(),
        ..config_for(&world.simulator.url())
    };
    let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());
    let batch = world.batch(1);
    let mut call = amazon.offers(permit(amazon.lane()), &batch);
    while world.requests("getItemOffersBatch") == 0 {
        let _ = timeout(Duration::from_millis(20), &mut call).await;
    }

    tokio::time::pause();
    let _ = timeout(TOLD_AFTER, &mut call).await;

    let silent = CALLS.silent().into_iter();
    let named: Vec<String> = silent.map(|silence| silence.callee).collect();
    assert_eq!(named, ["Amazon (getItemOffersBatch)"]);
}

#[tokio::test]
async fn an_unreadable_answer_is_malformed() {
    let world = World::start().await;
    for kind in ["truncate", "malformed"] {
        world.fault(json!({"operation": "getItemOffersBatch", "kind": kind}));

        let error = world.ask(3).await.unwrap_err();

        assert!(
            matches!(error, MarketplaceError::Malformed(_)),
            "{kind}: {error}"
        );
        world.simulator.clear_faults();
    }
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_after_four() {
    let world = World::start().await;
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "huge"}));
    let started = Instant::now();

    let error = world.ask(3).await.unwrap_err();

    assert!(matches!(error, MarketplaceError::Malformed(_)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_server_cannot_push_more_than_the_limit() {
    static PIECE: [u8; 65_536] = [b' '; 65_536];
    let head = "HTTP/1.1 503 x\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n";
    let (url, pushed) = answer_with(head, &PIECE, 1_600).await;
    let world = World::start().await;
    let config = SpApiConfig {
        base_url: url,
        ..config_for(&world.simulator.url())
    };
    let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());

    let answer = amazon.offers(permit(amazon.lane()), &world.batch(1)).await;

    assert!(matches!(answer, Err(MarketplaceError::Unavailable(_))));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(pushed.load(Ordering::SeqCst) < 32 << 20);
}

#[tokio::test]
async fn a_wrong_content_length_is_refused_or_cut() {
    let world = World::start().await;
    let promises_too_much = "HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n";
    let sends_too_little = "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n";
    for (head, large) in [(promises_too_much, true), (sends_too_little, false)] {
        let (url, _) = answer_with(head, b"{\"responses\":[]}", 1).await;
        let config = SpApiConfig {
            base_url: url,
            ..config_for(&world.simulator.url())
        };
        let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());

        let error = amazon
            .offers(permit(amazon.lane()), &world.batch(1))
            .await
            .unwrap_err();

        assert_eq!(
            matches!(error, MarketplaceError::Malformed(_)),
            large,
            "{error}"
        );
        assert_eq!(
            matches!(error, MarketplaceError::Unavailable(_)),
            !large,
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refused_request_says_why_and_is_given_up() {
    let world = World::start().await;
    let config = SpApiConfig {
        marketplace_id: "A0NOWHERE".to_owned(),
        ..config_for(&world.simulator.url())
    };
    let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());

    let error = amazon
        .offers(permit(amazon.lane()), &world.batch(1))
        .await
        .unwrap_err();

    assert_eq!(error.remedy(), Remedy::GiveUp);
    assert!(error.to_string().contains("InvalidInput"), "{error}");
}

#[tokio::test]
async fn an_unreachable_server_is_a_transient_fault() {
    let world = World::start().await;
    let config = SpApiConfig {
        base_url: "http://127.0.0.1:1".to_owned(),
        ..config_for(&world.simulator.url())
    };
    let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());

    let error = amazon
        .offers(permit(amazon.lane()), &world.batch(1))
        .await
        .unwrap_err();

    assert!(matches!(error, MarketplaceError::Unavailable(_)), "{error}");
    assert_eq!(world.limiter.feedback.lock().unwrap().len(), 1);
}
