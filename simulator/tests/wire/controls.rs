//! The controls over HTTP, Chatwork and the webhook.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Fixture, read};

#[tokio::test]
async fn the_market_is_set_by_its_control() {
    let fixture = Fixture::new().await;
    let (first, second) = (fixture.simulator.asin(0), fixture.simulator.asin(1));
    let body = json!({"set": [
        {"asin": first, "price": 120_000},
        {"asin": second, "in_stock": false},
        {"asin": "B0EXAMPLE1", "offers": [{"price": 900}, {"price": 800, "shipping": 350}]},
    ]});

    let set = read(fixture.post("/_sim/market").json(&body)).await;
    let shown = read(fixture.get(&format!("/_sim/market?asins={first},{second},B0EXAMPLE1"))).await;

    assert_eq!(set.json(), json!({"ok": true, "touched": 3}));
    let market = &shown.json()["market"];
    assert_eq!(market[0]["best_price"], 120_000);
    assert_eq!(market[1]["best_price"], json!(null));
    assert_eq!(market[2]["best_price"], 900);
}

#[tokio::test]
async fn an_asin_comes_back_into_stock_at_its_former_price() {
    let fixture = Fixture::new().await;
    let asin = fixture.simulator.asin(0);
    let before = fixture.simulator.market(&asin).best_price;
    let set = |stock: bool| json!({"set": [{"asin": asin, "in_stock": stock}]});

    read(fixture.post("/_sim/market").json(&set(false))).await;
    let out = fixture.simulator.market(&asin).best_price;
    read(fixture.post("/_sim/market").json(&set(true))).await;

    assert_eq!(out, None);
    assert_eq!(fixture.simulator.market(&asin).best_price, before);
}

#[tokio::test]
async fn wrong_controls_are_refused_and_change_nothing() {
    let fixture = Fixture::new().await;
    let cases = [
        (
            "/_sim/market",
            json!({"set": [{"asin": "B0EXAMPLE1", "price": 0}]}),
        ),
        ("/_sim/market", json!({"sett": []})),
        (
            "/_sim/faults",
            json!({"operation": "getOffers", "kind": "throttle"}),
        ),
        ("/_sim/faults", json!([{"kind": "explode"}])),
        (
            "/_sim/quotas",
            json!({"operation": "items/edit", "rate": 1}),
        ),
        ("/_sim/clock", json!({"advance_seconds": -1})),
    ];
    for (path, body) in cases {
        let answer = read(fixture.post(path).json(&body)).await;

        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(!answer.error().is_empty());
    }
    assert_eq!(
        read(fixture.get("/_sim/nothing")).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(fixture.simulator.faults().is_empty());
}

#[tokio::test]
async fn faults_are_listed_with_their_remaining_count_and_cleared() {
    let fixture = Fixture::new().await;
    let body = json!([{"operation": "lwaToken", "kind": "status", "count": 2, "status": 500}]);
    read(fixture.post("/_sim/faults").json(&body)).await;

    read(fixture.post("/auth/o2/token")).await;
    let left = read(fixture.get("/_sim/faults")).await.json();
    read(fixture.request(Method::DELETE, "/_sim/faults")).await;

    assert_eq!(left[0]["count"], 1);
    assert!(fixture.simulator.faults().is_empty());
}

#[tokio::test]
async fn the_ledger_lists_requests_on_demand_until_it_is_reset() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    fixture.batch(&token, &[0, 1]).await;

    let ledger = read(fixture.get("/_sim/ledger?detail=1")).await.json();
    read(
        fixture
            .post("/_sim/reset")
            .json(&json!({"ledger_only": true})),
    )
    .await;
    let after = fixture.simulator.ledger();

    let line = &ledger["detail"][1];
    assert_eq!(line["operation"], "getItemOffersBatch");
    assert_eq!(
        line["touched"],
        json!([fixture.simulator.asin(0), fixture.simulator.asin(1)])
    );
    assert_eq!(line["simulated_at"], "2026-11-02T01:30:00.000000Z");
    assert_eq!(ledger["operations"]["getItemOffersBatch"]["items"], 2);
    assert_eq!(after.total.requests, 0);
    assert_eq!(
        fixture.batch(&token, &[0]).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn a_reset_restores_the_opening_world() {
    let fixture = Fixture::new().await;
    let opening = fixture.simulator.shop("shop-1");
    let token = fixture.base_token().await;
    fixture
        .base(
            &token,
            "items/edit",
            &[("item_id", "70000001"), ("price", "999")],
        )
        .await;
    fixture.simulator.move_market(500);

    read(fixture.post("/_sim/reset")).await;

    assert_eq!(fixture.simulator.shop("shop-1"), opening);
    let [_, _, first] = fixture.credentials();
    assert_eq!(fixture.refresh(&first).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_room_accepts_ten_posts_in_ten_seconds() {
    let fixture = Fixture::new().await;
    let post = |body: &'static str, token: &'static str| {
        let request = fixture
            .post("/v2/rooms/42/messages")
            .header("x-chatworktoken", token);
        read(request.form(&[("body", body)]))
    };

    for _ in 0..10 {
        assert_eq!(post("done", "t").await.status, StatusCode::OK);
    }
    let refused = post("done", "t").await;
    fixture.simulator.advance(10.0).unwrap();
    let passed = post("later", "t").await;

    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        refused.json(),
        json!({"errors": ["Rate limit for message posting per room exceeded."]})
    );
    assert!(passed.json()["message_id"].is_string());
    assert_eq!(fixture.simulator.messages().last().unwrap().body, "later");
    assert_eq!(post("", "t").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(post("x", "invalid").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_webhook_accepts_one_text_a_second() {
    let fixture = Fixture::new().await;
    let post =
        |body: &serde_json::Value| read(fixture.post("/services/T/B/X").body(body.to_string()));

    let taken = post(&json!({"text": "done"})).await;
    let refused = post(&json!({"text": "done"})).await;
    fixture.simulator.advance(1.0).unwrap();

    assert_eq!((taken.status, taken.text.as_str()), (StatusCode::OK, "ok"));
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let textless = post(&json!({"body": "x"})).await;
    assert_eq!(textless.status, StatusCode::BAD_REQUEST);
    assert_eq!(post(&json!({"text": "later"})).await.status, StatusCode::OK);
    assert_eq!(fixture.simulator.webhook_texts(), ["done", "later"]);
}

#[tokio::test]
async fn the_error_for_a_busy_port_names_its_address() {
    let fixture = Fixture::new().await;
    let listen = fixture
        .simulator
        .url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();

    let second = simulator::Simulator::start(simulator::Config {
        listen,
        ..crate::support::stopped_clock()
    })
    .await;

    assert_eq!(
        second.unwrap_err().to_string(),
        format!("cannot listen on {listen}")
    );
}

#[tokio::test]
async fn changes_by_the_owner_of_a_shop_are_not_in_the_ledger() {
    let fixture = Fixture::new().await;
    let shop = || fixture.simulator.shop("shop-1").unwrap().items;
    let before = shop();
    let (edited, deleted) = (before[0].item_id, before[1].item_id);
    let work = json!({
        "edit": [{"item_id": edited, "price": 4321, "stock": 0}],
        "delete": [deleted],
        "add": [{"title": "手作り", "price": 900, "stock": 2, "visible": true, "identifier": "HANDMADE-1"}],
    });

    let answer = read(fixture.post("/_sim/shop/shop-1").json(&work)).await;
    let wrong = read(
        fixture
            .post("/_sim/shop/shop-1")
            .json(&json!({"delete": [edited, 1]})),
    )
    .await;

    assert_eq!(answer.status, StatusCode::OK);
    let now = shop();
    assert_eq!(now.len(), before.len());
    let item = now.iter().find(|item| item.item_id == edited);
    assert_eq!(item.map(|item| (item.price, item.stock)), Some((4321, 0)));
    assert!(now.iter().all(|item| item.item_id != deleted));
    // A change that names an item that does not exist changes nothing.
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(fixture.simulator.ledger().total.requests, 0);
}
