//! A `PostgreSQL` that refuses for a while, in the ways that it has: the work rests, keeps the answers
//! that it has, and goes on.

use crate::fake_pooler;
use crate::installation::Installation;
use crate::process::Process;
use crate::servers::{Postgres, Redis};
use adapters::store::SqlStore;
use shared::domain::run::RunId;
use shared::ports::store::RunQueries as _;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use std::time::{Duration, Instant};

const OFFERS: &str = "getItemOffersBatch";
/// Longer than several tries.
const AWAY_FOR: Duration = Duration::from_secs(5);
/// A program finds out by a call that takes at most 20 s.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// The programs reach the database by a proxy, as a user that does not own its tables.
struct Story {
    installation: Installation,
    postgres: Postgres,
    _redis: Redis,
}

impl Story {
    async fn begin() -> Self {
        let (postgres, redis) = (Postgres::start().await, Redis::start().await);
        let owned = SqlStore::open(&postgres.direct).await;
        owned.expect("a schema").close().await;
        for grant in [
            "CREATE ROLE keeper LOGIN",
            "GRANT ALL ON SCHEMA public TO keeper",
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO keeper",
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO keeper",
        ] {
            command(&postgres.direct, grant).await;
        }
        let url = postgres.url().replace("//miseban@", "//keeper@");
        let installation = Installation::start(&url, &redis.url(), &postgres.direct, 2).await;
        let first = installation.start_run().await;
        installation.until_complete(first).await;
        Self {
            installation,
            postgres,
            _redis: redis,
        }
    }

    async fn command(&self, sql: &str) {
        command(&self.postgres.direct, sql).await;
    }

    fn asked(&self) -> u64 {
        let ledger = self.installation.simulator.ledger();
        ledger
            .operations
            .get(OFFERS)
            .map_or(0, |tally| tally.requests)
    }

    /// Starts a run and waits for its first answers. Returns the number of requests before it, too.
    async fn in_a_run(&self) -> (RunId, u64) {
        let before = self.asked();
        let run = self.installation.start_run().await;
        self.until_asked(before + 2, TOLD_WITHIN).await;
        (run, before)
    }

    async fn until_asked(&self, requests: u64, within: Duration) {
        let begun = Instant::now();
        while self.asked() < requests {
            let logs = self.installation.logs();
            assert!(begun.elapsed() < within, "no request: {logs}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until as many programs say that they are not ready, which are concerned; from then on nothing
    /// is asked, but for one answer a worker. Returns the number of requests.
    async fn until_away(&self, fault: &str, concerned: usize) -> u64 {
        let begun = Instant::now();
        loop {
            let pages = self.installation.readiness().await;
            let away = pages.iter().filter(|(status, _)| *status == 503);
            if away.count() >= concerned {
                break;
            }
            assert!(begun.elapsed() < TOLD_WITHIN, "{fault}: {pages:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let asked = self.asked();
        tokio::time::sleep(AWAY_FOR).await;
        // A worker that keeps no answer yet asks once more, and keeps that one.
        let now = self.asked();
        assert!(now <= asked + 1, "{fault}: {}", self.installation.logs());
        now
    }

    /// Work goes on, and the run ends as if nothing had been.
    async fn until_over(&self, fault: &str, (run, before): (RunId, u64), asked: u64) {
        self.until_asked(asked + 1, BACK_WITHIN).await;
        let report = self.installation.until_complete(run).await;
        // One that was on its way as the fault began is missing in some reports.
        let asked = self.asked() - before;
        let missing = asked.checked_sub(report.requests);
        assert!(missing.is_some_and(|count| count <= 1), "{fault}: {asked}");
        self.installation.until_ready().await;
        let all = &self.installation;
        for program in std::iter::once(&all.producer).chain(&all.workers) {
            check_log(fault, program);
        }
    }
}

/// What a program says of an outage: once, and nothing that is not so.
fn check_log(fault: &str, program: &Process) {
    let log = program.log();
    for wrong in ["a person has to act", "files are damaged", "panicked"] {
        assert!(!log.contains(wrong), "{fault}: {wrong} in {log}");
    }
}

/// A program that a person waits for; it ends with the value.
struct Follower(std::process::Child);

impl Drop for Follower {
    fn drop(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.0.kill();
    }
}

async fn asked_of(url: &str, question: String) -> String {
    let mut on = AnyConnection::connect(url).await.expect("a connection");
    let row = sqlx::query(AssertSqlSafe(question))
        .fetch_one(&mut on)
        .await;
    let answer = row.and_then(|row| row.try_get(0)).expect("an answer");
    on.close().await.expect("closed");
    answer
}

async fn command(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut on = AnyConnection::connect(url).await.expect("a connection");
    let run = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    run.execute(&mut on).await.expect(sql);
    on.close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_database_that_takes_no_rows_for_a_while_costs_no_answer_and_no_run() {
    let story = Story::begin().await;
    let all = "ALL TABLES IN SCHEMA public";
    let writes = "INSERT, UPDATE, DELETE ON";
    for (fault, begin, end, concerned) in [
        (
            "read-only",
            "ALTER SYSTEM SET default_transaction_read_only = on".to_owned(),
            "ALTER SYSTEM RESET default_transaction_read_only".to_owned(),
            3,
        ),
        (
            "no right to write",
            format!("REVOKE {writes} {all} FROM keeper"),
            format!("GRANT {writes} {all} TO keeper"),
            3,
        ),
        (
            "no right to one table",
            format!("REVOKE {writes} outcomes FROM keeper"),
            format!("GRANT {writes} outcomes TO keeper"),
            2,
        ),
    ] {
        let run = story.in_a_run().await;

        story.command(&begin).await;
        story.command("SELECT pg_reload_conf()").await;
        let asked = story.until_away(fault, concerned).await;
        story.command(&end).await;
        story.command("SELECT pg_reload_conf()").await;

        story.until_over(fault, run, asked).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_database_that_admits_nobody_or_locks_for_a_while_costs_no_answer_and_no_run() {
    let story = Story::begin().await;

    let run = story.in_a_run().await;
    let mut locking = AnyConnection::connect(&story.postgres.direct)
        .await
        .expect("a connection");
    let lock = sqlx::raw_sql("BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE");
    lock.execute(&mut locking).await.expect("locked");
    let asked = story.until_away("a lock", 1).await;
    locking.close().await.expect("closed");
    story.until_over("a lock", run, asked).await;

    for code in ["XX000", "28P01"] {
        let before = story.asked();
        let mut follows = story.installation.command("miseban");
        let follows = follows.args(["run", "price-stock"]).spawn();
        let mut follows = Follower(follows.expect("it starts"));
        story.until_asked(before + 2, TOLD_WITHIN).await;
        let newest = story.installation.store.runs(false, 1).await;
        let run = newest.expect("runs").first().expect("a run").id;

        let pooler = fake_pooler::refusing(code).await;
        story.postgres.proxy.lead_to(pooler);
        story.postgres.proxy.cut();
        let asked = story.until_away(code, 3).await;
        let direct = url::Url::parse(&story.postgres.direct).expect("a url");
        story.postgres.proxy.lead_to(direct.port().expect("a port"));

        story.until_over(code, (run, before), asked).await;
        let ended = follows.0.wait().expect("it ends");
        assert_eq!(ended.code(), Some(0), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_fail_over_that_keeps_the_old_server_and_its_connections_is_followed() {
    let mut story = Story::begin().await;
    let replica = story.postgres.server.start_replica();
    let run = story.in_a_run().await;

    story
        .command("ALTER SYSTEM SET default_transaction_read_only = on")
        .await;
    story.command("SELECT pg_reload_conf()").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let position = "SELECT CAST(pg_current_wal_lsn() AS TEXT)".to_owned();
    let position = asked_of(&story.postgres.direct, position).await;
    let replayed = format!("SELECT CAST(pg_last_wal_replay_lsn() >= '{position}' AS TEXT)");
    let begun = Instant::now();
    while asked_of(&replica, replayed.clone()).await != "true" {
        assert!(begun.elapsed() < TOLD_WITHIN, "the replica is behind");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    story.postgres.server.promote_replica();
    let asked = story.until_away("a fail-over", 3).await;
    // Only new connections are led to the new primary.
    let primary = url::Url::parse(&replica).expect("a url");
    let port = primary.port().expect("a port");
    story.postgres.proxy.lead_to(port);
    story.installation.store = SqlStore::open_existing(&replica)
        .await
        .expect("the primary");

    story.until_over("a fail-over", run, asked).await;
}
