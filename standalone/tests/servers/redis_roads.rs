//! Redis at the end of a road that leads elsewhere, swallows or is long, while a run is under way.

use crate::installation::Installation;
use crate::servers::{Postgres, redis::Server};
use crate::tcp_proxy::TcpProxy;
use std::time::Duration;

const WORKS_AGAIN_WITHIN: Duration = Duration::from_secs(15);

/// A primary, its replica, and the road of the programs to the primary.
struct Pair {
    old: Server,
    new: Server,
    road: TcpProxy,
    postgres: Postgres,
}

impl Pair {
    async fn start() -> Self {
        let (old, new) = (Server::start(), Server::start());
        new.send(&format!("REPLICAOF 127.0.0.1 {}", old.port()));
        old.until_followed().await;
        Self {
            road: TcpProxy::to(old.port()).await,
            old,
            new,
            postgres: Postgres::start().await,
        }
    }

    async fn installation(&self) -> Installation {
        let redis = format!("redis://127.0.0.1:{}", self.road.port());
        let postgres = &self.postgres;
        let installation = Installation::start(&postgres.url(), &redis, &postgres.direct, 2).await;
        installation.until_ready().await;
        installation
    }
}

fn warnings(installation: &Installation) -> usize {
    let all = std::iter::once(&installation.producer).chain(&installation.workers);
    all.map(|program| program.log().matches(" WARN ").count())
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_promoted_replica_goes_on_with_the_run_while_the_old_primary_stays_and_only_reads() {
    let pair = Pair::start().await;
    let installation = pair.installation().await;
    let run = installation.start_run().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = warnings(&installation);

    pair.new.send("REPLICAOF NO ONE");
    pair.old.send("REPLICAOF 127.0.0.1 1");
    installation
        .until_all("away", 503, Duration::from_secs(30))
        .await;
    pair.road.lead_to(pair.new.port());

    installation
        .until_all("ready", 200, WORKS_AGAIN_WITHIN)
        .await;
    installation.until_complete(run).await;
    let said = warnings(&installation) - before;
    assert!(said <= 3, "{said} of three: {}", installation.logs());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn connections_that_were_swallowed_are_replaced_and_the_run_goes_on() {
    let pair = Pair::start().await;
    let installation = pair.installation().await;
    let run = installation.start_run().await;
    tokio::time::sleep(Duration::from_secs(2)).await;

    pair.road.swallow(true);
    installation
        .until_all("away", 503, Duration::from_secs(30))
        .await;
    pair.road.swallow(false);

    installation
        .until_all("ready", 200, WORKS_AGAIN_WITHIN)
        .await;
    installation.until_complete(run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_redis_that_is_six_hundred_milliseconds_away_serves_a_run() {
    let pair = Pair::start().await;
    pair.road.delay(Duration::from_millis(300));
    let installation = pair.installation().await;

    let run = installation.start_run().await;

    installation.until_complete(run).await;
    installation.until_ready().await;
}
