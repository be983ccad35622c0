//! One damaged item of a list spoils no other, at any vendor.

use crate::fakes::asin;
use crate::spapi_json::{entry, failed, offer};
use adapters::base::page::page;
use adapters::spapi::{SpApiConfig, catalog, decode};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::observation::ItemAnswer;
use shared::domain::shop_page::ShopItem;

const ITEMS: usize = 20;

fn number(place: usize) -> Asin {
    asin(&format!("B0DAMAGE{place:02}"))
}

fn all() -> Vec<Asin> {
    (0..ITEMS).map(number).collect()
}

/// Twenty different entries: priced, without offers, invalid, failed.
fn offers() -> Vec<Value> {
    let one = |place: usize| {
        let asin = number(place);
        let text = asin.as_str();
        match place % 5 {
            0 => entry(text, "NoBuyableOffers", 0, &[]),
            1 => failed(
                text,
                400,
                "InvalidInput",
                &format!("{asin} is an invalid ASIN for marketplace A1VC38T7YXB528"),
            ),
            2 => failed(text, 500, "InternalFailure", "We encountered an error."),
            _ => {
                let mut offer = offer();
                offer["ListingPrice"]["Amount"] = json!(1_000 + place);
                entry(text, "Success", 2, &[offer.clone(), offer])
            }
        }
    };
    (0..ITEMS).map(one).collect()
}

fn infos() -> Vec<Value> {
    let place = SpApiConfig::JAPAN;
    let one = |number_of: usize| {
        json!({"asin": number(number_of), "summaries": [{"marketplaceId": place,
            "itemName": format!("本 {number_of}"), "brand": "店"}],
            "images": [{"marketplaceId": place, "images": [{"variant": "MAIN", "height": 500,
                "link": format!("https://example.com/{number_of}.jpg")}]}],
            "attributes": {"bullet_point": [{"value": "丈夫", "marketplace_id": place}]}})
    };
    (0..ITEMS).map(one).collect()
}

fn items() -> Vec<Value> {
    let one = |place: usize| {
        json!({"item_id": 7_000 + place, "title": format!("本 \"{place}\""), "detail": "改行\n\\",
            "price": 1_000 + place, "proper_price": null, "stock": 1, "visible": place % 2,
            "identifier": number(place), "img1_76": null,
            "variations": [{"variation_id": 1, "variation": "赤", "variation_stock": 1}]})
    };
    (0..ITEMS).map(one).collect()
}

/// The list with the text of the entry at `place` replaced.
fn joined(entries: &[Value], place: usize, damaged: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        if number == place {
            bytes.extend(damaged);
        } else {
            bytes.extend(entry.to_string().as_bytes());
        }
    }
    bytes
}

fn read_offers(place: usize, damaged: &[u8]) -> Vec<ItemAnswer> {
    let list = joined(&offers(), place, damaged);
    let body = [b"{\"responses\":[", &list[..], b"]}"].concat();
    let answers = decode::offers(&body, &all());
    let answers = answers.unwrap_or_else(|error| panic!("{error}: {}", text(damaged)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn read_infos(place: usize, damaged: &[u8]) -> (Vec<Option<BasicInfo>>, Option<String>) {
    let list = joined(&infos(), place, damaged);
    let head = b"{\"numberOfResults\":20,\"items\":[";
    let body = [
        head,
        &list[..],
        b"],\"pagination\":{\"nextToken\":\"next\"}}",
    ]
    .concat();
    let page = catalog::items(&body, &all(), SpApiConfig::JAPAN);
    let page = page.unwrap_or_else(|error| panic!("{error}: {}", text(damaged)));
    let found = |asin: Asin| page.items.iter().find(|(known, _)| *known == asin);
    let infos = all().into_iter().map(|asin| Some(found(asin)?.1.clone()));
    (infos.collect(), page.next.clone())
}

fn read_items(place: usize, damaged: &[u8]) -> Vec<Option<ShopItem>> {
    let list = joined(&items(), place, damaged);
    let body = [b"{\"items\":[", &list[..], b"]}"].concat();
    let page = page(200, &body);
    let page = page.unwrap_or_else(|error| panic!("{error:?}: {}", text(damaged)));
    let found = |id: i64| page.items.iter().find(|item| item.id.0 == id).cloned();
    (7_000..).take(ITEMS).map(found).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Fails unless all but the one at `place` are the same. Nothing is known either of an item that the damage
/// has made it name.
fn assert_others_same<T: PartialEq + std::fmt::Debug>(
    before: &[T],
    after: &[T],
    place: usize,
    damaged: &[u8],
) {
    let named = text(damaged);
    for (number, (before, after)) in before.iter().zip(after).enumerate() {
        let id = format!("\"item_id\":{}", 7_000 + number);
        let is_named = named.contains(&id) || named.contains(all()[number].as_str());
        assert!(
            before == after || number == place || is_named,
            "item {number} is spoilt by item {place}: {after:?}\n{}",
            text(damaged)
        );
    }
}

/// All three lists with their item at `place` damaged by `damage`.
fn check(place: usize, damage: impl Fn(&Value) -> Vec<u8>) {
    let sound = offers()[place].to_string().into_bytes();
    let damaged = damage(&offers()[place]);
    let read = read_offers(place, &damaged);
    assert_others_same(&read_offers(place, &sound), &read, place, &damaged);

    let sound = infos()[place].to_string().into_bytes();
    let damaged = damage(&infos()[place]);
    let (read, next) = read_infos(place, &damaged);
    assert_others_same(&read_infos(place, &sound).0, &read, place, &damaged);
    assert_eq!(next.as_deref(), Some("next"));

    let sound = items()[place].to_string().into_bytes();
    let damaged = damage(&items()[place]);
    let read = read_items(place, &damaged);
    assert_others_same(&read_items(place, &sound), &read, place, &damaged);
}

fn inserted(bytes: &'static [u8]) -> impl Fn(&Value) -> Vec<u8> {
    move |entry: &Value| {
        let text = entry.to_string();
        let place = text.find(":\"").map_or(1, |place| place + 2);
        let (before, behind) = text.split_at(place);
        [before.as_bytes(), bytes, behind.as_bytes()].concat()
    }
}

#[test]
fn a_control_character_or_half_a_surrogate_costs_nothing() {
    for bytes in [
        &b"\x0b"[..],
        b"\x00",
        b"\n",
        b"\t",
        b"\x1f",
        b"\\ud83d",
        b"\\ude00",
        b"\\q",
        b"\xff",
        b"\xed\xa0\xbd",
    ] {
        for place in [0, 3, ITEMS - 1] {
            check(place, inserted(bytes));
        }
    }
    let item = items()[3].to_string().into_bytes();
    let damaged = inserted(b"\x0b\\ud83d")(&items()[3]);
    assert_eq!(read_items(3, &damaged), read_items(3, &item));
}

#[test]
fn an_entry_that_is_no_json_costs_itself_alone() {
    for damage in [
        "",
        "null",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "5",
        "{}",
        "[]",
        "nonsense",
        "{\"request\":",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":'b'}",
        "{\"a\":1e999}",
        "{'asin':1}",
        "{\"a\":[}",
        "{\"a\":{]}",
        "{\"a\":\"]}",
        "]}",
        "}]}",
        "/* */",
    ] {
        for place in [0, 3, ITEMS - 1] {
            check(place, |_| damage.as_bytes().to_vec());
        }
    }
}

#[test]
fn an_entry_of_endless_depth_costs_itself_alone() {
    let deep = format!("{{\"body\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));

    check(4, |_| deep.clone().into_bytes());
}

#[test]
fn a_damaged_item_of_a_shop_keeps_its_number() {
    let item = items()[5].to_string();

    let read = read_items(5, &item.as_bytes()[..item.len() - 9]);

    let damaged = read[5].as_ref().unwrap();
    assert_eq!((damaged.id.0, damaged.state), (7_005, None));
}

#[test]
fn an_entry_that_names_another_asin_does_not_answer_for_it() {
    for place in [3, 7, 12, 19] {
        for other in [0, 1, 2, 4] {
            let renamed = |pointer: &str| {
                let mut entry = offers()[place].clone();
                if let Some(name) = entry.pointer_mut(pointer) {
                    *name = json!(number(other));
                }
                entry.to_string().into_bytes()
            };
            for pointer in ["/request/Asin", "/body/payload/ASIN"] {
                let sound = offers()[place].to_string().into_bytes();
                let read = read_offers(place, &renamed(pointer));
                assert_others_same(&read_offers(place, &sound), &read, place, &renamed(pointer));
            }
        }
    }
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

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(-1)),
        Just(json!(1.5)),
        Just(json!(1e300)),
        Just(json!(u64::MAX)),
        Just(json!(false)),
        Just(json!("")),
        Just(json!("\u{0}\u{1f600}")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!([{}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_value_of_another_type_costs_its_item_alone(
        place in 0..ITEMS,
        pointer in any::<Index>(),
        value in odd_value(),
    ) {
        check(place, |entry| {
            let mut entry = entry.clone();
            let mut found = Vec::new();
            pointers(&entry, "", &mut found);
            *entry.pointer_mut(&found[pointer.index(found.len())]).unwrap() = value.clone();
            entry.to_string().into_bytes()
        });
    }

    #[test]
    fn changed_bytes_cost_their_item_alone(
        place in 0..ITEMS,
        (from, to) in any::<(Index, Index)>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        check(place, |entry| {
            let text = entry.to_string().into_bytes();
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            let (from, to) = (from.min(to), from.max(to));
            [&text[..from], &bytes, &text[to..]].concat()
        });
    }

    #[test]
    fn lost_or_doubled_punctuation_costs_its_item_alone(
        place in 0..ITEMS,
        mark in any::<Index>(),
        by in proptest::sample::select(vec!["", "{", "}", "[", "]", ",", ":", "\"", "\\", "{{", "}}", "]]", "\"\"", "]}", "\"}"]),
    ) {
        check(place, |entry| {
            let text = entry.to_string();
            let marks: Vec<usize> = text.match_indices(['{', '}', '[', ']', ',', ':', '"', '\\'])
                .map(|(place, _)| place)
                .collect();
            let place = marks[mark.index(marks.len())];
            [&text.as_bytes()[..place], by.as_bytes(), &text.as_bytes()[place + 1..]].concat()
        });
    }
}
