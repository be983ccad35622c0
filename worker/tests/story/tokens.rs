//! The tokens of shops without traffic.

use crate::fixture::{Fixture, world};
use chrono::TimeDelta;
use producer::TokenRefresher;
use shared::ports::store::{StoredToken, TokenAge, TokenStore as _};

/// Makes the tokens of both shops as old as this.
async fn age(app: &Fixture, days: i64) {
    for shop in ["base/shop-1", "base/shop-2"] {
        let token = app.store.token(shop).await.expect("the store");
        let token = token.expect("a token");
        let older = StoredToken {
            refreshed_at: token.refreshed_at - TimeDelta::days(days),
            access_expires_at: token.access_expires_at - TimeDelta::days(days),
            ..token
        };
        app.store.save_token(shop, &older).await.expect("stored");
    }
}

async fn ages(app: &Fixture) -> Vec<i64> {
    let ages = app.store.token_ages().await.expect("the store");
    let days = |age: &TokenAge| (app.now() - age.refreshed_at).num_days();
    ages.iter().map(days).collect()
}

fn refreshes(app: &Fixture) -> u64 {
    let ledger = app.simulator.ledger();
    let tally = ledger.operations.get("baseToken");
    tally.map_or(0, |tally| tally.requests)
}

#[tokio::test]
async fn an_active_shop_is_kept_alive_at_half_of_its_time_and_an_inactive_one_gets_no_request() {
    let app = Fixture::open(world(2, 2)).await;
    for account in app.ctx.store.accounts().await.expect("the store") {
        app.ctx.shop.prepare(&account.id).await.expect("tokens");
    }
    app.activate(|id| id == "shop-1").await;
    age(&app, 14).await;
    let mut young = TokenRefresher::new(app.next_process().await);
    young.refresh_due().await.expect("the store");
    young.finish().await;
    assert_eq!((ages(&app).await, refreshes(&app)), (vec![14, 14], 2));
    age(&app, 2).await;

    let mut refresher = TokenRefresher::new(app.next_process().await);
    for _ in 0..2 {
        refresher.refresh_due().await.expect("the store");
        refresher.finish().await;
    }

    assert_eq!((ages(&app).await, refreshes(&app)), (vec![0, 16], 3));
}
