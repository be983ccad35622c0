//! How the programs start: what may come back by itself is waited for, what a person has to mend is
//! reported in one message.

use crate::servers::Redis;
use crate::world::{World, until};
use std::net::TcpListener;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

const WAITS: &str = "a server is unavailable at start";

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_are_up_before_redis_wait_for_it() {
    let mut world = World::open_over(Redis::planned(&[]), 20).await;
    let worker = world.worker();
    let producer = world.start(world.command("producer", &["serve"]));

    worker.until_said(WAITS).await;
    producer.until_said(WAITS).await;
    let starting = worker.page("/readyz").await.expect("an answer");
    let alive = worker.page("/healthz").await.expect("an answer");
    world.redis.start_again();

    assert_eq!(starting.0, 503);
    assert_eq!(starting.1["wrong"]["process"], "is starting");
    assert_eq!(alive.0, 200);
    worker.until_page("/readyz", 200).await;
    producer.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_up_before_the_database_waits_for_it() {
    let world = World::open(20).await;
    let (server, name) = world.database.rsplit_once('/').expect("a name");
    let (user, place) = server.rsplit_once('@').expect("a user");
    let (listener, door) = closed_door();
    let mut worker = world.command("worker", &[]);
    worker.env("DATABASE_URL", format!("{user}@{door}/{name}"));
    drop(listener);
    let worker = world.start(worker);
    worker.until_said(WAITS).await;

    let _door = open_door(door, place.to_owned());

    worker.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_still_reads_its_data_is_waited_for() {
    let mut world = World::open_over(Redis::start(&["--enable-debug-command", "yes"]), 20).await;
    assert_eq!(world.redis.say("DEBUG POPULATE 1000"), "+OK\r\n");
    assert_eq!(world.redis.say("SAVE"), "+OK\r\n");
    // Ten milliseconds a key.
    let slow = ["--key-load-delay", "10000"];
    let often = ["--loading-process-events-interval-bytes", "1024"];
    world.redis.launch_with(&[slow, often].concat());

    let worker = world.worker();

    worker.until_said("it reads its data").await;
    worker.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_runs_no_job_and_fails_where_a_worker_cannot_start() {
    let world = World::open(20).await;
    world.start_run().await;
    let check = |name: &str, value: &str| {
        let mut command = world.command("worker", &["--check"]);
        command.env(name, value);
        world.start(command)
    };

    let right = check("WORKERS", "4").ends_with(0).await;
    let no_file = check("ACCOUNTS_FILE", "missing.toml").ends_with(2).await;
    let no_queue = check("REDIS_URL", "").ends_with(2).await;

    assert!(no_file.contains("missing.toml"), "{no_file}");
    assert!(no_queue.contains("REDIS_URL"), "{no_queue}");
    assert!(!right.contains("running jobs"), "{right}");
    assert_eq!(world.simulator.ledger().total.requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_waits_for_redis_can_be_stopped() {
    let world = World::open_over(Redis::planned(&[]), 20).await;
    let worker = world.worker();
    worker.until_said(WAITS).await;

    worker.signal("TERM");

    worker.ends_with(143).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_a_person_waits_for_fails_at_once_when_redis_is_away() {
    let world = World::open_over(Redis::planned(&[]), 20).await;

    for (program, arguments) in [
        ("producer", &["run", "price-stock"][..]),
        ("miseban", &["run", "price-stock"]),
    ] {
        let output = world
            .start(world.command(program, arguments))
            .ends_with(1)
            .await;

        assert!(output.contains("cannot be reached; check that"), "{output}");
        assert!(!output.contains(WAITS), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_fault_that_a_person_has_to_correct_is_shown_at_once_without_a_password() {
    let locked = World::open_over(Redis::start(&["--requirepass", "right-word"]), 20).await;
    for who in ["", ":wrong-word@"] {
        let mut worker = locked.command("worker", &[]);
        worker.env("REDIS_URL", locked.redis.url_as(who));
        let output = locked.start(worker).ends_with(2).await;

        assert!(output.contains("refuses user or password; put"), "{output}");
        assert!(!output.contains("wrong-word"), "{output}");
    }
    let replica = World::open_over(Redis::start(&["--replicaof", "127.0.0.1", "1"]), 20).await;
    let output = replica.worker().ends_with(2).await;
    assert!(
        output.contains("give the address of the primary"),
        "{output}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_somebody_else_under_our_prefix_are_refused() {
    let world = World::open(20).await;
    assert_eq!(
        world.redis.say("SET miseban:{q:sync}:leases theirs"),
        "+OK\r\n"
    );

    let output = world.worker().ends_with(2).await;

    assert!(output.contains("set REDIS_PREFIX"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_in_redis_is_named() {
    let world = World::open(20).await;
    let user = "ACL SETUSER half on >word ~* &* +@connection +info";
    assert_eq!(world.redis.say(user), "+OK\r\n");
    let mut worker = world.command("worker", &[]);
    worker.env("REDIS_URL", world.redis.url_as("half:word@"));

    let output = world.start(worker).ends_with(2).await;

    assert!(output.contains("give the ACL user"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_cannot_save_any_more_says_what_to_do() {
    let world = World::open_over(Redis::start(&["--save", "3600 1"]), 20).await;
    let worker = world.worker();
    worker.until_page("/readyz", 200).await;
    world.redis.lose_folder();
    world.redis.say("BGSAVE");
    let failed = async || {
        let info = world.redis.say("INFO persistence");
        info.contains("rdb_last_bgsave_status:err")
    };
    until(|| "a failed save".to_owned(), failed).await;

    // A claim writes only where there is something to claim; a push is refused with the same word.
    let run = world.start(world.command("producer", &["run", "price-stock"]));

    let output = run.ends_with(1).await;
    assert!(output.contains("free some space on its disk"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_to_mend_in_the_database_is_said_at_once() {
    let world = World::open(20).await;
    let (server, _) = world.database.rsplit_once('/').expect("a name");
    let (_, place) = server.rsplit_once('@').expect("a user");
    for (url, advice) in [
        (format!("{server}/nowhere"), "createdb"),
        (
            format!("postgres://guarded:wrong-word@{place}/postgres"),
            "the password in DATABASE_URL",
        ),
    ] {
        let mut worker = world.command("worker", &[]);
        worker.env("DATABASE_URL", url);
        let output = world.start(worker).ends_with(2).await;

        assert!(output.contains(advice), "{output}");
        assert!(!output.contains("wrong-word"), "{output}");
        assert!(!output.contains(WAITS), "{output}");
    }
}

/// An address without a listener once this one is dropped.
fn closed_door() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let door = listener.local_addr().expect("its address").to_string();
    (listener, door)
}

/// From now on the door leads to `place`.
fn open_door(door: String, place: String) -> JoinHandle<()> {
    tokio::spawn(async move {
        let listener = tokio::net::TcpListener::bind(door).await;
        let listener = listener.expect("the port is still free");
        while let Ok((mut near, _)) = listener.accept().await {
            let place = place.clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(place).await.expect("the server");
                // Either side may hang up.
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    })
}
