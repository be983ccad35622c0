//! The alarm before the day of a shop is used up, where no process has sent all of its calls.

use crate::world::{Program, World, until};
use simulator::MarketSet;
use sqlx::{AnyConnection, Connection as _, Row as _};

const LISTINGS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_quota_that_several_workers_use_up_together_is_notified() {
    let world = World::open(LISTINGS).await;
    let items = |shop: &str| world.simulator.shop(shop).expect("a shop").items.len();
    let larger = ["shop-1", "shop-2"]
        .into_iter()
        .max_by_key(|shop| items(shop));
    let larger = larger.expect("a shop");
    // One edit for each item, and the larger shop has no call left then.
    let day = items(larger).to_string();
    let dear = |number| MarketSet {
        asin: world.simulator.asin(number),
        price: Some(7_000),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    let all = (0..LISTINGS).map(dear).collect();
    world.simulator.set_market(all).expect("the market");
    let at_work = |name: &str, arguments: &[&str]| -> Program {
        let mut command = world.command(name, arguments);
        command
            .env("BASE_DAY_QUOTA", &day)
            .env("CHATWORK_BASE_URL", world.simulator.url())
            .env("CHATWORK_TOKEN", "token")
            .env("CHATWORK_ROOM_ID", "1");
        world.start(command)
    };

    let _workers = [(); 3].map(|()| at_work("worker", &["--concurrency", "2"]));
    let _producers = [(); 2].map(|()| at_work("producer", &["serve"]));

    let alarm = format!("nearly-used-up/{larger}/");
    let outbox = async || {
        events(&world)
            .await
            .iter()
            .any(|event| event.starts_with(&alarm))
    };
    until(|| alarm.clone(), outbox).await;
}

/// The notices that were stored to be sent.
async fn events(world: &World) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&world.database)
        .await
        .expect("the database");
    let events = sqlx::query("SELECT event FROM notices");
    let events = events.fetch_all(&mut database).await.expect("notices");
    events.iter().map(|row| row.get(0)).collect()
}
