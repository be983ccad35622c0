//! The tokens of shops that have nothing to do.

use crate::house::{House, world};
use chrono::TimeDelta;
use producer::Caretaker;
use shared::ports::store::{StoredToken, TokenAge, TokenStore as _};

/// Makes the tokens of both shops as old as this.
async fn age(house: &House, days: i64) {
    for shop in ["base/shop-1", "base/shop-2"] {
        let token = house.store.token(shop).await.expect("the store");
        let token = token.expect("a token");
        let older = StoredToken {
            refreshed_at: token.refreshed_at - TimeDelta::days(days),
            access_expires_at: token.access_expires_at - TimeDelta::days(days),
            ..token
        };
        house.store.save_token(shop, &older).await.expect("stored");
    }
}

async fn ages(house: &House) -> Vec<i64> {
    let ages = house.store.token_ages().await.expect("the store");
    let days = |age: &TokenAge| (house.now() - age.refreshed_at).num_days();
    ages.iter().map(days).collect()
}

fn refreshes(house: &House) -> u64 {
    let ledger = house.simulator.ledger();
    let tally = ledger.operations.get("baseToken");
    tally.map_or(0, |tally| tally.requests)
}

#[tokio::test]
async fn an_active_shop_is_kept_alive_at_half_of_its_time_and_an_inactive_one_gets_no_request() {
    let house = House::open(world(2, 2)).await;
    for account in house.bench.store.accounts().await.expect("the store") {
        house.bench.shop.prepare(&account.id).await.expect("tokens");
    }
    house.activate(|id| id == "shop-1").await;
    age(&house, 14).await;
    let mut young = Caretaker::new(house.next_process().await);
    young.look().await.expect("the store");
    young.ended().await;
    assert_eq!((ages(&house).await, refreshes(&house)), (vec![14, 14], 2));
    age(&house, 2).await;

    let mut caretaker = Caretaker::new(house.next_process().await);
    for _ in 0..2 {
        caretaker.look().await.expect("the store");
        caretaker.ended().await;
    }

    assert_eq!((ages(&house).await, refreshes(&house)), (vec![0, 16], 3));
}
