//! What a person does to a run of the workers: stops looking on, ends it, sends again what failed; and closes the
//! terminal.

use crate::world::{Program, World, until};
use serde_json::Value;
use simulator::{Fault, FaultKind, MarketSet};
use std::process::Command;

const LISTINGS: usize = 40;

/// Every listing needs an edit.
fn everything_costs(world: &World, price: i64) {
    let set = |number| MarketSet {
        asin: world.simulator.asin(number),
        price: Some(price),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    let all = (0..LISTINGS).map(set).collect();
    world.simulator.set_market(all).expect("a market");
}

fn fault(world: &World, fault: Fault) {
    world.simulator.add_fault(fault).expect("a fault");
}

fn slow(operation: &str, millis: u64) -> Fault {
    Fault {
        millis: Some(millis),
        ..Fault::new(operation, FaultKind::Slow)
    }
}

async fn miseban(world: &World, arguments: &[&str], code: i32) -> String {
    let command = world.command("miseban", arguments);
    world.start(command).ends_with(code).await
}

/// The only line of JSON of a command.
async fn object(world: &World, arguments: &[&str], code: i32) -> Value {
    let output = miseban(world, arguments, code).await;
    let json = output.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(json.expect("an object")).expect("JSON")
}

/// The only run.
async fn run(world: &World) -> Value {
    let status = object(world, &["status", "--json"], 0).await;
    let runs = |name: &str| status[name].as_array().cloned().unwrap_or_default();
    let mut all = runs("open_runs");
    all.extend(runs("last_runs"));
    assert_eq!(all.len(), 1, "{status}");
    all.remove(0)
}

fn edits(world: &World) -> u64 {
    let ledger = world.simulator.ledger();
    let edits = ledger.operations.get("items/edit");
    edits.map_or(0, |edits| edits.requests)
}

async fn until_edited(world: &World) {
    until(|| "an edit".to_owned(), async || edits(world) > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_a_run_to_the_workers_and_says_how_to_go_on() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let world = World::open(LISTINGS).await;
        fault(&world, slow("getItemOffersBatch", 2_000).times(2));
        let _worker = world.worker();
        let following = world.start(world.command("miseban", &["run", "price-stock"]));
        world.until_asked().await;

        following.signal(signal);
        let said = following.ends_with(code).await;

        let id = run(&world).await["run_id"]
            .as_str()
            .expect("an id")
            .to_owned();
        assert!(said.contains("the workers go on"), "{said}");
        assert!(!said.contains("stopped"), "{said}");
        for command in ["report", "cancel"] {
            assert!(said.contains(&format!("miseban {command} {id}")), "{said}");
        }
        let followed = miseban(&world, &["run", "price-stock", "--resume"], 0).await;
        assert!(
            followed.contains("- done") || followed.contains("nothing to resume"),
            "{followed}"
        );
        let done = async || run(&world).await["state"] == "done";
        until(|| "the run to be done".to_owned(), done).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_ends_what_it_has_begun_and_begins_nothing() {
    let world = World::open(LISTINGS).await;
    everything_costs(&world, 30_000);
    fault(&world, slow("items/edit", 3_000));
    let mut command = world.command("worker", &[]);
    command.env("UPDATE_CONCURRENCY", "2");
    let worker = world.start(command);
    let following = world.start(world.command("miseban", &["run", "price-stock"]));
    until_edited(&world).await;
    let id = run(&world).await["run_id"]
        .as_str()
        .expect("an id")
        .to_owned();

    let cancelled = object_of_cancel(&world, &id[..13]).await;
    let again = object_of_cancel(&world, &id).await;

    assert!(
        cancelled.contains("cancelled") && again.contains("cancelled"),
        "{again}"
    );
    following.ends_with(1).await;
    let begun = edits(&world);
    // Whatever is still in the queue is done with soon, and edits nothing.
    let idle = async || {
        let queues = object(&world, &["queues", "ls", "--json"], 0).await;
        let update = &queues["queues"][1];
        update["ready"] == 0 && update["leased"] == 0 && update["delayed"] == 0
    };
    until(|| "an empty queue".to_owned(), idle).await;
    assert!(
        edits(&world) <= begun + 2,
        "{} after {begun}",
        edits(&world)
    );
    assert!(edits(&world) < 10, "{}", edits(&world));
    let report = object(&world, &["report", &id, "--json"], 0).await;
    assert_eq!(report["updates"]["applied"], edits(&world));
    assert_eq!(report["state"], "cancelled");
    drop(worker);
}

async fn object_of_cancel(world: &World, id: &str) -> String {
    miseban(world, &["cancel", id], 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_jobs_wait_in_the_queue_is_cancelled_before_any_of_them_acts() {
    let world = World::open(LISTINGS).await;
    world.start_run().await;
    let id = run(&world).await["run_id"]
        .as_str()
        .expect("an id")
        .to_owned();

    miseban(&world, &["cancel", &id], 0).await;
    let _worker = world.worker();
    let done = async || {
        let queues = object(&world, &["queues", "ls", "--json"], 0).await;
        queues["queues"][0]["done"] == 2
    };
    until(|| "both jobs to be done with".to_owned(), done).await;

    let ledger = world.simulator.ledger();
    assert!(!ledger.operations.contains_key("getItemOffersBatch"));
    assert_eq!(edits(&world), 0);
    assert_eq!(run(&world).await["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_update_that_is_sent_again_is_in_report_changes_and_explain() {
    let world = World::open(LISTINGS).await;
    everything_costs(&world, 30_000);
    let away = Fault {
        status: Some(500),
        ..Fault::new("items/edit", FaultKind::Status)
    };
    fault(&world, away);
    let _worker = world.worker();
    let failed = object(&world, &["run", "price-stock", "--json"], 1).await;
    assert_eq!(failed["updates"]["failed"], LISTINGS, "{failed}");
    world.simulator.clear_faults();

    miseban(&world, &["queues", "retry", "update", "--all"], 0).await;

    let id = failed["run_id"].as_str().expect("an id");
    let applied = async || {
        let report = object(&world, &["report", id, "--json"], 0).await;
        report["updates"]["applied"] == LISTINGS && report["state"] == "done"
    };
    until(|| "the report to follow".to_owned(), applied).await;
    let changes = object(&world, &["changes", "--json"], 0).await;
    let states = changes["changes"].as_array().expect("a list").iter();
    assert!(
        states
            .map(|change| &change["state"])
            .all(|state| state == "applied")
    );
    let asin = world.simulator.asin(1);
    let explained = miseban(&world, &["explain", &asin, "--json"], 0).await;
    assert!(!explained.contains("failed"), "{explained}");
    assert_eq!(run(&world).await["state"], "done");
}

/// A program that `nohup` has started.
fn without_hangup(command: &Command) -> Command {
    let mut outer = Command::new("sh");
    outer.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    outer.arg(command.get_program()).args(command.get_args());
    outer.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            outer.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_stops_a_program_as_a_signal_does_and_one_under_nohup_never() {
    let world = World::open(20).await;
    let alone = |mut command: Command| {
        command.env_remove("REDIS_URL");
        command.env("DATABASE_URL", "sqlite://alone.db");
        command
    };
    let commands = || {
        [
            (world.command("worker", &[]), "running jobs"),
            (world.command("producer", &["serve"]), "this producer leads"),
            (
                alone(world.command("miseban", &["serve"])),
                "serving the shops",
            ),
        ]
    };
    for (command, begun) in commands() {
        let hung_up = world.start(command);
        hung_up.until_said(begun).await;
        hung_up.signal("HUP");
        hung_up.ends_with(129).await;
    }
    for (command, begun) in commands() {
        let kept: Program = world.start(without_hangup(&command));
        kept.until_said(begun).await;
        kept.signal("HUP");
        kept.until_page("/healthz", 200).await;
        kept.signal("TERM");
        kept.ends_with(143).await;
    }
}
