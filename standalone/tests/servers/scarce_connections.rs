//! A server that admits fewer connections than the programs would like.

use crate::installation::Installation;
use crate::servers::{Postgres, Redis};
use sqlx::{AnyConnection, Connection as _};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn twelve_connections_are_enough_for_eight_workers_and_their_producer() {
    let (mut postgres, redis) = (Postgres::start().await, Redis::start().await);
    sqlx::any::install_default_drivers();
    let mut on = AnyConnection::connect(&postgres.direct)
        .await
        .expect("a connection");
    let few = sqlx::raw_sql("ALTER SYSTEM SET max_connections = 12")
        .execute(&mut on)
        .await;
    few.expect("done");
    postgres.restart();
    // The test itself looks by one.
    let direct = format!("{}?max_connections=1", postgres.direct);
    let installation = Installation::start(&postgres.url(), &redis.url(), &direct, 8).await;

    let run = installation.start_run().await;

    installation.until_complete(run).await;
    installation.until_ready().await;
}
