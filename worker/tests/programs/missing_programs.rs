//! Installations in which a program is missing: every command that looks at it says so, and is content once
//! it was started as it says.

use crate::world::{Program, World, until};
use std::process::Output;

async fn says(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = world.command("miseban", arguments);
    let output = tokio::task::spawn_blocking(move || command.output());
    let Output { status, stdout, .. } = output.await.expect("no panic").expect("it starts");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_a_run_says_so_also_to_a_person_who_leaves_it_and_goes_on_with_one() {
    let world = World::open(20).await;
    let (_, quotas) = says(&world, &["status"]).await;
    let run = world.start(world.command("miseban", &["run", "price-stock"]));

    run.until_said("no worker is alive: nothing is done until you start one with worker")
        .await;
    for (arguments, code) in [
        (&["doctor"][..], 1),
        (&["status"], 0),
        (&["queues", "ls"], 0),
    ] {
        let (ended, text) = says(&world, arguments).await;
        assert!(text.contains("no worker is alive"), "{arguments:?}: {text}");
        assert_eq!(ended, Some(code), "{arguments:?}: {text}");
    }

    assert!(!quotas.contains("Quotas\n  none"), "{quotas}");
    assert!(quotas.contains("0 this hour, 0 today"), "{quotas}");
    run.signal("INT");
    let left = run.ends_with(130).await;
    assert!(left.contains("is open, but no worker is alive"), "{left}");
    assert!(!left.contains("the workers go on"), "{left}");
    let resumed = world.command("miseban", &["run", "price-stock", "--resume"]);
    let resumed = world.start(resumed);
    let worker = world.worker();
    resumed.ends_with(0).await;
    knows(&world, &worker).await;
}

/// The worker is shown wherever somebody looks for it.
async fn knows(world: &World, worker: &Program) {
    let number = format!(":{}", worker.number());
    for arguments in [&["status"][..], &["queues", "ls"]] {
        let (_, text) = says(world, arguments).await;
        let line = text.lines().find(|line| line.contains(&number));
        let line = line.unwrap_or_else(|| panic!("{arguments:?}: no {number} in {text}"));
        assert!(line.contains("sync update info"), "{line}");
    }
    let (_, text) = says(world, &["doctor"]).await;
    assert!(text.contains("ok  workers: 1 alive"), "{text}");
    let (_, json) = says(world, &["queues", "ls", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["workers"][0]["queues"][2], "info", "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_no_worker_serves_is_named_with_the_command_for_it() {
    let world = World::open(20).await;
    let some = world.start(world.command("worker", &["--queues", "sync"]));
    some.until_page("/readyz", 200).await;

    let run = world.start(world.command("miseban", &["run", "price-stock"]));
    run.until_said("no worker is alive for update").await;
    let (code, text) = says(&world, &["doctor"]).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("worker --queues update,info"), "{text}");
    let _rest = world.start(world.command("worker", &["--queues", "update,info"]));
    run.ends_with(0).await;
    let (code, text) = says(&world, &["doctor"]).await;
    assert_eq!(code, Some(0), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_producer_nothing_starts_by_itself_and_that_is_said() {
    let world = World::open(20).await;
    let _worker = world.worker();
    for arguments in [["doctor"], ["status"]] {
        let (_, text) = says(&world, &arguments).await;
        assert!(text.contains("no producer is alive"), "{text}");
        assert!(text.contains("producer serve"), "{text}");
    }

    let producer = world.start(world.command("producer", &["serve"]));

    let known = async || {
        says(&world, &["status"])
            .await
            .1
            .contains("a producer is alive")
    };
    until(|| "a producer".to_owned(), known).await;
    producer.signal("TERM");
    producer.ends_with(143).await;
    let (_, text) = says(&world, &["status"]).await;
    assert!(text.contains("no producer is alive"), "{text}");
}
