//! The tokens of BASE over the wire: one refresh at a time, stored before use, no loop after a refusal.

use crate::base_world::{World, first, lane, second, wanted};
use crate::fakes::permit;
use adapters::base::BaseShop;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde_json::json;
use shared::domain::retry::Remedy;
use shared::ports::clock::Clock as _;
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::StoredToken;
use simulator::{Fault, FaultKind, SimulatedAccount, opening_accounts};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn stored(world: &World) -> StoredToken {
    world.memory.tokens.lock().unwrap()["base/shop-1"].clone()
}

fn refused_since(world: &World) -> Option<DateTime<Utc>> {
    world.memory.refused.lock().unwrap().get(&first()).copied()
}

fn marked(world: &World) -> bool {
    world.memory.marks.lock().unwrap().contains_key(&first())
}

/// The accounts file after a person has put a wrong refresh token into it.
fn wrong_seed() -> Vec<SimulatedAccount> {
    let mut accounts = opening_accounts(1, 2);
    accounts[0].refresh_token = String::from("0123456789abcdef");
    accounts
}

#[tokio::test]
async fn eight_callers_at_once_refresh_once() {
    let world = World::start().await;

    let calls = (0..8).map(|_| {
        let shop = Arc::clone(&world.shop);
        tokio::spawn(async move { shop.prepare(&first()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }

    assert_eq!(world.requests("baseToken"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_with_four_callers_each_refresh_once() {
    let world = World::start().await;
    let slow = Fault {
        millis: Some(150),
        ..Fault::new("baseToken", FaultKind::Slow)
    };
    world.simulator.add_fault(slow).unwrap();
    let processes: Vec<_> = (0..4)
        .map(|_| world.process(&opening_accounts(1, 2)))
        .collect();

    let calls = (0..16).map(|caller| {
        let shop = Arc::clone(&processes[caller % 4]);
        tokio::spawn(async move { shop.prepare(&first()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }

    assert_eq!(world.requests("baseToken"), 1);
    assert!(!marked(&world));
}

#[tokio::test]
async fn the_rotated_token_is_stored_and_used_next() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    let before = stored(&world);

    world.clock.advance(3_541);
    world.shop.prepare(&first()).await.unwrap();

    let after = stored(&world);
    assert_eq!(world.requests("baseToken"), 2);
    assert_eq!(world.simulator.ledger().total.failed, 0);
    assert_ne!(
        before.refresh_token.expose_secret(),
        after.refresh_token.expose_secret()
    );
    assert_eq!(before.seed, after.seed);
    assert!(
        !after
            .seed
            .contains(&opening_accounts(1, 1)[0].refresh_token)
    );
}

#[tokio::test]
async fn another_process_takes_the_stored_token() {
    let world = World::start().await;
    world.edit(&first()).await.unwrap();

    let other = world.process(&opening_accounts(1, 2));
    let item = world.item(&first());
    let seen = other.item(permit(lane(&first())), &first(), item).await;

    assert!(seen.unwrap().is_some());
    assert_eq!(world.requests("baseToken"), 1);
}

#[tokio::test]
async fn a_pair_is_not_used_before_it_is_stored() {
    let world = World::start().await;
    world.memory.broken_saves.store(3, Ordering::SeqCst);

    world.edit(&first()).await.unwrap();

    assert_eq!(world.requests("baseToken"), 1);
    let tokens = world.memory.tokens.lock().unwrap();
    assert!(tokens.contains_key("base/shop-1"));
}

#[tokio::test]
async fn no_other_process_refreshes_while_a_pair_waits_for_the_store() {
    let world = World::start().await;
    let other = world.process(&opening_accounts(1, 2));
    world.memory.broken_saves.store(3, Ordering::SeqCst);

    let account = first();
    let (here, there) = tokio::join!(world.shop.prepare(&account), other.prepare(&account));

    here.unwrap();
    there.unwrap();
    assert_eq!(world.requests("baseToken"), 1);
    assert!(!marked(&world));
}

#[tokio::test]
async fn a_process_that_died_during_a_refresh_only_delays_the_others() {
    let world = World::start().await;
    let until = world.clock.now() + TimeDelta::seconds(60);
    let lease = (String::from("base/shop-1"), (String::from("dead"), until));
    world.memory.leases.lock().unwrap().extend([lease]);

    // Only the waits for the lease pass by themselves.
    tokio::time::pause();
    for _ in 0..6 {
        let error = world.shop.prepare(&first()).await.unwrap_err();
        assert_eq!(error.remedy(), Remedy::Wait(Duration::ZERO), "{error}");
    }
    tokio::time::resume();
    assert_eq!(world.requests("baseToken"), 0);

    world.clock.advance(60);
    world.shop.prepare(&first()).await.unwrap();
}

#[tokio::test]
async fn a_refresh_continues_when_its_caller_has_cancelled() {
    let world = World::start().await;
    world.fault(json!({"operation": "baseToken", "kind": "slow", "millis": 300, "count": 1}));

    let account = first();
    let impatient = world.shop.prepare(&account);
    assert!(
        tokio::time::timeout(Duration::from_millis(100), impatient)
            .await
            .is_err()
    );

    world.shop.prepare(&first()).await.unwrap();
    assert_eq!(world.requests("baseToken"), 1);
}

#[tokio::test]
async fn an_expired_token_costs_a_permit_and_no_attempt() {
    let world = World::start().await;
    world.edit(&first()).await.unwrap();
    world.fault(json!({"operation": "items/edit", "kind": "token_expiry", "count": 1}));

    let error = world.edit(&first()).await.unwrap_err();

    assert!(matches!(error, ShopError::TokenExpired), "{error}");
    assert_eq!(error.remedy(), Remedy::Wait(Duration::ZERO));
    world.edit(&first()).await.unwrap();
    assert_eq!(world.requests("baseToken"), 2);
    assert!(!marked(&world));
}

#[tokio::test]
async fn rejected_fresh_tokens_pause_their_account() {
    let world = World::start().await;
    world.fault(json!({"operation": "items/edit", "kind": "forbidden", "count": 2}));

    let errors = [
        world.edit(&first()).await,
        world.edit(&first()).await,
        world.edit(&first()).await,
    ];

    assert!(
        matches!(errors[0], Err(ShopError::TokenExpired)),
        "{errors:?}"
    );
    let soon = world.clock.now() + TimeDelta::seconds(5);
    for error in &errors[1..] {
        assert!(
            matches!(error, Err(ShopError::TokenRefused { until }) if *until == soon),
            "{errors:?}"
        );
    }
    assert_eq!(
        (world.requests("items/edit"), world.requests("baseToken")),
        (2, 2)
    );
    assert_eq!(refused_since(&world), Some(world.clock.now()));

    world.clock.advance(5);
    world.edit(&first()).await.unwrap();
    assert_eq!((marked(&world), refused_since(&world)), (false, None));
}

/// Edits in these processes in turn, with the pauses that they ask for, until a person is needed;
/// returns the seconds that it took.
async fn refused_in_turn(world: &World, processes: &[Arc<BaseShop>]) -> i64 {
    let begun = world.clock.now();
    for shop in processes.iter().cycle() {
        let item = world.item(&first());
        let permit = permit(lane(&first()));
        let error = shop.edit(permit, &first(), item, &wanted()).await;
        match error {
            Err(ShopError::TokenExpired) => {}
            Err(ShopError::TokenRefused { until }) => {
                world
                    .clock
                    .advance((until - world.clock.now()).num_seconds());
            }
            Err(ShopError::Reauthorise { .. }) => break,
            other => panic!("{other:?}"),
        }
    }
    (world.clock.now() - begun).num_seconds()
}

#[tokio::test]
async fn fresh_tokens_that_are_rejected_for_half_an_hour_need_a_person() {
    for processes in [1, 4] {
        let world = World::start().await;
        world.fault(json!({"operation": "items/edit", "kind": "forbidden", "account": "shop-1"}));
        let processes: Vec<_> = (0..processes)
            .map(|_| world.process(&opening_accounts(1, 2)))
            .collect();

        let seconds = refused_in_turn(&world, &processes).await;

        assert!((1_800..2_400).contains(&seconds), "{seconds}");
        assert!(world.requests("baseToken") < 40, "few exchanges");
        assert_eq!((marked(&world), refused_since(&world)), (true, None));
        world.edit(&second()).await.unwrap();
        assert!(!world.memory.marks.lock().unwrap().contains_key(&second()));
    }
}

#[tokio::test]
async fn a_token_that_is_accepted_in_another_process_ends_the_half_hour() {
    let world = World::start().await;
    let other = world.process(&opening_accounts(1, 2));
    world.fault(json!({"operation": "items/edit", "kind": "forbidden", "count": 2}));
    world.edit(&first()).await.unwrap_err();
    world.edit(&first()).await.unwrap_err();
    let permit = permit(lane(&first()));
    let item = world.item(&first());
    let there = other.edit(permit, &first(), item, &wanted()).await;
    there.unwrap();

    world.clock.advance(3 * 3_600);
    world.fault(json!({"operation": "items/edit", "kind": "forbidden", "count": 1}));
    let error = world.edit(&first()).await.unwrap_err();

    assert!(
        matches!(error, ShopError::TokenRefused { .. }),
        "a new count: {error}"
    );
}

#[tokio::test]
async fn a_pause_ends_when_a_token_is_accepted_in_another_process() {
    let world = World::start().await;
    let other = world.process(&opening_accounts(1, 2));
    world.fault(json!({"operation": "items/edit", "kind": "forbidden", "count": 2}));
    world.edit(&first()).await.unwrap_err();
    let error = world.edit(&first()).await.unwrap_err();
    assert!(matches!(error, ShopError::TokenRefused { .. }), "{error}");
    let permit = permit(lane(&first()));
    let item = world.item(&first());

    let there = other.edit(permit, &first(), item, &wanted()).await;

    there.unwrap();
    world.edit(&first()).await.unwrap();
}

#[tokio::test]
async fn a_process_whose_tokens_are_rejected_rests_for_seconds_while_others_are_accepted() {
    let world = World::start().await;
    let other = world.process(&opening_accounts(1, 2));
    let item = world.item(&first());
    let mut rests = Vec::new();

    for _ in 0..8 {
        world.fault(json!({"operation": "items/edit", "kind": "forbidden", "count": 1}));
        match world.edit(&first()).await.unwrap_err() {
            ShopError::TokenRefused { until } => {
                rests.push((until - world.clock.now()).num_seconds());
            }
            error => assert!(matches!(error, ShopError::TokenExpired), "{error}"),
        }
        let permit = permit(lane(&first()));
        let there = other.edit(permit, &first(), item, &wanted()).await;
        there.unwrap();
        world.clock.advance(20);
    }

    assert!(
        rests.len() >= 3 && rests.iter().all(|rest| *rest <= 5),
        "{rests:?}"
    );
}

#[tokio::test]
async fn processes_whose_tokens_are_rejected_rest_until_the_same_instant() {
    let world = World::start().await;
    world.fault(json!({"operation": "items/edit", "kind": "forbidden"}));
    let processes = [(); 3].map(|()| world.process(&opening_accounts(1, 2)));
    let item = world.item(&first());
    let mut ends = Vec::new();

    for shop in processes.iter().chain(&processes) {
        let permit = permit(lane(&first()));
        match shop.edit(permit, &first(), item, &wanted()).await {
            Err(ShopError::TokenRefused { until }) => ends.push(until),
            Err(ShopError::TokenExpired) => world.clock.advance(1),
            other => panic!("{other:?}"),
        }
    }

    ends.dedup();
    assert_eq!(ends.len(), 1, "{ends:?}");
}

#[tokio::test]
async fn a_refused_refresh_token_marks_its_account_and_is_not_sent_again() {
    let world = World::start().await;
    let shop = world.process(&wrong_seed());

    for _ in 0..5 {
        let error = shop.prepare(&first()).await.unwrap_err();
        assert!(matches!(&error, ShopError::Reauthorise { account, .. } if *account == first()));
        assert_eq!(error.remedy(), Remedy::Stop);
    }

    assert!(marked(&world));
    assert_eq!(world.requests("baseToken"), 1);
    assert!(shop.prepare(&second()).await.is_ok());
}

#[tokio::test]
async fn a_new_seed_in_the_file_wins_and_clears_the_mark() {
    let world = World::start().await;
    world
        .process(&wrong_seed())
        .prepare(&first())
        .await
        .unwrap_err();
    assert!(marked(&world));

    world.edit(&first()).await.unwrap();

    assert!(!marked(&world));
}

#[tokio::test]
async fn the_mark_holds_in_the_next_process_while_the_seed_is_the_same() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    world.clock.advance(3_600);
    world.fault(
        json!({"operation": "baseToken", "kind": "base_error", "error": "invalid_request",
        "count": 1}),
    );
    world.shop.prepare(&first()).await.unwrap_err();

    let error = world
        .process(&opening_accounts(1, 2))
        .prepare(&first())
        .await
        .unwrap_err();

    assert!(matches!(error, ShopError::Reauthorise { .. }));
    assert_eq!(world.requests("baseToken"), 2);
}

#[tokio::test]
async fn a_mark_is_not_void_because_the_pair_was_stored_under_a_clock_of_tomorrow() {
    const DAY: i64 = 24 * 3_600;
    let world = World::start().await;
    world.clock.advance(DAY);
    world.shop.prepare(&first()).await.unwrap();
    world.clock.advance(-DAY);
    world.fault(
        json!({"operation": "baseToken", "kind": "base_error", "error": "invalid_request",
        "count": 1}),
    );
    world.shop.renew(&first()).await.unwrap_err();
    assert!(marked(&world));

    let next = world.process(&opening_accounts(1, 2));
    let error = next.prepare(&first()).await.unwrap_err();

    assert!(matches!(error, ShopError::Reauthorise { .. }));
}

#[tokio::test]
async fn a_mark_that_was_made_under_a_clock_of_yesterday_costs_one_more_request() {
    const DAY: i64 = 24 * 3_600;
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    world
        .fault(json!({"operation": "baseToken", "kind": "base_error", "error": "invalid_request"}));
    world.clock.advance(-DAY);
    world.shop.renew(&first()).await.unwrap_err();
    world.clock.advance(DAY + 3_600);

    for _ in 0..3 {
        let error = world.shop.prepare(&first()).await.unwrap_err();
        assert!(matches!(error, ShopError::Reauthorise { .. }), "{error}");
    }

    assert_eq!(world.requests("baseToken"), 3);
}

#[tokio::test]
async fn a_mark_that_was_made_shortly_before_its_pair_by_another_clock_is_obeyed() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    world
        .fault(json!({"operation": "baseToken", "kind": "base_error", "error": "invalid_request"}));
    world.clock.advance(-1);
    world.shop.renew(&first()).await.unwrap_err();
    world.clock.advance(3_600);

    let error = world.shop.prepare(&first()).await.unwrap_err();

    assert!(matches!(error, ShopError::Reauthorise { .. }), "{error}");
    assert_eq!(world.requests("baseToken"), 2);
}

#[tokio::test]
async fn an_invalid_first_token_is_sent_by_one_process_only() {
    let world = World::start().await;
    world
        .process(&wrong_seed())
        .prepare(&first())
        .await
        .unwrap_err();

    for _ in 0..3 {
        let error = world
            .process(&wrong_seed())
            .prepare(&first())
            .await
            .unwrap_err();
        assert!(matches!(error, ShopError::Reauthorise { .. }));
    }

    assert_eq!(world.requests("baseToken"), 1);
}

#[tokio::test]
async fn a_process_that_finds_a_refreshed_pair_uses_it() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    let other = world.process(&opening_accounts(1, 2));
    other.prepare(&first()).await.unwrap();
    world.clock.advance(3_600);
    world.shop.prepare(&first()).await.unwrap();

    other.prepare(&first()).await.unwrap();

    assert_eq!(world.requests("baseToken"), 2);
    assert!(!marked(&world));
}

#[tokio::test]
async fn a_transient_fault_of_the_exchange_marks_no_account() {
    let faults = [
        json!({"operation": "baseToken", "kind": "status", "status": 500, "count": 1}),
        json!({"operation": "baseToken", "kind": "base_error", "error": "server_error", "count": 1}),
        json!({"operation": "baseToken", "kind": "html", "status": 503, "count": 1}),
    ];
    let world = World::start().await;
    for fault in faults {
        world.fault(fault.clone());

        let error = world.shop.prepare(&first()).await.unwrap_err();

        assert_eq!(error.remedy(), Remedy::TryAgain, "{fault}: {error}");
    }
    assert!(!marked(&world));
    assert!(world.shop.prepare(&first()).await.is_ok());
}

#[tokio::test]
async fn an_account_without_credentials_needs_a_person() {
    let world = World::start().await;

    let error = world.process(&[]).prepare(&first()).await.unwrap_err();

    assert!(matches!(error, ShopError::Reauthorise { .. }));
}
