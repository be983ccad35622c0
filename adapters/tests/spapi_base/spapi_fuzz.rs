//! The decoder of offers with random and damaged input.

use crate::fakes::asin;
use crate::spapi_json::{entry, failed, offer};
use adapters::spapi::decode;
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;

const PRICED: [&str; 2] = ["B0EXAMPLE1", "4912345678"];

fn asked() -> Vec<Asin> {
    [
        "B0EXAMPLE1",
        "B0NOOFFER0",
        "4912345678",
        "B0INVALID7",
        "B0ABSENT99",
    ]
    .map(asin)
    .to_vec()
}

fn whole() -> Value {
    let invalid = "B0INVALID7 is an invalid ASIN for marketplace A1VC38T7YXB528";
    json!({"responses": [
        entry("4912345678", "Success", 9, &[offer(), offer()]),
        entry("B0NOOFFER0", "NoBuyableOffers", 0, &[]),
        failed("B0INVALID7", 400, "InvalidInput", invalid),
        entry("B0EXAMPLE1", "Success", 3, &[offer()]),
    ]})
}

/// One entry for each ASIN, and no priced one taken for one without offers; `None` if unreadable.
fn check(bytes: &[u8]) -> Option<Vec<(Asin, ItemAnswer)>> {
    let answers = decode::offers(bytes, &asked()).ok()?;
    assert!(answers.iter().map(|(asin, _)| *asin).eq(asked()));
    Some(answers)
}

fn hidden(answers: &[(Asin, ItemAnswer)]) -> Vec<Asin> {
    let priced = |asin: &Asin| PRICED.contains(&asin.as_str());
    let none = answers
        .iter()
        .filter(|(asin, answer)| priced(asin) && *answer == ItemAnswer::NoOffer);
    none.map(|(asin, _)| *asin).collect()
}

/// The values of a tree, each by its pointer.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, field)| pointers(field, &format!("{here}/{name}"), found)),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(place, entry)| pointers(entry, &format!("{here}/{place}"), found)),
        _ => {}
    }
}

/// The tree says in full that this ASIN has no offers: an empty list, or none and a reason.
fn says_so(tree: &Value, asin: Asin) -> bool {
    let entries = tree["responses"].as_array().cloned().unwrap_or_default();
    entries.iter().any(|entry| {
        let payload = &entry["body"]["payload"];
        let named = entry["request"]["Asin"] == asin.as_str() || payload["ASIN"] == asin.as_str();
        let reason =
            payload["status"] == "NoBuyableOffers" || payload["Summary"]["TotalOfferCount"] == 0;
        let empty = payload["Offers"].as_array().is_some_and(Vec::is_empty);
        named && (empty || (reason && payload["Offers"].is_null()))
    })
}

fn swapped() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(0)),
        Just(json!(-1)),
        Just(json!(1.5)),
        Just(json!(1e300)),
        Just(json!(u64::MAX)),
        Just(json!(true)),
        Just(json!("")),
        Just(json!("Success")),
        Just(json!("NoBuyableOffers")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!([{}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        check(&bytes);
    }

    #[test]
    fn flipped_bytes_never_hide_a_priced_item(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = whole().to_string().into_bytes();
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }

        let answers = check(&bytes).unwrap_or_default();

        prop_assert_eq!(hidden(&answers), []);
    }

    #[test]
    fn a_truncated_answer_is_refused_as_a_whole_unless_it_ends_with_an_object(
        cut in any::<proptest::sample::Index>(),
    ) {
        let bytes = whole().to_string().into_bytes();
        let cut_off = &bytes[..cut.index(bytes.len())];

        let ends_with_object = cut_off.ends_with(b"}");

        let answers = check(cut_off);

        prop_assert!(answers.is_none() || ends_with_object);
        prop_assert_eq!(hidden(&answers.unwrap_or_default()), []);
    }

    #[test]
    fn swapped_types_never_hide_a_priced_item(
        swaps in proptest::collection::vec((any::<proptest::sample::Index>(), swapped()), 1..3),
    ) {
        let mut tree = whole();
        for (place, value) in swaps {
            let mut found = Vec::new();
            pointers(&tree, "", &mut found);
            *tree.pointer_mut(&found[place.index(found.len())]).unwrap() = value;
        }

        let answers = check(tree.to_string().as_bytes()).unwrap_or_default();

        for asin in hidden(&answers) {
            prop_assert!(says_so(&tree, asin), "{} in {}", asin, tree);
        }
    }

    #[test]
    fn the_order_of_the_answer_does_not_matter(order in Just((0..4).collect::<Vec<usize>>()).prop_shuffle()) {
        let responses = whole()["responses"].as_array().cloned().unwrap();
        let shuffled: Vec<&Value> = order.iter().map(|place| &responses[*place]).collect();

        let answers = check(json!({"responses": shuffled}).to_string().as_bytes()).unwrap();

        let straight = check(whole().to_string().as_bytes()).unwrap();
        prop_assert_eq!(answers, straight);
    }
}
