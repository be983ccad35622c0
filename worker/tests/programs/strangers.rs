//! Two installations on one Redis: the prefix belongs to the database that took it first.

use crate::servers::{command, new_database};
use crate::world::{Program, World, until};

const TAKEN: &str = "belongs to another database";
const OWNER: &str = "GET miseban:installation";

/// A program over another database.
fn stranger(world: &World, database: &str, program: &str, arguments: &[&str]) -> Program {
    let mut command = world.command(program, arguments);
    command.env("DATABASE_URL", database);
    world.start(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_program_of_another_database_is_refused_until_it_has_a_prefix_of_its_own() {
    let world = World::open(20).await;
    world.worker().until_page("/readyz", 200).await;
    let another = new_database().await;
    for (program, arguments) in [
        ("worker", &[][..]),
        ("producer", &["serve"]),
        ("producer", &["run", "price-stock"]),
        ("miseban", &["run", "price-stock"]),
        ("miseban", &["queues", "ls"]),
        ("miseban", &["queues", "pause", "update"]),
        ("miseban", &["board"]),
    ] {
        let program = stranger(&world, &another, program, arguments);

        let output = program.ends_with(2).await;

        assert!(output.contains(TAKEN), "{arguments:?}: {output}");
        assert!(output.contains("set REDIS_PREFIX"), "{output}");
        assert!(output.contains("DEL miseban:installation"), "{output}");
    }
    let doctor = stranger(&world, &another, "miseban", &["doctor"]);
    let found = doctor.ends_with(1).await;
    assert!(found.contains("NG  Redis"), "{found}");
    assert!(found.contains(TAKEN), "{found}");
    let mut own = world.command("worker", &[]);
    own.env("DATABASE_URL", &another)
        .env("REDIS_PREFIX", "another");
    world.start(own).until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_created_anew_takes_the_prefix_once_it_is_free() {
    let world = World::open(20).await;
    world.worker().until_page("/readyz", 200).await;
    assert_eq!(world.redis.say("DEL miseban:installation"), ":1\r\n");

    let worker = stranger(&world, &new_database().await, "worker", &[]);

    worker.until_page("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_was_emptied_is_taken_again_by_the_programs_that_run() {
    let world = World::open(20).await;
    let worker = world.worker();
    worker.until_page("/readyz", 200).await;
    let owner = world.redis.say(OWNER);
    assert!(owner.starts_with("$32"), "{owner}");

    assert_eq!(world.redis.say("FLUSHALL"), "+OK\r\n");

    let again = async || world.redis.say(OWNER) == owner;
    until(|| "the prefix is taken".to_owned(), again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_whose_prefix_another_database_took_end_and_say_so() {
    let world = World::open(20).await;
    let (worker, producer) = (
        world.worker(),
        world.start(world.command("producer", &["serve"])),
    );
    worker.until_page("/readyz", 200).await;
    producer.until_page("/readyz", 200).await;

    // As after a FLUSHALL that another installation was the first to see.
    world.redis.say("SET miseban:installation another");

    for program in [worker, producer] {
        let output = program.ends_with(2).await;
        assert!(output.contains(TAKEN), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_restored_from_a_backup_goes_on_with_its_redis() {
    let world = World::open(20).await;
    let worker = world.worker();
    worker.until_page("/readyz", 200).await;
    worker.signal("TERM");
    worker.ends_with(143).await;
    let (server, name) = world.database.rsplit_once('/').expect("a name");
    let copy = format!("CREATE DATABASE {name}_restored TEMPLATE {name}");
    command(&format!("{server}/postgres"), copy).await;

    let restored = format!("{server}/{name}_restored");
    let worker = stranger(&world, &restored, "worker", &[]);

    worker.until_page("/readyz", 200).await;
}
