//! `searchCatalogItems`: the official example, incomplete answers, and the wire.

use crate::fakes::{asin, batch, permit};
use crate::spapi_world::{CLIENT_ID, World, tells_no_secret};
use adapters::spapi::catalog;
use serde_json::{Value, json};
use shared::domain::basic_info::BasicInfo;
use shared::domain::lane::Lane;
use shared::domain::retry::Remedy;
use shared::ports::marketplace::{InfoPage, Marketplace, MarketplaceError};
use simulator::Quotas;

const US: &str = "ATVPDKIKX0DER";
const JAPAN: &str = "A1VC38T7YXB528";

/// The static case of the official sandbox, rebuilt from its description (source: model
/// `catalogItems_2022-04-01`, `x-amzn-api-sandbox`): a search for `samsung,tv` in the United States, all
/// sets but attributes, one item, refinements and both page tokens.
fn sandbox() -> Value {
    json!({
        "numberOfResults": 12_247_030,
        "pagination": {"nextToken": "xsdflkj324lkjsdlkj3423klkjsdfkljlk2j34klj2l3k4jlksdjl234",
            "previousToken": "ilkjsdflkj234lkjds234234lkjl234lksjdflkj234234lkjsfsdflkj333d"},
        "refinements": {"brands": [{"numberOfResults": 91, "brandName": "SAMSUNG"}],
            "classifications": [{"numberOfResults": 145, "displayName": "Electronics", "classificationId": "493964"}]},
        "items": [{
            "asin": "B07N4M94X4",
            "identifiers": [{"marketplaceId": US, "identifiers": [{"identifierType": "ean", "identifier": "0887276302195"}]}],
            "images": [{"marketplaceId": US, "images": [
                {"variant": "PT01", "link": "https://m.media-amazon.com/images/I/61small.jpg", "height": 500, "width": 500},
                {"variant": "MAIN", "link": "https://m.media-amazon.com/images/I/91uohwV+k3L._SL75_.jpg", "height": 75, "width": 75},
                {"variant": "MAIN", "link": "https://m.media-amazon.com/images/I/91uohwV+k3L.jpg", "height": 1707, "width": 2560}]}],
            "productTypes": [{"marketplaceId": US, "productType": "TELEVISION"}],
            "salesRanks": [{"marketplaceId": US, "displayGroupRanks": [{"websiteDisplayGroup": "ce_display_on_website", "title": "Electronics", "rank": 72855}]}],
            "summaries": [{"marketplaceId": US, "adultProduct": false, "autographed": false,
                "brand": "Samsung Electronics",
                "browseClassification": {"displayName": "QLED TVs", "classificationId": "21489946011"},
                "color": "Black", "itemClassification": "BASE_PRODUCT",
                "itemName": "Samsung QN82Q60RAFXZA Flat 82-Inch QLED 4K Q60 Series (2019) Ultra HD Smart TV with HDR and Alexa Compatibility",
                "manufacturer": "Samsung", "memorabilia": false, "modelNumber": "QN82Q60RAFXZA",
                "packageQuantity": 1, "partNumber": "QN82Q60RAFXZA", "size": "82-Inch", "style": "TV only",
                "tradeInEligible": false, "websiteDisplayGroup": "home_theater_display_on_website",
                "websiteDisplayGroupName": "Home Theater"}],
            "vendorDetails": [{"marketplaceId": US, "brandCode": "SAMF9"}]
        }]
    })
}

fn read(answer: &Value, asked: &[&str], place: &str) -> Result<InfoPage, MarketplaceError> {
    let asked: Vec<_> = asked.iter().map(|text| asin(text)).collect();
    catalog::items(answer.to_string().as_bytes(), &asked, place)
}

fn info_of(item: &Value) -> BasicInfo {
    let answer = json!({"items": [item]});
    let mut page = read(&answer, &["B0EXAMPLE1"], JAPAN).unwrap();
    page.items.remove(0).1
}

#[test]
fn the_official_example_is_read_field_by_field() {
    let page = read(&sandbox(), &["B07N4M94X4"], US).unwrap();

    let [(found, info)] = page.items.as_slice() else {
        panic!("one item: {:?}", page.items);
    };
    assert_eq!(*found, asin("B07N4M94X4"));
    assert!(
        info.title
            .as_deref()
            .unwrap()
            .starts_with("Samsung QN82Q60RAFXZA")
    );
    assert_eq!(info.brand.as_deref(), Some("Samsung Electronics"));
    assert_eq!(info.category.as_deref(), Some("QLED TVs"));
    assert_eq!(info.description, None);
    let images = ["91uohwV+k3L.jpg", "61small.jpg"];
    let images = images.map(|name| format!("https://m.media-amazon.com/images/I/{name}"));
    assert_eq!(info.images, Some(images.to_vec()));
    assert!(page.next.unwrap().starts_with("xsdflkj"));
}

#[test]
fn the_description_is_taken_from_the_attributes_of_this_marketplace() {
    let value = |text: &str, place: &str| json!({"value": text, "language_tag": "ja_JP", "marketplace_id": place});
    let bullets = json!([
        value("軽い", JAPAN),
        value("light", US),
        value("丈夫", JAPAN)
    ]);
    let both = json!({"asin": "B0EXAMPLE1", "attributes": {
        "product_description": [value("𠮷野の急須😀", JAPAN)], "bullet_point": bullets}});
    let points = json!({"asin": "B0EXAMPLE1", "attributes": {"bullet_point": bullets}});

    assert_eq!(info_of(&both).description.as_deref(), Some("𠮷野の急須😀"));
    assert_eq!(info_of(&points).description.as_deref(), Some("軽い\n丈夫"));
}

#[test]
fn a_field_that_is_missing_null_or_mistyped_is_absent_and_affects_no_other() {
    let item = json!({"asin": "B0EXAMPLE1", "summaries": [{"marketplaceId": JAPAN, "itemName": "急須",
        "brand": null, "browseClassification": "none"}], "images": {"a": 1}, "attributes": [7], "new": {}});
    let bare = json!({"asin": "B0EXAMPLE1"});
    let elsewhere =
        json!({"asin": "B0EXAMPLE1", "summaries": [{"marketplaceId": US, "itemName": "pot"}]});

    let titled = BasicInfo {
        title: Some("急須".to_owned()),
        ..BasicInfo::default()
    };
    assert_eq!(info_of(&item), titled);
    assert_eq!(info_of(&bare), BasicInfo::default());
    assert_eq!(info_of(&elsewhere), BasicInfo::default());
}

#[test]
fn items_belong_to_the_asin_that_they_name() {
    let answer = json!({"items": [{"asin": "B0STRANGER"}, 7, {"asin": "B0EXAMPLE2"}, {"asin": "b0example1"},
        {"asin": "B0EXAMPLE2", "summaries": [{"itemName": "second"}]}]});

    let page = read(&answer, &["B0EXAMPLE1", "B0EXAMPLE2", "B0EXAMPLE3"], JAPAN).unwrap();

    let found: Vec<_> = page.items.iter().map(|(asin, _)| asin.as_str()).collect();
    assert_eq!(found, ["B0EXAMPLE2", "B0EXAMPLE1"]);
    assert_eq!(page.items[0].1, BasicInfo::default());
    assert_eq!(page.next, None);
}

#[test]
fn an_answer_without_a_list_is_malformed() {
    for answer in [json!([]), json!({}), json!({"items": {}}), json!(7)] {
        let read = read(&answer, &["B0EXAMPLE1"], JAPAN);

        assert!(
            matches!(read, Err(MarketplaceError::Malformed(_))),
            "{answer}"
        );
    }
    assert!(catalog::items(b"<html>", &[asin("B0EXAMPLE1")], JAPAN).is_err());
}

async fn ask(world: &World, asins: &[String]) -> Result<InfoPage, MarketplaceError> {
    let permit = permit(world.amazon.info_lane());
    world.amazon.basic_info(permit, &batch(asins), None).await
}

#[tokio::test]
async fn twenty_asins_need_one_request_on_a_lane_of_its_own() {
    let world = World::start().await;
    world.fault(json!({"operation": "searchCatalogItems", "kind": "shuffle"}));
    let asins: Vec<String> = (0..20).map(|number| world.simulator.asin(number)).collect();

    let page = ask(&world, &asins).await.unwrap();

    assert_eq!(page.items.len(), 20);
    assert_eq!(page.next, None);
    for (asin, info) in &page.items {
        assert!(asins.contains(&asin.to_string()));
        let whole = [&info.title, &info.description, &info.brand, &info.category];
        assert!(whole.iter().all(|text| text.is_some()), "{asin}: {info:?}");
        assert!(
            info.images
                .as_ref()
                .is_some_and(|images| !images.is_empty())
        );
    }
    assert_eq!(world.requests("searchCatalogItems"), 1);
    assert_eq!(
        world.amazon.info_lane(),
        Lane::CatalogItems(CLIENT_ID.to_owned())
    );
}

#[tokio::test]
async fn an_asin_that_amazon_does_not_know_is_left_out() {
    let world = World::start().await;
    let asins = [world.simulator.asin(0), "B0ZZZZZZZZ".to_owned()];

    let page = ask(&world, &asins).await.unwrap();

    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].0.as_str(), asins[0]);
}

#[tokio::test]
async fn a_malformed_asin_differs_from_every_other_refusal() {
    let world = World::start().await;
    let asins = [world.simulator.asin(0), "0123456A89".to_owned()];

    let malformed = ask(&world, &asins).await.unwrap_err();
    world.fault(
        json!({"operation": "searchCatalogItems", "kind": "status", "status": 404, "count": 1}),
    );
    let refused = ask(&world, &asins[..1]).await.unwrap_err();

    assert!(
        matches!(malformed, MarketplaceError::MalformedAsin(_)),
        "{malformed:?}"
    );
    assert!(
        matches!(refused, MarketplaceError::Refused(_)),
        "{refused:?}"
    );
    assert!(tells_no_secret(&malformed.to_string()));
}

#[tokio::test]
async fn each_failure_asks_for_its_own_remedy() {
    let world = World::start_with(Quotas::Published).await;
    let asins = [world.simulator.asin(0)];
    let remedy = async || ask(&world, &asins).await.unwrap_err().remedy();

    // The burst allows two; the third request exceeds it.
    ask(&world, &asins).await.unwrap();
    ask(&world, &asins).await.unwrap();
    assert!(matches!(remedy().await, Remedy::Wait(_)));
    for (fault, expected) in [
        (
            json!({"kind": "status", "status": 503, "count": 1}),
            Remedy::TryAgain,
        ),
        (
            json!({"kind": "html", "status": 504, "count": 1}),
            Remedy::TryAgain,
        ),
        (json!({"kind": "malformed", "count": 1}), Remedy::TryAgain),
        (json!({"kind": "forbidden", "count": 1}), Remedy::Stop),
    ] {
        world.simulator.advance(1.0).unwrap();
        let mut fault = fault;
        fault["operation"] = json!("searchCatalogItems");
        world.fault(fault);

        assert_eq!(remedy().await, expected);
    }
}
