//! The store is taken back to an earlier state, by a restore or a fail-over: processes still hold the newer
//! token pair, and BASE accepts no other.

use crate::base_world::{World, first};
use adapters::base::BaseShop;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use shared::ports::shop::Shop;
use shared::ports::store::StoredToken;
use simulator::opening_accounts;
use std::sync::Arc;
use std::time::Duration;

const OWNER: &str = "base/shop-1";
/// The life of an access token.
const LIFE: i64 = 3_600;
/// Longer than the pause between two comparisons with the store.
const COMPARED: i64 = 11;

fn stored(world: &World) -> StoredToken {
    world.memory.tokens.lock().unwrap()[OWNER].clone()
}

fn store(world: &World, pair: &StoredToken) {
    let mut tokens = world.memory.tokens.lock().unwrap();
    tokens.insert(OWNER.to_owned(), pair.clone());
}

fn refresh_token(pair: &StoredToken) -> String {
    pair.refresh_token.expose_secret().to_owned()
}

/// No person is needed, and BASE has refused so many exchanges.
fn is_well(world: &World, refused: u64) -> bool {
    let marks = world.memory.marks.lock().unwrap();
    marks.is_empty() && world.simulator.ledger().total.failed == refused
}

async fn ready(shop: &BaseShop) {
    shop.prepare(&first()).await.unwrap();
}

/// The pair in the store, and the one that `shop` has got for it an access token's life later.
async fn renewed(world: &World, shop: &BaseShop) -> (StoredToken, StoredToken) {
    ready(shop).await;
    let before = stored(world);
    world.clock.advance(LIFE);
    ready(shop).await;
    (before, stored(world))
}

#[tokio::test]
async fn a_pair_that_the_store_has_lost_is_stored_again_by_the_process_that_holds_it() {
    let world = World::start().await;
    let (lost, held) = renewed(&world, &world.shop).await;
    store(&world, &lost);

    world.clock.advance(COMPARED);
    ready(&world.shop).await;

    assert_eq!(refresh_token(&stored(&world)), refresh_token(&held));
    world.clock.advance(LIFE);
    ready(&world.process(&opening_accounts(1, 2))).await;
    assert!(is_well(&world, 0));
}

#[tokio::test]
async fn a_refresh_sends_the_newer_token_that_the_process_holds() {
    let world = World::start().await;
    let (lost, held) = renewed(&world, &world.shop).await;
    for row_is_left in [true, false] {
        if row_is_left {
            store(&world, &lost);
        } else {
            world.memory.tokens.lock().unwrap().clear();
        }
        world.clock.advance(LIFE);
        ready(&world.shop).await;
    }

    assert_ne!(refresh_token(&stored(&world)), refresh_token(&held));
    assert!(is_well(&world, 0));
}

#[tokio::test]
async fn a_pair_is_kept_although_the_store_was_taken_back_during_its_exchange() {
    let world = World::start().await;
    let (lost, held) = renewed(&world, &world.shop).await;
    world.clock.advance(LIFE);
    world.fault(json!({"operation": "baseToken", "kind": "slow", "millis": 400, "count": 1}));
    let taken_back = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        store(&world, &lost);
    };

    tokio::join!(ready(&world.shop), taken_back);

    let kept = refresh_token(&stored(&world));
    assert!(kept != refresh_token(&held) && kept != refresh_token(&lost));
    world.clock.advance(LIFE);
    ready(&world.process(&opening_accounts(1, 2))).await;
    assert!(is_well(&world, 0));
}

#[tokio::test]
async fn a_pair_that_is_newer_than_the_held_one_is_kept_and_taken_over() {
    let world = World::start().await;
    let (_, held) = renewed(&world, &world.shop).await;
    let of_a_person = StoredToken {
        refresh_token: SecretString::from("of a person"),
        refreshed_at: held.refreshed_at + TimeDelta::seconds(5),
        ..held
    };
    store(&world, &of_a_person);

    for _ in 0..3 {
        world.clock.advance(COMPARED);
        ready(&world.shop).await;
    }

    assert_eq!(refresh_token(&stored(&world)), "of a person");
}

#[tokio::test]
async fn a_held_pair_of_a_clock_of_tomorrow_replaces_nothing() {
    const DAY: i64 = 24 * 3_600;
    let world = World::start().await;
    world.clock.advance(DAY);
    ready(&world.shop).await;
    world.clock.advance(-DAY);
    let newer = StoredToken {
        refresh_token: SecretString::from("of now"),
        refreshed_at: stored(&world).refreshed_at - TimeDelta::seconds(DAY),
        ..stored(&world)
    };
    store(&world, &newer);

    world.clock.advance(COMPARED);
    ready(&world.shop).await;

    assert_eq!(refresh_token(&stored(&world)), "of now");
}

#[tokio::test]
async fn of_processes_with_different_pairs_the_newest_wins_in_any_order() {
    for newest_is_first in [true, false] {
        let world = World::start().await;
        let other = world.process(&opening_accounts(1, 2));
        let (lost, _) = renewed(&world, &world.shop).await;
        world.clock.advance(LIFE);
        ready(&other).await;
        let newest = stored(&world);
        store(&world, &lost);
        world.clock.advance(COMPARED);

        let mut processes = [&*world.shop, &*other];
        if newest_is_first {
            processes.reverse();
        }
        for shop in processes {
            // Its access token is over in one of them.
            let _ = shop.prepare(&first()).await;
        }
        world.clock.advance(COMPARED);
        ready(&other).await;

        assert_eq!(refresh_token(&stored(&world)), refresh_token(&newest));
        ready(&world.shop).await;
        assert!(world.memory.marks.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_process_that_is_refused_with_the_older_pair_waits_for_the_one_that_holds_the_newer() {
    let world = World::start().await;
    let (lost, held) = renewed(&world, &world.shop).await;
    store(&world, &lost);
    world.clock.advance(COMPARED);
    let started = world.process(&opening_accounts(1, 2));
    let goes_on = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ready(&world.shop).await;
    };

    tokio::join!(ready(&started), goes_on);

    assert_eq!(refresh_token(&stored(&world)), refresh_token(&held));
    assert!(is_well(&world, 1));
}

/// Whatever is lost and whoever renews, the account needs no person while some process has the newest pair.
#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_store_is_taken_back_the_account_needs_no_person() {
    let histories = (1..=6_u64).map(|seed| tokio::spawn(history(seed)));
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
        usize::try_from((dice >> 33) % sides).unwrap()
    };
    let world = World::start().await;
    let processes: [Arc<BaseShop>; 3] = [(); 3].map(|()| world.process(&opening_accounts(1, 2)));
    ready(&processes[0]).await;
    let mut backups = vec![stored(&world)];
    for _ in 0..20 {
        world.clock.advance([1, COMPARED, LIFE][roll(3)]);
        match roll(3) {
            0 => store(&world, &backups[roll(backups.len() as u64)]),
            1 => backups.push(stored(&world)),
            _ => {}
        }
        // All of them work, in some order: so the one with the newest pair is among them.
        let begin = roll(3);
        let calls = (0..3).map(|no| {
            let shop = Arc::clone(&processes[(begin + no) % 3]);
            tokio::spawn(async move { shop.prepare(&first()).await.is_ok() })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
    }
    world.clock.advance(COMPARED);
    for shop in processes.iter().chain(&processes) {
        let _ = shop.prepare(&first()).await;
    }
    for shop in &processes {
        let answer = shop.prepare(&first()).await;
        answer.unwrap_or_else(|error| panic!("history {seed}: {error}"));
    }
    assert!(
        world.memory.marks.lock().unwrap().is_empty(),
        "history {seed}"
    );
}
