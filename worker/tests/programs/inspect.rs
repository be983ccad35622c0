//! What a person sees of the shared database.

use crate::world::World;

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
