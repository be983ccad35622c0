//! The access token of Amazon over the wire: fetched once, refreshed before its end, dropped when rejected.

use crate::fakes::permit;
use crate::spapi_world::{World, config_for, tells_no_secret};
use adapters::spapi::{SpApi, SpApiConfig};
use secrecy::SecretString;
use serde_json::json;
use shared::domain::retry::Remedy;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use std::sync::Arc;
use std::time::Duration;

fn end_tokens(world: &World, count: u32) {
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "token_expiry", "count": count}));
}

#[tokio::test]
async fn eight_callers_at_once_fetch_one_token() {
    let world = World::start().await;

    let calls = (0..8).map(|_| {
        let amazon = Arc::clone(&world.amazon);
        let batch = world.batch(2);
        tokio::spawn(async move {
            amazon.prepare().await?;
            amazon.offers(permit(amazon.lane()), &batch).await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }

    assert_eq!(world.requests("lwaToken"), 1);
    assert_eq!(world.requests("getItemOffersBatch"), 8);
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_its_end() {
    let world = World::start().await;
    world.amazon.prepare().await.unwrap();

    world.clock.advance(3_539);
    world.amazon.prepare().await.unwrap();
    assert_eq!(world.requests("lwaToken"), 1);

    world.clock.advance(1);
    world.amazon.prepare().await.unwrap();
    assert_eq!(world.requests("lwaToken"), 2);
}

#[tokio::test]
async fn an_expired_token_costs_a_permit_and_no_attempt() {
    let world = World::start().await;
    world.amazon.prepare().await.unwrap();
    end_tokens(&world, 1);

    let error = world.ask(1).await.unwrap_err();

    assert!(matches!(error, MarketplaceError::TokenExpired), "{error}");
    assert_eq!(error.remedy(), Remedy::Wait(Duration::ZERO));
    assert!(world.ask(1).await.is_ok());
    assert_eq!(world.requests("lwaToken"), 2);
}

#[tokio::test]
async fn eight_refused_callers_fetch_one_token() {
    let world = World::start().await;
    world.amazon.prepare().await.unwrap();
    end_tokens(&world, 1);

    let calls = (0..8).map(|_| {
        let amazon = Arc::clone(&world.amazon);
        let batch = world.batch(1);
        tokio::spawn(async move {
            for _ in 0..3 {
                match amazon.offers(permit(amazon.lane()), &batch).await {
                    Err(MarketplaceError::TokenExpired) => {}
                    answer => return answer.map(drop),
                }
            }
            Err(MarketplaceError::TokenExpired)
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }

    assert_eq!(world.requests("lwaToken"), 2);
}

#[tokio::test]
async fn a_series_of_rejected_tokens_is_an_outage_and_ends() {
    let world = World::start().await;
    world.amazon.prepare().await.unwrap();
    end_tokens(&world, 4);

    let first = world.ask(1).await.unwrap_err();
    assert!(matches!(first, MarketplaceError::TokenExpired), "{first}");
    for _ in 0..3 {
        let later = world.ask(1).await.unwrap_err();
        assert!(matches!(later, MarketplaceError::Unavailable(_)), "{later}");
    }

    assert!(world.ask(1).await.is_ok());
    end_tokens(&world, 1);
    let afterwards = world.ask(1).await.unwrap_err();
    assert!(matches!(afterwards, MarketplaceError::TokenExpired));
}

#[tokio::test]
async fn a_missing_role_stops_at_once_and_keeps_the_token() {
    let world = World::start().await;
    world.fault(json!({"operation": "getItemOffersBatch", "kind": "forbidden"}));

    let error = world.ask(1).await.unwrap_err();

    assert_eq!(error.remedy(), Remedy::Stop);
    assert!(error.to_string().contains("role"), "{error}");
    assert_eq!(world.requests("lwaToken"), 1);
}

#[tokio::test]
async fn a_transient_fault_of_the_exchange_is_tried_three_times() {
    let world = World::start().await;
    world.fault(json!({"operation": "lwaToken", "kind": "status", "status": 503, "count": 2}));

    assert!(world.amazon.prepare().await.is_ok());
    assert_eq!(world.requests("lwaToken"), 3);

    world.clock.advance(3_600);
    world.fault(json!({"operation": "lwaToken", "kind": "html", "status": 503, "count": 3}));
    let error = world.amazon.prepare().await.unwrap_err();

    assert!(matches!(error, MarketplaceError::Unavailable(_)), "{error}");
    assert_eq!(world.requests("lwaToken"), 6);
}

#[tokio::test]
async fn refused_credentials_stop_at_once_and_say_what_to_do() {
    let world = World::start().await;
    let right = config_for(&world.simulator.url());
    let wrong_token = SpApiConfig {
        refresh_token: SecretString::from("stale"),
        ..right.clone()
    };
    let wrong_secret = SpApiConfig {
        client_secret: SecretString::from("stale"),
        ..right
    };
    for (config, name) in [
        (wrong_token, "invalid_grant"),
        (wrong_secret, "invalid_client"),
    ] {
        let amazon = SpApi::new(config, world.clock.clone(), world.limiter.clone());

        let error = amazon.prepare().await.unwrap_err();

        assert_eq!(error.remedy(), Remedy::Stop);
        assert!(error.to_string().contains(name), "{error}");
        assert!(tells_no_secret(&format!("{error:?}")));
    }
    assert_eq!(world.requests("lwaToken"), 2);
}

#[tokio::test]
async fn a_token_answer_of_a_hundred_megabytes_is_a_transient_fault() {
    let world = World::start().await;
    world.fault(json!({"operation": "lwaToken", "kind": "huge", "count": 1}));

    assert!(world.amazon.prepare().await.is_ok());
    assert_eq!(world.requests("lwaToken"), 2);
}

#[test]
fn settings_print_no_secret() {
    let config = config_for("http://localhost");

    assert!(tells_no_secret(&format!("{config:?}")));
}
