//! pgbouncer in front of `PostgreSQL`, in each of its modes.

use crate::daemon::Daemon;
use crate::installation::{Installation, free_port};
use crate::servers::{Postgres, Redis};
use adapters::store::SqlStore;
use shared::ports::store::StoreError;
use sqlx::{AnyConnection, Connection as _, Row as _};
use std::time::Duration;

const IGNORES: &str = "ignore_startup_parameters = extra_float_digits";

/// A pgbouncer in front of the server, and the URL through it.
fn pgbouncer(postgres: &Postgres, mode: &str, further: &str) -> (Daemon, String) {
    let port = free_port();
    let direct = url::Url::parse(&postgres.direct).expect("a url");
    let server = direct.port().expect("a port");
    let configuration = format!(
        "[databases]
        * = host=127.0.0.1 port={server} user=miseban
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = any
        pool_mode = {mode}
        default_pool_size = 4
        {further}\n"
    );
    let configuration = configuration.replace("\n        ", "\n");
    let daemon = Daemon::start(&["pgbouncer", "-u", "postgres"], port, &configuration);
    (
        daemon,
        format!("postgres://miseban@127.0.0.1:{port}/postgres"),
    )
}

/// One value of a text column, by a connection without anything of ours. Sent as one text: a prepared
/// statement is two transactions, and the pooler may give each of them another session.
async fn ask(url: &str, question: &'static str) -> String {
    let mut on = AnyConnection::connect(url).await.expect("a connection");
    let row = sqlx::raw_sql(question).fetch_one(&mut on).await;
    row.expect("a row").get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn work_goes_on_through_pgbouncer_in_transaction_mode_and_its_restart() {
    let (postgres, redis) = (Postgres::start().await, Redis::start().await);
    let (mut bouncer, url) = pgbouncer(&postgres, "transaction", IGNORES);
    let installation = Installation::start(&url, &redis.url(), &postgres.direct, 3).await;

    let run = installation.start_run().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    bouncer.restart(Duration::from_secs(1)).await;
    installation.until_complete(run).await;
    installation.until_ready().await;

    // Nothing is left behind for the next program that is given the same connection.
    let settings = "SELECT current_setting('enable_seqscan') || current_setting('lock_timeout')";
    for _ in 0..4 {
        assert_eq!(ask(&url, settings).await, "on0");
    }
    let locks = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory'";
    assert_eq!(ask(&postgres.direct, locks).await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn pgbouncer_in_session_mode_is_like_the_server() {
    let (postgres, redis) = (Postgres::start().await, Redis::start().await);
    let (_bouncer, url) = pgbouncer(
        &postgres,
        "session",
        "ignore_startup_parameters = extra_float_digits\ndefault_pool_size = 60",
    );
    let installation = Installation::start(&url, &redis.url(), &postgres.direct, 2).await;

    let run = installation.start_run().await;

    installation.until_complete(run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn what_pgbouncer_cannot_do_is_said_by_its_name() {
    let postgres = Postgres::start().await;
    for (mode, further, advice) in [
        ("statement", IGNORES, "pool_mode"),
        (
            "transaction",
            "",
            "ignore_startup_parameters = extra_float_digits",
        ),
        (
            "session",
            "",
            "ignore_startup_parameters = extra_float_digits",
        ),
    ] {
        let (_bouncer, url) = pgbouncer(&postgres, mode, further);

        let refused = SqlStore::open(&url).await.err().expect("refused");

        let StoreError::Unusable(text) = refused else {
            panic!("{mode}: {refused:?}");
        };
        assert!(
            text.contains("pgbouncer") && text.contains(advice),
            "{mode}: {text}"
        );
    }
}
