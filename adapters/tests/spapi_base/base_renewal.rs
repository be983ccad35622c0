//! Slow and late answers to a token exchange. BASE has accepted the refresh token by then and takes it no
//! second time, so each pair that comes is stored.

use crate::base_world::{World, credentials, first};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use shared::domain::retry::Remedy;
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::StoredToken;
use simulator::opening_accounts;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Longer than an exchange waits (3 s).
const LATE: Duration = Duration::from_secs(4);

fn slow(world: &World, answer: Duration) {
    let millis = u64::try_from(answer.as_millis()).unwrap();
    world.fault(json!({"operation": "baseToken", "kind": "slow", "millis": millis, "count": 1}));
}

fn marked(world: &World) -> bool {
    world.memory.marks.lock().unwrap().contains_key(&first())
}

fn stored(world: &World) -> Option<StoredToken> {
    let tokens = world.memory.tokens.lock().unwrap();
    tokens.get("base/shop-1").cloned()
}

#[tokio::test]
async fn a_token_exchange_may_take_longer_than_a_call() {
    let world = World::start().await;
    // Longer than the time-out of the client, 2 s.
    slow(&world, Duration::from_millis(2_500));

    world.edit(&first()).await.unwrap();

    assert_eq!((world.requests("baseToken"), marked(&world)), (1, false));
}

#[tokio::test]
async fn the_lease_is_released_as_soon_as_the_store_is_back() {
    let world = World::start().await;
    world.memory.broken_ends.store(3, Ordering::SeqCst);

    world.edit(&first()).await.unwrap();

    // Else no process renews for the rest of the lease.
    assert!(world.memory.leases.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_caller_does_not_wait_for_a_slow_exchange_and_gets_its_token_later() {
    let world = World::start().await;
    let accounts = opening_accounts(1, 1);
    let url = world.simulator.url();
    let patient = world.process_waiting(&url, credentials(&accounts[0]), Duration::from_secs(50));
    slow(&world, Duration::from_secs(6));

    let early = patient.prepare(&first()).await.unwrap_err();
    let later = patient.prepare(&first()).await;

    assert!(matches!(early, ShopError::Renewing), "{early}");
    assert_eq!(early.remedy(), Remedy::Wait(Duration::ZERO));
    later.unwrap();
    assert_eq!((world.requests("baseToken"), marked(&world)), (1, false));
}

#[tokio::test]
async fn a_pair_that_comes_after_its_exchange_was_given_up_is_stored_and_clears_the_mark() {
    let world = World::start().await;
    slow(&world, LATE);

    let given_up = world.shop.prepare(&first()).await.unwrap_err();
    let refused = world.shop.prepare(&first()).await.unwrap_err();
    assert!(matches!(given_up, ShopError::Unavailable(_)), "{given_up}");
    assert!(
        matches!(refused, ShopError::Reauthorise { .. }),
        "{refused}"
    );
    assert!(marked(&world) && stored(&world).is_none());
    tokio::time::sleep(Duration::from_millis(1_500)).await;

    world.shop.prepare(&first()).await.unwrap();
    assert_eq!((world.requests("baseToken"), marked(&world)), (2, false));
}

#[tokio::test]
async fn a_late_pair_does_not_replace_a_newer_one() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    world.clock.advance(3_600);
    slow(&world, LATE);
    world.shop.prepare(&first()).await.unwrap_err();
    let newer = StoredToken {
        refresh_token: SecretString::from("of a person"),
        ..stored(&world).unwrap()
    };
    let owner = "base/shop-1".to_owned();
    world.memory.tokens.lock().unwrap().insert(owner, newer);

    tokio::time::sleep(Duration::from_millis(1_500)).await;

    let kept = stored(&world).unwrap();
    assert_eq!(kept.refresh_token.expose_secret(), "of a person");
    assert!(world.memory.leases.lock().unwrap().is_empty());
}

/// Answers of any delay to callers in several processes: once all answers have come, every process has a
/// valid token, and no person is needed.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_late_the_account_needs_no_person() {
    let histories = (1..=8_u64).map(|seed| tokio::spawn(history(seed)));
    for history in histories.collect::<Vec<_>>() {
        history.await.unwrap();
    }
}

async fn history(seed: u64) {
    let mut dice = seed;
    let mut roll = move |sides: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let world = World::start().await;
    let accounts = opening_accounts(1, 1);
    let url = world.simulator.url();
    let wait = Duration::from_millis(200);
    let process = || world.process_waiting(&url, credentials(&accounts[0]), wait);
    let processes = [process(), process(), process()];
    for _ in 0..12 {
        slow(
            &world,
            Duration::from_millis([0, 50, 150, 300, 600][usize::try_from(roll(5)).unwrap()]),
        );
        if roll(2) == 0 {
            world.clock.advance(3_600);
        }
        let callers: Vec<_> = (0..=roll(4))
            .map(|_| {
                let shop = Arc::clone(&processes[usize::try_from(roll(3)).unwrap()]);
                tokio::spawn(async move { shop.prepare(&first()).await.is_ok() })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
    }
    world.simulator.clear_faults();
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.clock.advance(3_600);
    for shop in &processes {
        shop.prepare(&first())
            .await
            .unwrap_or_else(|error| panic!("history {seed}: {error}"));
    }
    assert!(!marked(&world), "history {seed}");
}

#[tokio::test]
async fn a_refresh_token_beside_an_access_token_that_is_none_is_kept() {
    let world = World::start().await;
    world.fault(json!({"operation": "baseToken", "kind": "wrong_types", "count": 1}));

    let refused = world.edit(&first()).await.unwrap_err();
    world.edit(&first()).await.unwrap();

    assert!(matches!(refused, ShopError::TokenExpired), "{refused}");
    assert_eq!((world.requests("baseToken"), marked(&world)), (2, false));
}
