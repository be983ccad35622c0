//! What BASE refuses to a whole account: the shop, its application, the scopes of its token, or
//! the token of another shop. Each costs one call, and not one for each item.

use crate::base_world::{World, credentials, first, lane, second, wanted};
use crate::fakes::permit;
use adapters::base::{BaseCredentials, BaseShop};
use serde_json::json;
use shared::domain::account::RefusedParty;
use shared::domain::shop_page::ItemView;
use shared::ports::clock::Clock as _;
use shared::ports::shop::{Shop, ShopError};
use simulator::{Config, opening_accounts};
use std::sync::Arc;

const RESTRICTED: &str = "利用が制限されているユーザーです。";
const SUSPENDED: &str = "停止中のクライアントです。";

fn standing(world: &World) -> Option<(RefusedParty, String)> {
    let standing = world.memory.standing.lock().unwrap();
    let refusal = standing.get(&first())?;
    Some((refusal.party, refusal.why.clone()))
}

fn barred<T: std::fmt::Debug>(result: Result<T, ShopError>) -> i64 {
    match result {
        Err(ShopError::Barred { until, .. }) => until.timestamp(),
        other => panic!("{other:?}"),
    }
}

/// Why a person has to authorise the account again.
fn reauthorise<T: std::fmt::Debug>(result: Result<T, ShopError>) -> String {
    match result {
        Err(ShopError::Reauthorise { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

async fn edit_in(shop: &Arc<BaseShop>, world: &World) -> Result<ItemView, ShopError> {
    let permit = permit(lane(&first()));
    let item = world.item(&first());
    shop.edit(permit, &first(), item, &wanted()).await
}

#[tokio::test]
async fn a_restricted_shop_rests_after_its_first_refusal_and_continues_by_itself() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    for operation in ["items/edit", "items", "items/detail", "users/me"] {
        world.fault(
            json!({"operation": operation, "kind": "base_error", "error": "access_denied",
            "account": "shop-1"}),
        );
    }

    let until = barred(world.edit(&first()).await);
    for _ in 0..40 {
        assert_eq!(barred(world.edit(&first()).await), until);
        barred(world.shop.prepare(&first()).await);
        barred(world.ask(world.item(&first())).await.map(drop));
    }

    assert_eq!(world.requests("items/edit"), 1);
    assert_eq!(world.requests("items/detail"), 0);
    let (party, why) = standing(&world).unwrap();
    assert_eq!(party, RefusedParty::Shop);
    assert!(
        why.contains("access_denied") && why.contains(RESTRICTED),
        "{why}"
    );
    world.edit(&second()).await.unwrap();

    // One call after each rest, and the rests grow.
    world.clock.advance(until - world.clock.now().timestamp());
    let begun = world.clock.now().timestamp();
    let next = barred(world.edit(&first()).await);
    assert_eq!((next - begun, world.requests("items/edit")), (600, 3));

    world.simulator.clear_faults();
    world.clock.advance(next - begun);
    world.edit(&first()).await.unwrap();
    assert_eq!(standing(&world), None);
}

#[tokio::test]
async fn an_unknown_error_of_every_call_rests_the_shop_and_that_of_one_call_does_not() {
    let world = World::start().await;
    let fault = json!({"operation": "items/edit", "kind": "base_error",
        "error": "user_is_away", "description": "ただいま利用できません。", "count": 1});
    world.fault(fault.clone());

    assert_eq!(
        world.edit(&first()).await.unwrap_err().code(),
        "user_is_away"
    );
    world.edit(&first()).await.unwrap();
    let mut always = fault;
    always["count"] = json!(1_000);
    world.fault(always);
    for _ in 0..40 {
        world.edit(&first()).await.unwrap_err();
    }

    assert_eq!(world.requests("items/edit"), 2 + 3);
    let (_, why) = standing(&world).unwrap();
    assert_eq!(why, "user_is_away ただいま利用できません。");
}

#[tokio::test]
async fn a_token_without_the_right_to_edit_costs_one_call_in_all_processes() {
    let world = World::with(Config {
        base_scopes: "read_users read_items".to_owned(),
        ..Config::default()
    })
    .await;

    for _ in 0..5 {
        let why = reauthorise(world.edit(&first()).await);
        assert!(
            why.contains("invalid_scope") && why.contains("write_items"),
            "{why}"
        );
    }
    let next = world.process(&opening_accounts(1, 2));
    reauthorise(next.prepare(&first()).await);

    assert_eq!(world.requests("items/edit"), 1);
    let checked = next.check(&second()).await;
    assert!(
        matches!(checked, Err(ShopError::Reauthorise { .. })),
        "{checked:?}"
    );
}

#[tokio::test]
async fn a_check_edits_nothing_and_names_the_shop() {
    let world = World::start().await;
    let before = world.simulator.shop("shop-1").unwrap();

    let found = world.shop.check(&first()).await.unwrap();

    assert_eq!(found.shop_id.as_deref(), Some("shop-1"));
    assert_eq!(world.simulator.shop("shop-1").unwrap(), before);
}

#[tokio::test]
async fn a_token_that_may_not_name_its_shop_works() {
    let world = World::with(Config {
        base_scopes: "read_items write_items".to_owned(),
        ..Config::default()
    })
    .await;

    world.shop.prepare(&first()).await.unwrap();
    world.edit(&first()).await.unwrap();

    assert_eq!(world.shop.check(&first()).await.unwrap().shop_id, None);
}

#[tokio::test]
async fn a_suspended_application_needs_no_authorisation_and_continues_by_itself() {
    let world = World::start().await;
    world.fault(json!({"operation": "baseToken", "kind": "base_error",
        "error": "unauthorized_client", "description": SUSPENDED, "account": "shop-1"}));

    let until = barred(world.shop.prepare(&first()).await);
    for _ in 0..8 {
        barred(world.edit(&first()).await);
    }

    assert_eq!(world.requests("baseToken"), 1);
    let (party, why) = standing(&world).unwrap();
    assert_eq!(party, RefusedParty::Application);
    assert!(why.contains(SUSPENDED), "{why}");
    assert!(world.memory.marks.lock().unwrap().is_empty());
    world.simulator.clear_faults();
    world.clock.advance(until - world.clock.now().timestamp());
    world.shop.prepare(&first()).await.unwrap();
    world.edit(&first()).await.unwrap();
    assert_eq!(standing(&world), None);
}

#[tokio::test]
async fn eight_callers_at_once_send_one_exchange_that_is_refused() {
    let world = World::start().await;
    world.fault(json!({"operation": "baseToken", "kind": "base_error",
        "error": "unauthorized_client", "account": "shop-1"}));

    let calls = (0..8).map(|_| {
        let shop = Arc::clone(&world.shop);
        tokio::spawn(async move { shop.prepare(&first()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        barred(call.await.unwrap());
    }

    assert_eq!(world.requests("baseToken"), 1);
}

#[tokio::test]
async fn a_renewal_without_a_required_address_is_no_lost_authorisation() {
    let world = World::with(Config {
        base_requires_redirect_uri: true,
        ..Config::default()
    })
    .await;
    let accounts = opening_accounts(1, 2);
    let without = accounts.iter().map(|account| BaseCredentials {
        redirect_uri: None,
        ..credentials(account)
    });
    let without = world.process_at(&world.simulator.url(), without.collect());

    barred(without.prepare(&first()).await);
    let (party, why) = standing(&world).unwrap();
    assert_eq!(party, RefusedParty::Application);
    assert!(why.contains("不正なパラメーターです。"), "{why}");
    assert!(world.memory.marks.lock().unwrap().is_empty());

    // The same refresh token, with the address.
    world.edit(&first()).await.unwrap();
}

#[tokio::test]
async fn an_account_refuses_the_token_of_another_shop() {
    let world = World::start().await;
    world.shop.prepare(&first()).await.unwrap();
    world.edit(&first()).await.unwrap();
    let bound = world.memory.shops.lock().unwrap()[&first()].clone();
    assert_eq!(bound.shop_id, "shop-1");
    let mut accounts = opening_accounts(1, 2);
    accounts.swap(0, 1);
    accounts[0].id = "shop-1".to_owned();
    accounts[1].id = "shop-2".to_owned();

    let swapped = world.process(&accounts);
    let why = reauthorise(swapped.prepare(&first()).await);
    reauthorise(edit_in(&swapped, &world).await);

    assert!(
        why.contains("shop_id shop-2") && why.contains("not shop-1"),
        "{why}"
    );
    assert_eq!(world.requests("items/edit"), 1);
    let again = world.process(&accounts);
    reauthorise(again.prepare(&first()).await);
    assert_eq!(world.requests("users/me"), 2);
}

#[tokio::test]
async fn a_token_is_asked_for_its_shop_once() {
    let world = World::start().await;
    for _ in 0..3 {
        world.shop.prepare(&first()).await.unwrap();
        world.edit(&first()).await.unwrap();
    }
    let next = world.process(&opening_accounts(1, 2));
    next.prepare(&first()).await.unwrap();
    edit_in(&next, &world).await.unwrap();

    assert_eq!(world.requests("users/me"), 1);
}

#[tokio::test]
async fn the_shop_that_the_file_names_counts() {
    let world = World::start().await;
    let named = |shop_id: &str| BaseCredentials {
        shop_id: Some(shop_id.to_owned()),
        ..credentials(&opening_accounts(1, 1)[0])
    };
    let wrong = world.process_at(&world.simulator.url(), vec![named("shop-9")]);
    let why = reauthorise(wrong.prepare(&first()).await);
    assert!(why.contains("not shop-9"), "{why}");

    world.memory.marks.lock().unwrap().clear();
    let right = world.process_at(&world.simulator.url(), vec![named("shop-1")]);
    right.prepare(&first()).await.unwrap();
    assert_eq!(
        world.memory.shops.lock().unwrap()[&first()].shop_id,
        "shop-1"
    );
}
