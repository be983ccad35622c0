//! haproxy in front of `PostgreSQL`, which cuts connections that are idle.

use crate::daemon::Daemon;
use crate::installation::{Installation, free_port};
use crate::servers::{Postgres, Redis};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn work_goes_on_behind_a_haproxy_that_cuts_idle_connections_and_restarts() {
    let (postgres, redis) = (Postgres::start().await, Redis::start().await);
    let port = free_port();
    let direct = url::Url::parse(&postgres.direct).expect("a url");
    let server = direct.port().expect("a port");
    let configuration = format!(
        "defaults
          mode tcp
          timeout connect 2s
          timeout client 2s
          timeout server 2s
        listen postgres
          bind 127.0.0.1:{port}
          server one 127.0.0.1:{server}\n"
    );
    let mut haproxy = Daemon::start(&["haproxy", "-db", "-f"], port, &configuration);
    let url = format!("postgres://miseban@127.0.0.1:{port}/postgres");
    let installation = Installation::start(&url, &redis.url(), &postgres.direct, 2).await;

    let first = installation.start_run().await;
    installation.until_complete(first).await;
    // All connections are cut meanwhile.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let second = installation.start_run().await;
    haproxy.restart(Duration::from_secs(2)).await;
    installation.until_complete(second).await;
    installation.until_ready().await;
}
