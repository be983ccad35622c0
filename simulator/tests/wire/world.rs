//! The world: the same configuration gives the same world, and the CSV describes it.

use std::collections::HashSet;

use simulator::{Config, opening_listings};

use crate::support::{Fixture, stopped_clock};

#[tokio::test]
async fn the_csv_agrees_with_the_shops() {
    let fixture = Fixture::new().await;
    let csv = fixture.simulator.listings_csv();
    let mut rows = csv.lines();

    assert_eq!(
        rows.next(),
        Some("account_id,asin,item_id,sku,selling_price,visibility")
    );
    let mut asins = HashSet::new();
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let shop = fixture.simulator.shop(cells[0]).unwrap();
        let item = shop
            .items
            .iter()
            .find(|item| item.item_id.to_string() == cells[2])
            .unwrap();
        assert_eq!(item.asin, cells[1]);
        assert_eq!(item.identifier.as_deref(), Some(cells[3]));
        assert_eq!(item.price.to_string(), cells[4]);
        assert_eq!(if item.visible { "public" } else { "hidden" }, cells[5]);
        asins.insert(cells[1].to_owned());
    }
    assert_eq!(asins.len(), 60);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_world_after_any_requests() {
    let (one, other) = (Fixture::new().await, Fixture::new().await);
    let far = one.simulator.asin(59);
    one.simulator.market(&far);

    let moved = (
        one.simulator.move_market(48),
        other.simulator.move_market(48),
    );

    assert_eq!(moved.0, moved.1);
    assert!(moved.0 > 5);
    for number in 0..60 {
        let asin = one.simulator.asin(number);
        assert_eq!(one.simulator.market(&asin), other.simulator.market(&asin));
    }
    let other_seed = Fixture::with(Config {
        seed: 2,
        ..stopped_clock()
    })
    .await;
    assert_ne!(
        one.simulator.listings_csv(),
        other_seed.simulator.listings_csv()
    );
}

#[tokio::test]
async fn thirty_hours_at_once_change_the_market_like_thirty_single_hours() {
    let (one, other) = (Fixture::new().await, Fixture::new().await);

    one.simulator.move_market(30);
    for _ in 0..30 {
        other.simulator.move_market(1);
    }

    for number in 0..60 {
        let asin = one.simulator.asin(number);
        assert_eq!(one.simulator.market(&asin), other.simulator.market(&asin));
    }
}

#[tokio::test]
async fn about_six_of_a_hundred_opening_listings_are_wrong() {
    let config = Config {
        catalog: 5_000,
        ..stopped_clock()
    };
    let fixture = Fixture::with(config.clone()).await;

    let wrong = opening_listings(&config)
        .iter()
        .filter(
            |listing| match fixture.simulator.market(&listing.asin).best_price {
                Some(cost) => !listing.visible || listing.price != (cost * 13 + 50) / 100 * 10,
                None => listing.visible,
            },
        )
        .count();

    assert!((225..375).contains(&wrong), "{wrong}");
}

#[test]
fn an_overlap_lists_that_percentage_of_the_asins_in_a_second_account() {
    let listings = opening_listings(&Config {
        catalog: 1_000,
        overlap_percent: 7,
        ..stopped_clock()
    });

    let asins: HashSet<&str> = listings
        .iter()
        .map(|listing| listing.asin.as_str())
        .collect();
    let items: HashSet<u64> = listings.iter().map(|listing| listing.item_id).collect();
    let pairs: HashSet<(usize, &str)> = listings
        .iter()
        .map(|listing| (listing.account, listing.asin.as_str()))
        .collect();

    assert_eq!((asins.len(), listings.len()), (1_000, 1_070));
    assert_eq!((items.len(), pairs.len()), (1_070, 1_070));
}
