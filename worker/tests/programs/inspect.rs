//! What a person sees of the shared database and of the queues.

use crate::world::{World, until};
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

/// What `miseban` prints as JSON, without its log.
async fn shown(world: &World, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--json"]].concat();
    let program = world.start(world.command("miseban", &arguments));
    let output = program.ends_with(0).await;
    let object = output.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(object.expect("an object")).expect("JSON")
}

async fn count(world: &World, list: &str) -> u64 {
    let count = shown(world, &["list", list]).await["count"].as_u64();
    count.expect("a number")
}

/// What is left after many updates failed: their rows, and none of their messages.
async fn fail_all_updates(world: &World) {
    let mut database = PgConnection::connect(&world.database)
        .await
        .expect("opened");
    for statement in [
        "UPDATE updates SET state = 'failed', code = 'unavailable'",
        "UPDATE applied_states SET price_yen = price_yen + 500
         WHERE listing_id IN (SELECT listing_id FROM updates)",
    ] {
        let done = sqlx::query(statement).execute(&mut database).await;
        assert!(done.expect("written").rows_affected() > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_look_at_the_shared_database_and_at_its_schema() {
    let world = World::open(20).await;

    for arguments in [&["status"][..], &["explain", &world.simulator.asin(1)]] {
        world
            .start(world.command("miseban", arguments))
            .ends_with(0)
            .await;
    }
    let output = world
        .start(world.command("miseban", &["migrate"]))
        .ends_with(0)
        .await;

    assert!(output.contains("is up to date"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_name_their_products_and_what_was_cut_is_found_and_retried_from_the_rows() {
    let world = World::open(40).await;
    world.start_run().await;
    let queue = shown(&world, &["queues", "show", "sync"]).await;
    let batch = &queue["places"][0]["messages"][0];
    assert_eq!(batch["asins"].as_array().expect("ASINs").len(), 20);
    assert_eq!(batch["accounts"], serde_json::json!(["shop-1", "shop-2"]));
    let id = batch["id"].as_str().expect("an id");
    let one = shown(&world, &["queues", "show", id]).await;
    assert_eq!(one["messages"][0]["asins"], batch["asins"]);

    let _worker = world.worker();
    let ended = async || {
        let status = shown(&world, &["status"]).await;
        status["open_runs"] == serde_json::json!([])
    };
    until(|| "the end of the run".to_owned(), ended).await;
    assert_eq!(count(&world, "failed").await, 0);
    fail_all_updates(&world).await;
    let failed = count(&world, "failed").await;
    assert!(failed > 0);

    let retried = shown(&world, &["queues", "retry", "update", "--all"]).await;

    assert_eq!(retried["from_rows"], failed, "{retried}");
    let what = || "the edits".to_owned();
    until(what, async || count(&world, "failed").await == 0).await;
}
