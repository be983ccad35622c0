//! Amazon: tokens, rate limits, and why a batch is refused.

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::{MarketSet, QuotaChange};

use crate::support::{BATCH, Fixture, MARKETPLACE, entry, read};

#[tokio::test]
async fn a_batch_has_a_status_for_each_asin() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let known = fixture.simulator.asin(0);

    let answer = fixture
        .batch_of(&token, vec![entry(&known), entry("B0ZZZZZZZZ")])
        .await;

    let body = answer.json();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.limit.as_deref(), Some("0.1"));
    assert!(answer.request_id.is_some());
    assert_eq!(body["responses"][0]["request"]["Asin"], known.as_str());
    assert_eq!(body["responses"][0]["body"]["payload"]["status"], "Success");
    assert_eq!(body["responses"][1]["status"]["statusCode"], 400);
    assert_eq!(
        body["responses"][1]["body"]["errors"][0]["message"],
        format!("B0ZZZZZZZZ is an invalid ASIN for marketplace {MARKETPLACE}")
    );
}

#[tokio::test]
async fn an_asin_without_offers_has_no_buyable_offers() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let asin = fixture.simulator.asin(3);
    let out = MarketSet {
        asin: asin.clone(),
        in_stock: Some(false),
        ..MarketSet::default()
    };
    fixture.simulator.set_market(vec![out]).unwrap();

    let answer = fixture.batch_of(&token, vec![entry(&asin)]).await;

    let payload = &answer.json()["responses"][0]["body"]["payload"];
    assert_eq!(payload["status"], "NoBuyableOffers");
    assert_eq!(payload["Summary"], json!({"TotalOfferCount": 0}));
    assert_eq!(payload["Offers"], json!([]));
}

#[tokio::test]
async fn invalid_batches_are_refused_with_the_messages_of_amazon() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let asin = fixture.simulator.asin(0);
    let changed = |name: &str, value: Value| {
        let mut changed = entry(&asin);
        changed[name] = value;
        vec![changed]
    };
    let old_style = json!({
        "uri": format!("/products/pricing/v0/items/{asin}/offers"),
        "method": "GET",
        "queryParams": {"MarketplaceId": MARKETPLACE, "ItemCondition": "New"},
    });
    let marketplace = "Requested MarketplaceId is invalid, unsupported, or does not exist.";
    let cases = [
        (vec![], "Invalid Input"),
        (
            (0..21).map(|n| entry(&fixture.simulator.asin(n))).collect(),
            "Invalid Input",
        ),
        (
            vec![entry(&asin), entry(&asin)],
            "Duplicate requests submitted. Cannot run batch request.",
        ),
        (vec![old_style], marketplace),
        (
            changed("MarketplaceId", json!("ATVPDKIKX0DER")),
            marketplace,
        ),
        (
            changed("uri", json!("/products/pricing/v0/items/B0/offers?x=1")),
            "Invalid Input",
        ),
        (changed("method", json!("POST")), "Invalid Input"),
    ];
    for (entries, message) in cases {
        fixture.simulator.advance(10.0).unwrap();

        let answer = fixture.batch_of(&token, entries).await;

        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{message}");
        assert_eq!(answer.message(), message);
    }
}

#[tokio::test]
async fn a_value_in_the_wrong_case_fails_that_entry_only() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let mut wrong = entry(&fixture.simulator.asin(0));
    wrong["ItemCondition"] = json!("new");

    let answer = fixture
        .batch_of(&token, vec![wrong, entry(&fixture.simulator.asin(1))])
        .await;

    assert_eq!(answer.json()["responses"][0]["status"]["statusCode"], 400);
    assert_eq!(answer.json()["responses"][1]["status"]["statusCode"], 200);
}

#[tokio::test]
async fn a_second_batch_is_throttled_until_ten_seconds_have_passed() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;

    let first = fixture.batch(&token, &[0]).await;
    fixture.simulator.advance(9.999_999).unwrap();
    let early = fixture.batch(&token, &[0]).await;
    fixture.simulator.advance(0.000_001).unwrap();
    let due = fixture.batch(&token, &[0]).await;

    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(early.json()["errors"][0]["code"], "QuotaExceeded");
    assert_eq!(early.limit, None);
    assert_eq!(due.status, StatusCode::OK);
    let ledger = fixture.simulator.ledger();
    assert_eq!(ledger.operations["getItemOffersBatch"].refused, 1);
    assert_eq!(ledger.operations["getItemOffersBatch"].accepted, 2);
}

#[tokio::test]
async fn each_operation_has_its_own_rate_limit() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let path = format!(
        "/catalog/2022-04-01/items?marketplaceIds={MARKETPLACE}&identifiersType=ASIN&identifiers={}",
        fixture.simulator.asin(0)
    );

    fixture.batch(&token, &[0]).await;
    let answer = read(fixture.get(&path).header("x-amz-access-token", &token)).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.limit.as_deref(), Some("2.0"));
    assert_eq!(answer.json()["numberOfResults"], 1);
}

#[tokio::test]
async fn competitive_pricing_tells_the_featured_price_and_the_number_of_offers() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let path = format!(
        "/products/pricing/v0/competitivePrice?MarketplaceId={MARKETPLACE}&ItemType=Asin&Asins={}",
        fixture.simulator.asin(0)
    );

    let answer = read(fixture.get(&path).header("x-amz-access-token", &token)).await;

    assert_eq!(answer.limit.as_deref(), Some("0.5"));
    let json = answer.json();
    assert_eq!(json["payload"][0]["status"], "Success");
    let pricing = &json["payload"][0]["Product"]["CompetitivePricing"];
    assert!(pricing["CompetitivePrices"][0]["Price"]["ListingPrice"]["Amount"].is_number());
    assert_eq!(pricing["NumberOfOfferListings"][0]["condition"], "New");
}

#[tokio::test]
async fn a_changed_rate_is_in_the_next_header() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let change = QuotaChange {
        operation: Some("getItemOffersBatch".to_owned()),
        rate: Some(0.25),
        ..QuotaChange::default()
    };
    fixture.simulator.set_quota(&change).unwrap();

    let first = fixture.batch(&token, &[0]).await;
    fixture.simulator.advance(4.0).unwrap();
    let second = fixture.batch(&token, &[0]).await;

    assert_eq!(first.limit.as_deref(), Some("0.25"));
    assert_eq!(second.status, StatusCode::OK);
}

#[tokio::test]
async fn the_details_of_a_403_say_what_is_wrong_with_the_token() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let details = |answer: &crate::support::TestResponse| {
        answer.json()["errors"][0]["details"]
            .as_str()
            .unwrap()
            .to_owned()
    };

    let missing = read(fixture.post(BATCH)).await;
    let wrong = fixture.batch("Atza|unknown", &[0]).await;
    let unknown_path = read(
        fixture
            .post("/products/pricing/v0/items/offers/batch")
            .header("x-amz-access-token", &token),
    )
    .await;
    fixture.simulator.advance(3_600.0).unwrap();
    let expired = fixture.batch(&token, &[0]).await;

    assert_eq!(
        details(&missing),
        "Access token is missing in the request header."
    );
    assert_eq!(
        details(&wrong),
        "The access token you provided is revoked, malformed or invalid."
    );
    assert_eq!(details(&unknown_path), "");
    assert_eq!(
        details(&expired),
        "The access token you provided has expired."
    );
    for answer in [missing, wrong, unknown_path, expired] {
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(answer.limit, None);
    }
}

#[tokio::test]
async fn wrong_credentials_get_the_errors_of_login_with_amazon() {
    let fixture = Fixture::new().await;
    let ask = |grant: &str, client: &str, refresh: &str| {
        let body = json!({"grant_type": grant, "client_id": client,
            "client_secret": "amzn1.oa2-cs.v1.x", "refresh_token": refresh});
        read(fixture.post("/auth/o2/token").json(&body))
    };
    let client = "amzn1.application-oa2-client.other";

    let good = ask("refresh_token", client, "Atzr|x").await;
    let unknown = ask("refresh_token", "somebody", "Atzr|x").await;
    let revoked = ask("refresh_token", client, "x").await;
    let strange = ask("password", client, "Atzr|x").await;

    assert_eq!(
        (good.status.as_u16(), good.json()["refresh_token"].clone()),
        (200, json!("Atzr|x"))
    );
    assert_eq!(
        (unknown.status.as_u16(), unknown.error().as_str()),
        (401, "invalid_client")
    );
    assert_eq!(
        (revoked.status.as_u16(), revoked.error().as_str()),
        (400, "invalid_grant")
    );
    assert_eq!(
        (strange.status.as_u16(), strange.error().as_str()),
        (400, "unsupported_grant_type")
    );
}

#[tokio::test]
async fn a_get_with_a_body_and_a_too_long_user_agent_are_refused() {
    let fixture = Fixture::new().await;

    let body = read(fixture.get("/catalog/2022-04-01/items").body("{}")).await;
    let agent = read(fixture.post(BATCH).header("user-agent", "x".repeat(501))).await;

    assert_eq!(body.status, StatusCode::BAD_REQUEST);
    assert!(body.text.starts_with("<HTML>"));
    assert_eq!(agent.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_catalogue_search_omits_unknown_asins_and_refuses_malformed_ones() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    let known: Vec<String> = (0..15)
        .map(|number| fixture.simulator.asin(number))
        .collect();
    let search = |asins: String, size: &str| {
        let path = format!(
            "/catalog/2022-04-01/items?marketplaceIds={MARKETPLACE}&identifiersType=ASIN\
             &identifiers={asins}{size}"
        );
        read(fixture.get(&path).header("x-amz-access-token", &token))
    };

    let whole = search(format!("{},B0ZZZZZZZZ", known.join(",")), "&pageSize=20").await;
    let page = search(known.join(","), "").await;
    fixture.simulator.advance(1.0).unwrap();
    let malformed = search(format!("{},0123456A89", known[0]), "&pageSize=20").await;
    fixture.simulator.advance(1.0).unwrap();
    let too_many: Vec<String> = (0..21)
        .map(|number| fixture.simulator.asin(number))
        .collect();
    let too_many = search(too_many.join(","), "&pageSize=20").await;
    let too_fast = [
        search(known.join(","), "").await,
        search(known.join(","), "").await,
    ];

    assert_eq!(whole.json()["items"].as_array().unwrap().len(), 15);
    assert_eq!(page.json()["items"].as_array().unwrap().len(), 10);
    assert_eq!(page.json()["pagination"]["nextToken"], "10");
    assert_eq!(malformed.status, StatusCode::BAD_REQUEST);
    assert_eq!(malformed.json()["errors"][0]["code"], "InvalidInput");
    assert_eq!(
        malformed.json()["errors"][0]["message"],
        "Invalid 'asin' provided."
    );
    assert_eq!(too_many.status, StatusCode::BAD_REQUEST);
    assert_eq!(too_fast[1].status, StatusCode::TOO_MANY_REQUESTS);
}
