//! How answers of BASE's item calls are read, valid and broken ones.

use adapters::base::decode::{ApiFailure, ShownItem, item};
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;

fn whole() -> Value {
    json!({"item": {"item_id": 1234, "title": "本", "detail": "", "price": 3250,
        "proper_price": null, "item_tax_type": 1, "stock": 1, "visible": 1, "list_order": 1,
        "identifier": "B0EXAMPLE1", "modified": 1_762_045_323, "img1_origin": null,
        "variations": []}})
}

fn shown() -> ShownItem {
    let state = ShopState {
        price: Yen(3250),
        visible: true,
        stock: Some(1),
    };
    ShownItem {
        id: ItemId(1234),
        view: state.into(),
    }
}

fn read(value: &Value) -> Result<ShownItem, ApiFailure> {
    item(200, value.to_string().as_bytes())
}

#[test]
fn an_item_is_read() {
    assert_eq!(read(&whole()), Ok(shown()));
}

#[test]
fn numbers_may_be_strings_and_flags_may_be_bools() {
    let mut body = whole();
    body["item"]["item_id"] = json!("1234");
    body["item"]["price"] = json!("3250");
    body["item"]["stock"] = json!("1");
    body["item"]["visible"] = json!("1");
    assert_eq!(read(&body), Ok(shown()));

    body["item"]["visible"] = json!(true);

    assert_eq!(read(&body), Ok(shown()));
}

#[test]
fn an_error_is_found_under_any_status() {
    for status in [200, 400, 500] {
        let body = json!({"error": "db_error", "error_description": "データベースエラー"});

        let expected = ApiFailure::Error {
            status,
            code: "db_error".to_owned(),
            description: "データベースエラー".to_owned(),
        };
        assert_eq!(item(status, body.to_string().as_bytes()), Err(expected));
    }
}

#[test]
fn an_item_with_impossible_values_is_told_from_an_unreadable_answer() {
    for (field, value) in [
        ("price", json!(-1)),
        ("price", json!(1.5)),
        ("price", json!("")),
        ("price", json!(null)),
        ("visible", json!(7)),
        ("stock", json!(false)),
        ("stock", json!(99_999_999_999_u64)),
    ] {
        let mut odd = whole();
        odd["item"][field] = value;

        let read = item(200, odd.to_string().as_bytes());

        assert!(matches!(read, Err(ApiFailure::Impossible(_))), "{odd}");
    }
}

#[test]
fn an_answer_without_item_and_error_is_unreadable() {
    for text in [
        String::new(),
        "<html>503</html>".to_owned(),
        "{}".to_owned(),
        "{\"item\":{}}".to_owned(),
        "{\"result\":true}".to_owned(),
        "{\"item\":[1]}".to_owned(),
    ] {
        let read = item(200, text.as_bytes());

        assert!(matches!(read, Err(ApiFailure::Unreadable(_))), "{text}");
    }
    let moved = item(302, whole().to_string().as_bytes());
    assert!(matches!(moved, Err(ApiFailure::Unreadable(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = item(200, &bytes);
    }

    #[test]
    fn flipped_and_cut_answers_never_panic(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = whole().to_string().into_bytes();
        let end = cut.index(bytes.len());
        prop_assert!(item(200, &bytes[..end]).is_err());
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }

        let _ = item(200, &bytes);
    }
}

#[test]
fn during_a_sale_the_normal_price_is_ours_and_the_asked_one_is_told() {
    let mut value = whole();
    value["item"]["price"] = json!(910);
    value["item"]["proper_price"] = json!("1300");

    let view = read(&value).unwrap().view;

    assert_eq!((view.state.price, view.sale), (Yen(1300), Some(Yen(910))));
    value["item"]["proper_price"] = json!({"odd": true});
    let view = read(&value).unwrap().view;
    assert_eq!((view.state.price, view.sale), (Yen(910), None));
    value["item"]["proper_price"] = json!(900);
    let view = read(&value).unwrap().view;
    assert_eq!((view.state.price, view.sale), (Yen(910), None), "no sale");
}

#[test]
fn the_sum_of_the_variations_is_no_stock_of_the_item() {
    let mut value = whole();
    value["item"]["variations"] = json!([{"variation_id": 1, "variation_stock": 5}]);

    assert_eq!(read(&value).unwrap().view.state.stock, None);
}
