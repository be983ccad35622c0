//! The installation of all stories, when nothing happens to its servers.

use crate::installation::Installation;
use crate::servers::{Postgres, Redis};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_run_over_healthy_servers_is_complete() {
    let (postgres, redis) = (Postgres::start().await, Redis::start().await);
    let installation =
        Installation::start(&postgres.url(), &redis.url(), &postgres.direct, 2).await;

    let run = installation.start_run().await;

    installation.until_complete(run).await;
    installation.until_ready().await;
}
