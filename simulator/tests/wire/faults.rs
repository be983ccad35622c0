//! Faults: the effect of each kind, and to how many calls it applies.

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::{Config, Fault, FaultKind, Quotas};

use crate::support::{BATCH, Fixture, entry, read, stopped_clock};

async fn without_quotas() -> Fixture {
    Fixture::with(Config {
        quotas: Quotas::Off,
        ..stopped_clock()
    })
    .await
}

fn batch_fault(kind: FaultKind) -> Fault {
    Fault::new("getItemOffersBatch", kind).times(1)
}

#[tokio::test]
async fn a_throttle_applies_to_count_calls_and_uses_no_quota() {
    let fixture = Fixture::new().await;
    let token = fixture.amazon_token().await;
    fixture
        .simulator
        .add_fault(batch_fault(FaultKind::Throttle))
        .unwrap();

    let affected = fixture.batch(&token, &[0]).await;
    let next = fixture.batch(&token, &[0]).await;

    assert_eq!(affected.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(next.status, StatusCode::OK);
    let tally = &fixture.simulator.ledger().operations["getItemOffersBatch"];
    assert_eq!((tally.refused, tally.faulted, tally.failed), (0, 1, 1));
    assert!(fixture.simulator.faults().is_empty());
}

#[tokio::test]
async fn a_fault_skips_the_first_calls() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;
    let fault = Fault {
        skip: 2,
        status: Some(500),
        ..batch_fault(FaultKind::Status)
    };
    fixture.simulator.add_fault(fault).unwrap();

    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(fixture.batch(&token, &[0]).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 500, 200]);
}

#[tokio::test]
async fn single_entries_fail_or_are_left_out() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;
    let asins = Some(vec![fixture.simulator.asin(2)]);
    let error = Fault {
        status: Some(429),
        asins,
        ..batch_fault(FaultKind::ItemError)
    };
    let missing = Fault {
        items: Some(2),
        ..batch_fault(FaultKind::MissingItems)
    };
    fixture.simulator.add_fault(error).unwrap();
    fixture.simulator.add_fault(missing).unwrap();

    let answer = fixture.batch(&token, &[0, 1, 2, 3]).await.json();

    let responses = answer["responses"].as_array().unwrap();
    let statuses: Vec<&Value> = responses
        .iter()
        .map(|entry| &entry["status"]["statusCode"])
        .collect();
    assert_eq!(statuses, [&json!(429), &json!(200)]);
}

#[tokio::test]
async fn empty_offers_apply_to_the_named_asins_only() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;
    let asins = Some(vec![fixture.simulator.asin(1)]);
    let fault = Fault {
        asins,
        ..batch_fault(FaultKind::EmptyOffers)
    };
    fixture.simulator.add_fault(fault).unwrap();

    let other = fixture.batch(&token, &[0]).await.json();
    let affected = fixture.batch(&token, &[0, 1]).await.json();
    let later = fixture.batch(&token, &[1]).await.json();

    let status = |answer: &Value, place: usize| {
        answer["responses"][place]["body"]["payload"]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(status(&other, 0), "Success");
    assert_eq!(
        (status(&affected, 0).as_str(), status(&affected, 1).as_str()),
        ("Success", "NoBuyableOffers")
    );
    assert_eq!(status(&later, 0), "Success");
}

#[tokio::test]
async fn a_cut_response_ends_with_a_connection_error() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;
    fixture
        .simulator
        .add_fault(batch_fault(FaultKind::Cut))
        .unwrap();
    let body = json!({"requests": [entry(&fixture.simulator.asin(0))]});

    let response = fixture
        .post(BATCH)
        .header("x-amz-access-token", &token)
        .json(&body)
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.bytes().await.is_err());
    assert_eq!(fixture.batch(&token, &[0]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn malformed_responses_are_not_json_and_those_with_wrong_types_are() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;

    for kind in [FaultKind::Truncate, FaultKind::Malformed, FaultKind::Html] {
        fixture.simulator.add_fault(batch_fault(kind)).unwrap();
        let answer = fixture.batch(&token, &[0]).await;
        assert!(
            serde_json::from_str::<Value>(&answer.text).is_err(),
            "{kind:?}"
        );
    }
    fixture
        .simulator
        .add_fault(batch_fault(FaultKind::WrongTypes))
        .unwrap();
    let corrupted = fixture.batch(&token, &[0, 1]).await.json();

    let payload = |place: usize| &corrupted["responses"][place]["body"]["payload"]["Offers"];
    assert!(
        !payload(0).is_array() || corrupted["responses"][0]["status"]["statusCode"].is_object()
    );
    assert!(payload(1).is_array());
}

#[tokio::test]
async fn a_huge_response_has_a_hundred_megabytes() {
    let fixture = without_quotas().await;
    let token = fixture.amazon_token().await;
    fixture
        .simulator
        .add_fault(batch_fault(FaultKind::Huge))
        .unwrap();

    let answer = fixture.batch(&token, &[0]).await;

    assert!(answer.text.len() > 100_000_000);
}

#[tokio::test]
async fn a_hanging_call_is_executed_and_blocks_neither_other_calls_nor_the_stop() {
    let fixture = without_quotas().await;
    let token = fixture.base_token().await;
    fixture
        .simulator
        .add_fault(Fault::new("items/edit", FaultKind::Hang).times(1))
        .unwrap();
    let form = [("item_id", "70000001"), ("price", "777")];
    let hanging = tokio::spawn(
        fixture
            .post("/1/items/edit")
            .bearer_auth(&token)
            .form(&form)
            .send(),
    );
    while fixture.simulator.faults().len() == 1 {
        tokio::task::yield_now().await;
    }

    let other = read(fixture.get("/1/users/me").bearer_auth(&token)).await;
    let price = fixture.simulator.shop("shop-1").unwrap().items[0].price;
    fixture.simulator.stop().await;

    assert_eq!(other.status, StatusCode::OK);
    assert_eq!(price, 777);
    assert!(
        !hanging
            .await
            .unwrap()
            .is_ok_and(|response| response.status().is_success())
    );
}

#[tokio::test]
async fn a_token_expiry_expires_all_tokens_of_one_vendor_once() {
    let fixture = without_quotas().await;
    let (amazon, base) = (fixture.amazon_token().await, fixture.base_token().await);
    fixture
        .simulator
        .add_fault(Fault::new("getItemOffersBatch", FaultKind::TokenExpiry))
        .unwrap();

    let ended = fixture.batch(&amazon, &[0]).await;
    let fresh = fixture.amazon_token().await;
    let again = fixture.batch(&fresh, &[0]).await;
    let shop = read(fixture.get("/1/users/me").bearer_auth(&base)).await;

    assert_eq!(ended.status, StatusCode::FORBIDDEN);
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(shop.status, StatusCode::OK);
}

#[tokio::test]
async fn a_base_error_applies_to_the_named_account_only() {
    let fixture = without_quotas().await;
    let token = fixture.base_token().await;
    let error = Some("hour_api_limit".to_owned());
    let fault = Fault {
        error,
        ..Fault::new("*", FaultKind::BaseError)
    };
    let elsewhere = Fault {
        account: Some("shop-2".to_owned()),
        ..fault.clone()
    };
    let here = Fault {
        account: Some("shop-1".to_owned()),
        ..fault
    };

    fixture.simulator.add_fault(elsewhere).unwrap();
    let passed = read(fixture.get("/1/users/me").bearer_auth(&token)).await;
    fixture.simulator.add_fault(here).unwrap();
    let affected = read(fixture.get("/1/users/me").bearer_auth(&token)).await;
    fixture.simulator.clear_faults();
    let cleared = read(fixture.get("/1/users/me").bearer_auth(&token)).await;

    assert_eq!(passed.status, StatusCode::OK);
    assert_eq!(affected.error(), "hour_api_limit");
    assert_eq!(cleared.status, StatusCode::OK);
}
