//! `/healthz` and `/readyz` tell the truth.

use crate::world::{Program, World, until};
use simulator::{Fault, FaultKind};
use std::net::TcpListener;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_ready_while_redis_answers_and_alive_also_when_it_does_not() {
    let mut world = World::open(20).await;
    let worker = world.worker();
    worker.until_page("/readyz", 200).await;

    world.redis.freeze();
    let hanging = worker.until_page("/readyz", 503).await;
    world.redis.thaw();
    worker.until_page("/readyz", 200).await;
    world.redis.kill();
    let page = worker.until_page("/readyz", 503).await;
    let alive = worker.page("/healthz").await.expect("an answer");

    assert_eq!(hanging["wrong"]["redis"], "does not answer", "{hanging}");
    assert_eq!(page["wrong"]["redis"], "does not answer", "{page}");
    assert_eq!(page["wrong"].get("database"), None, "{page}");
    assert_eq!(alive.0, 200, "{}", alive.1);
    world.redis.start_again();
    worker.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_accepts_no_connection_is_named() {
    let world = World::open(20).await;
    let worker = world.worker();
    worker.until_page("/readyz", 200).await;
    let (server, name) = world.database.rsplit_once('/').expect("a name");
    let others = format!("{server}/postgres");

    let close = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    crate::servers::command(&others, close).await;
    let closed = worker.until_page("/readyz", 503).await;
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    crate::servers::command(&others, open).await;

    assert_eq!(closed["wrong"]["database"], "does not answer", "{closed}");
    worker.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_program_is_ready_while_redis_accepts_no_writes() {
    let world = World::open(20).await;
    let worker = world.worker();
    let producer = world.start(world.command("producer", &["serve"]));
    let pages = async |status| {
        let page = async |program: &Program| program.until_page("/readyz", status).await;
        [page(&worker).await, page(&producer).await]
    };
    pages(200).await;
    let warnings = |program: &Program| program.output().matches(" WARN ").count();
    let before = [&worker, &producer].map(warnings);

    // A failover has made a replica of it: it answers, and nothing can be written.
    assert_eq!(world.redis.say("REPLICAOF 127.0.0.1 1"), "+OK\r\n");
    let refused = pages(503).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(world.redis.say("REPLICAOF NO ONE"), "+OK\r\n");

    pages(200).await;
    for page in refused {
        let told = page["wrong"]["redis"].as_str();
        assert!(told.is_some_and(|why| why.contains("replica")), "{page}");
    }
    for (program, before) in [&worker, &producer].into_iter().zip(before) {
        let output = program.output();
        assert_eq!(warnings(program), before + 1, "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_named_until_it_does() {
    let world = World::open(20).await;
    let programs = [
        world.worker(),
        world.start(world.command("producer", &["serve"])),
    ];
    for program in &programs {
        program.until_page("/readyz", 200).await;
    }
    let (server, name) = world.database.rsplit_once('/').expect("a name");
    let others = format!("{server}/postgres");

    // The sessions of a primary that was demoted; later ones are led to the new one.
    let demote = format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    crate::servers::command(&others, demote).await;
    for program in &programs {
        let named = async || {
            let page = program.page("/readyz").await;
            page.is_some_and(|(_, body)| body["wrong"]["database"] == "takes no writes")
        };
        until(|| program.output(), named).await;
    }
    let promote = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    crate::servers::command(&others, promote).await;

    for program in &programs {
        program.until_page("/readyz", 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_is_ready_as_the_leader_and_as_a_standby() {
    let world = World::open(20).await;
    let leader = world.start(world.command("producer", &["serve"]));
    leader.until_said("this producer leads").await;
    let second = world.start(world.command("producer", &["serve"]));

    leader.until_page("/readyz", 200).await;
    second.until_page("/readyz", 200).await;

    assert!(!second.output().contains("this producer leads"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_stops_says_so_until_its_jobs_have_ended() {
    let world = World::open(20).await;
    let slow = Fault {
        millis: Some(4_000),
        ..Fault::new("getItemOffersBatch", FaultKind::Slow)
    };
    world.simulator.add_fault(slow).expect("a fault");
    world.start_run().await;
    let worker = world.worker();
    world.until_asked().await;

    worker.signal("TERM");
    let stopping = worker.until_page("/readyz", 503).await;
    let alive = worker.page("/healthz").await.expect("an answer");

    assert_eq!(stopping["wrong"]["process"], "is stopping", "{stopping}");
    assert_eq!(alive.0, 200, "{}", alive.1);
    worker.ends_with(143).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_wrong_use_and_named() {
    let world = World::open(20).await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();

    for (program, arguments) in [("worker", &[][..]), ("producer", &["serve"])] {
        let mut command = world.command(program, arguments);
        command.env("HEALTH_LISTEN", &address);
        let output = world.start(command).ends_with(2).await;

        assert!(
            output.contains(&format!("HEALTH_LISTEN = {address}")),
            "{output}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_asks_the_program_beside_it_without_curl() {
    let world = World::open(20).await;
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let address = free.expect("a free port").to_string();
    let asks = || {
        let mut command = world.command("worker", &["--healthcheck"]);
        command.env("HEALTH_LISTEN", &address);
        world.start(command)
    };

    let refused = asks().ends_with(1).await;
    let mut worker = world.command("worker", &[]);
    worker.env("HEALTH_LISTEN", &address);
    let worker = world.start(worker);
    worker.until_page("/readyz", 200).await;
    let ready = asks().ends_with(0).await;

    assert!(refused.contains("does not answer"), "{refused}");
    assert!(ready.contains(r#""ok":true"#), "{ready}");
}
