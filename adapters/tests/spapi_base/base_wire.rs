//! Item calls of BASE over the wire: what the simulator accepts, and the errors for its faults.

use crate::base_world::{World, credentials, first, lane, second, wanted};
use crate::fakes::{answer_with, permit};
use serde_json::json;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::quota::Window;
use shared::domain::retry::Remedy;
use shared::domain::shop_page::PageCursor;
use shared::ports::shop::{Shop, ShopError};
use simulator::{NewItem, ShopChange, opening_accounts};

#[tokio::test]
async fn one_call_sets_price_visibility_and_stock() {
    let world = World::start().await;

    world.edit(&first()).await.unwrap();

    let shown = world.simulator.shop("shop-1").unwrap().items[0].clone();
    assert_eq!((shown.price, shown.visible, shown.stock), (3_250, true, 1));
    assert_eq!(world.requests("items/edit"), 1);
}

#[tokio::test]
async fn an_unknown_stock_is_not_changed() {
    let world = World::start().await;
    world.edit(&first()).await.unwrap();
    let hidden = ShopState {
        price: Yen(3_300),
        visible: false,
        stock: None,
    };

    let permit = permit(lane(&first()));
    let item = world.item(&first());
    world
        .shop
        .edit(permit, &first(), item, &hidden)
        .await
        .unwrap();

    let shown = world.simulator.shop("shop-1").unwrap().items[0].clone();
    assert_eq!((shown.price, shown.visible, shown.stock), (3_300, false, 1));
}

#[tokio::test]
async fn an_item_is_requested_by_its_path() {
    let world = World::start().await;
    world.edit(&first()).await.unwrap();

    assert_eq!(
        world.ask(world.item(&first())).await.unwrap(),
        Some(wanted().into())
    );
    assert_eq!(world.ask(ItemId(1)).await.unwrap(), None);
}

#[tokio::test]
async fn a_shop_is_read_by_pages_of_a_hundred() {
    let world = World::start().await;
    let permit = || permit(lane(&first()));
    let made = (0..120).map(|number| NewItem {
        title: format!("手作り{number}"),
        price: 900,
        stock: 2,
        visible: true,
        identifier: (number > 0).then(|| format!("HANDMADE-{number}")),
    });
    let work = ShopChange {
        add: made.collect(),
        ..ShopChange::default()
    };
    let ids = world.simulator.change_shop("shop-1", work).unwrap();
    let all = world.simulator.shop("shop-1").unwrap().items.len();

    let first_page = world.shop.items(permit(), &first(), None).await.unwrap();
    let next = first_page.next.as_ref();
    let last_page = world.shop.items(permit(), &first(), next).await.unwrap();
    let cursor = PageCursor("500".to_owned());
    let beyond = world
        .shop
        .items(permit(), &first(), Some(&cursor))
        .await
        .unwrap();

    assert_eq!(next, Some(&PageCursor("100".to_owned())));
    assert_eq!(last_page.next, None);
    assert_eq!(last_page.items.len(), all - 100);
    assert_eq!((beyond.items.len(), beyond.next), (0, None));
    // The last made comes last.
    let last = last_page.items.last().unwrap();
    assert_eq!(last.id.0.unsigned_abs(), *ids.last().unwrap());
    assert_eq!(last.sku.as_deref(), Some("HANDMADE-119"));
    let state = last.state.unwrap();
    assert_eq!(
        (state.price, state.visible, state.stock),
        (Yen(900), true, Some(2))
    );
    assert_eq!(world.requests("items"), 3);
}

#[tokio::test]
async fn each_account_has_a_token_of_its_own() {
    let world = World::start().await;

    world.edit(&first()).await.unwrap();
    world.edit(&second()).await.unwrap();

    assert_eq!(world.requests("baseToken"), 2);
    assert_eq!(world.simulator.ledger().total.failed, 0);
}

#[tokio::test]
async fn an_unknown_item_has_its_own_error() {
    let world = World::start().await;

    let permit = permit(lane(&first()));
    let error = world
        .shop
        .edit(permit, &first(), ItemId(1), &wanted())
        .await
        .unwrap_err();

    assert!(
        matches!(&error, ShopError::UnknownItem(code) if code == "bad_item_id"),
        "{error}"
    );
}

#[tokio::test]
async fn every_outage_is_transient() {
    let faults = [
        json!({"operation": "items/edit", "kind": "status", "status": 500}),
        json!({"operation": "items/edit", "kind": "html", "status": 503}),
        json!({"operation": "items/edit", "kind": "html", "status": 404}),
        json!({"operation": "items/edit", "kind": "base_error", "error": "db_error"}),
        json!({"operation": "items/edit", "kind": "base_error", "error": "db_error", "status": 200}),
        json!({"operation": "items/edit", "kind": "base_error", "error": "bad_item_id", "status": 500}),
        json!({"operation": "items/edit", "kind": "cut"}),
        json!({"operation": "items/edit", "kind": "truncate"}),
        json!({"operation": "items/edit", "kind": "malformed"}),
        json!({"operation": "items/edit", "kind": "wrong_types"}),
        json!({"operation": "items/edit", "kind": "huge"}),
        json!({"operation": "items/edit", "kind": "hang"}),
    ];
    let world = World::start().await;
    for fault in faults {
        world.fault(fault.clone());

        let error = world.edit(&first()).await.unwrap_err();

        assert_eq!(error.remedy(), Remedy::TryAgain, "{fault}: {error}");
        world.simulator.clear_faults();
    }
    assert!(world.edit(&first()).await.is_ok());
}

#[tokio::test]
async fn a_refused_value_is_given_up_with_its_code() {
    let world = World::start().await;
    for code in ["validation_error", "bad_params"] {
        world.fault(
            json!({"operation": "items/edit", "kind": "base_error", "error": code,
            "count": 1}),
        );

        let error = world.edit(&first()).await.unwrap_err();

        assert_eq!((error.remedy(), error.code()), (Remedy::GiveUp, code));
    }
}

#[tokio::test]
async fn an_edit_is_answered_with_what_the_shop_shows_whatever_was_sent() {
    // One body that serves as a pair of tokens and as an item at 10 yen.
    let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\
        {\"access_token\":\"a\",\"refresh_token\":\"b\",\"expires_in\":3600,\
        \"item\":{\"item_id\":1,\"price\":10,\"visible\":1,\"stock\":1}}";
    let (url, _) = answer_with(answer, b"", 0).await;
    let world = World::start().await;
    let accounts = opening_accounts(1, 1).iter().map(credentials).collect();
    let shop = world.process_at(&url, accounts);

    let permit = permit(lane(&first()));
    let shown = shop
        .edit(permit, &first(), ItemId(1), &wanted())
        .await
        .unwrap();

    assert_eq!((shown.state.price, shown.state.visible), (Yen(10), true));
}

#[tokio::test]
async fn a_used_up_hour_closes_the_lane_of_its_account() {
    let world = World::start().await;
    for (code, window) in [
        ("hour_api_limit", Window::Short),
        ("day_api_limit", Window::Long),
    ] {
        world.fault(
            json!({"operation": "items/edit", "kind": "base_error", "error": code,
            "count": 1}),
        );

        let error = world.edit(&first()).await.unwrap_err();

        assert!(matches!(error, ShopError::Quota { window: refused, .. } if refused == window));
        assert_eq!(error.code(), code);
        let closed = world.limiter.closed.lock().unwrap().pop();
        assert_eq!(closed, Some((lane(&first()), window)));
    }
    assert!(world.edit(&second()).await.is_ok());
}
