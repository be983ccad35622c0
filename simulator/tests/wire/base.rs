//! BASE: rotating tokens, hourly and daily limits, edits.

use reqwest::StatusCode;
use serde_json::json;
use simulator::{BaseLimits, Config, Fault, FaultKind, QuotaChange, ShopChange};

use crate::support::{Fixture, read, stopped_clock};

const FIRST: &str = "70000001";

#[tokio::test]
async fn a_refresh_token_can_be_used_once() {
    let fixture = Fixture::new().await;
    let [_, _, first] = fixture.credentials();

    let answer = fixture.refresh(&first).await;
    let again = fixture.refresh(&first).await;
    let second = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let next = fixture.refresh(&second).await;

    assert_eq!(answer.json()["expires_in"], 3_600);
    assert_ne!(first, second);
    assert_eq!(
        (again.status, again.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    assert_eq!(next.status, StatusCode::OK);
}

#[tokio::test]
async fn a_renewal_whose_answer_is_lost_uses_up_the_refresh_token() {
    let fixture = Fixture::new().await;
    let [_, _, first] = fixture.credentials();
    let lost = Fault::new("baseToken", FaultKind::LateStatus).times(1);
    fixture.simulator.add_fault(lost).unwrap();

    let answer = fixture.refresh(&first).await;
    let again = fixture.refresh(&first).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(again.error(), "invalid_request");
}

#[tokio::test]
async fn other_programs_of_a_shop_use_up_its_calls() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let body = json!({"use_up": "hour"});
    read(fixture.post("/_sim/shop/shop-1").json(&body)).await;

    let refused = fixture.base(&token, "items/edit", &[]).await;
    fixture.simulator.advance(1_800.0).unwrap();
    let allowed = fixture.base(&token, "items/edit", &[]).await;

    assert_eq!(refused.error(), "hour_api_limit");
    assert_eq!(allowed.error(), "no_item_id");
}

#[tokio::test]
async fn access_tokens_expire_after_an_hour_and_refresh_tokens_after_30_days() {
    let fixture = Fixture::new().await;
    let [_, _, first] = fixture.credentials();
    let answer = fixture.refresh(&first).await.json();
    let access = answer["access_token"].as_str().unwrap();

    fixture.simulator.advance(3_599.0).unwrap();
    let alive = read(fixture.get("/1/users/me").bearer_auth(access)).await;
    fixture.simulator.advance(1.0).unwrap();
    let ended = read(fixture.get("/1/users/me").bearer_auth(access)).await;
    fixture.simulator.advance(30.0 * 86_400.0).unwrap();
    let refused = fixture
        .refresh(answer["refresh_token"].as_str().unwrap())
        .await;

    assert_eq!(alive.status, StatusCode::OK);
    assert_eq!(ended.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        ended.json()["error_description"],
        "アクセストークンが無効です。"
    );
    assert_eq!(refused.error(), "invalid_request");
}

#[tokio::test]
async fn the_lifetime_of_access_tokens_is_configurable() {
    let fixture = Fixture::with(Config {
        base_access_seconds: 64,
        ..stopped_clock()
    })
    .await;
    let [_, _, first] = fixture.credentials();
    let answer = fixture.refresh(&first).await.json();
    let access = answer["access_token"].as_str().unwrap();

    fixture.simulator.advance(63.0).unwrap();
    let alive = read(fixture.get("/1/users/me").bearer_auth(access)).await;
    fixture.simulator.advance(1.0).unwrap();
    let ended = read(fixture.get("/1/users/me").bearer_auth(access)).await;

    assert_eq!(answer["expires_in"], 64);
    assert_eq!(alive.status, StatusCode::OK);
    assert_eq!(ended.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_authorization_code_is_exchanged_for_tokens_once() {
    let fixture = Fixture::new().await;
    let [id, secret, _] = fixture.credentials();
    let path = format!(
        "/1/oauth/authorize?response_type=code&client_id={id}&state=s&redirect_uri={}/1/back",
        fixture.simulator.url()
    );

    let landed = fixture.get(&path).send().await.unwrap();
    let pairs: Vec<(String, String)> = landed.url().query_pairs().into_owned().collect();
    let back = format!("{}/1/back", fixture.simulator.url());
    let form = |back: &str| {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", id.clone()),
            ("client_secret", secret.clone()),
            ("code", pairs[0].1.clone()),
            ("redirect_uri", back.to_owned()),
        ]
    };
    let exchange = async |back: &str| read(fixture.post("/1/oauth/token").form(&form(back))).await;
    let elsewhere = exchange("https://elsewhere.example/").await;
    let answer = exchange(&back).await;
    let again = exchange(&back).await;

    assert_eq!(pairs[1], ("state".to_owned(), "s".to_owned()));
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_shop_owner_who_refuses_is_redirected_without_a_code() {
    let fixture = Fixture::new().await;
    let [id, ..] = fixture.credentials();
    let no = Fault::new("baseAuthorize", FaultKind::Forbidden);
    fixture.simulator.add_fault(no).unwrap();
    let path = format!(
        "/1/oauth/authorize?response_type=code&client_id={id}&state=s&redirect_uri={}/1/back",
        fixture.simulator.url()
    );

    let landed = fixture.get(&path).send().await.unwrap();

    assert_eq!(landed.url().query(), Some("error=access_denied&state=s"));
}

#[tokio::test]
async fn an_edit_changes_the_named_fields_and_returns_the_whole_item() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let before = fixture.simulator.shop("shop-1").unwrap().items[0].clone();

    let answer = fixture
        .base(
            &token,
            "items/edit",
            &[("item_id", FIRST), ("price", "3250")],
        )
        .await;

    let item = &answer.json()["item"];
    let after = &fixture.simulator.shop("shop-1").unwrap().items[0];
    assert_eq!(item["price"], 3_250);
    assert_eq!(item["title"], before.title.as_str());
    assert_eq!(item["stock"], before.stock);
    assert_eq!((after.price, after.edits), (3_250, 1));
    assert!(after.modified > before.modified);
}

#[tokio::test]
async fn invalid_edits_are_refused_with_the_errors_of_base() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let foreign = "70000002";
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("price", "500")], "no_item_id"),
        (&[("item_id", foreign), ("price", "500")], "bad_item_id"),
        (&[("item_id", "abc")], "bad_item_id"),
        (&[("item_id", FIRST), ("price", "49")], "validation_error"),
        (
            &[("item_id", FIRST), ("title", "寿司🍣")],
            "validation_error",
        ),
        (
            &[("item_id", FIRST), ("identifier", "a b")],
            "validation_error",
        ),
    ];
    for (form, error) in cases {
        let answer = fixture.base(&token, "items/edit", form).await;

        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error(), error);
    }
    let get = read(fixture.get("/1/items/edit").bearer_auth(&token)).await;
    let json = fixture
        .post("/1/items/edit")
        .bearer_auth(&token)
        .json(&json!({"item_id": 70_000_001}));
    assert_eq!(get.error(), "not_post_method");
    assert_eq!(read(json).await.error(), "no_item_id");
}

#[tokio::test]
async fn an_item_deleted_by_its_owner_is_unknown_to_the_api() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let work = ShopChange {
        delete: vec![70_000_001],
        ..ShopChange::default()
    };

    fixture.simulator.change_shop("shop-1", work).unwrap();
    let edit = fixture
        .base(
            &token,
            "items/edit",
            &[("item_id", FIRST), ("visible", "0")],
        )
        .await;
    let detail = read(fixture.get("/1/items/detail/70000001").bearer_auth(&token)).await;

    assert_eq!(edit.error(), "bad_item_id");
    assert_eq!(detail.error(), "no_item");
}

#[tokio::test]
async fn the_stock_of_an_item_is_the_sum_of_its_variations() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let form = [
        ("item_id", FIRST),
        ("stock", "9"),
        ("variation[0]", "赤"),
        ("variation_stock[0]", "2"),
        ("variation[1]", "青"),
        ("variation_stock[1]", "3"),
    ];

    let answer = fixture.base(&token, "items/edit", &form).await;

    let item = &answer.json()["item"];
    assert_eq!(item["stock"], 5);
    assert_eq!(item["variations"][1]["variation"], "青");
}

#[tokio::test]
async fn the_hourly_limit_is_reset_at_minute_zero() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;
    let base = BaseLimits {
        hour: 2,
        day: 3,
        ..BaseLimits::default()
    };
    fixture
        .simulator
        .set_quota(&QuotaChange {
            base: Some(base),
            ..QuotaChange::default()
        })
        .unwrap();
    let edit = || {
        fixture.base(
            &token,
            "items/edit",
            &[("item_id", FIRST), ("visible", "0")],
        )
    };

    let first = [edit().await.status, edit().await.status];
    fixture.simulator.advance(1_799.0).unwrap();
    let refused = edit().await;
    fixture.simulator.advance(1.0).unwrap();
    let again = edit().await;
    let day = edit().await;

    assert_eq!(first, [StatusCode::OK, StatusCode::OK]);
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (StatusCode::BAD_REQUEST, "hour_api_limit")
    );
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(day.error(), "day_api_limit");
    assert_eq!(
        fixture.simulator.ledger().operations["items/edit"].refused,
        2
    );
}

#[tokio::test]
async fn the_last_page_of_a_list_is_shorter() {
    let fixture = Fixture::new().await;
    let token = fixture.base_token().await;

    let full = read(fixture.get("/1/items?limit=15").bearer_auth(&token)).await;
    let short = read(
        fixture
            .get("/1/items?limit=15&offset=15")
            .bearer_auth(&token),
    )
    .await;
    let wrong = read(fixture.get("/1/items?limit=101").bearer_auth(&token)).await;

    assert_eq!(full.json()["items"].as_array().unwrap().len(), 15);
    assert_eq!(short.json()["items"].as_array().unwrap().len(), 5);
    assert_eq!(wrong.error(), "bad_params");
}
