//! Redis Sentinel: three sentinels watch a primary and a replica, all with passwords.

use crate::daemon::Daemon;
use crate::installation::{Installation, free_port};
use crate::servers::Postgres;
use adapters::redis::{RedisFault, RedisSettings, connect};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The passwords of the servers and of the sentinels.
const WORD: &str = "word";
const WATCHWORD: &str = "watchword";

/// One run at a time: a busy machine sends requests later than their permits, and so too close together.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The service `shop`.
struct Service {
    servers: Vec<Daemon>,
    sentinels: Vec<Daemon>,
    _folder: tempfile::TempDir,
}

impl Service {
    /// Starts it, and waits until the sentinels know each other and the replica.
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let common = |port: u16, password: &str| {
            let dir = folder.path().display();
            format!("port {port}\nbind 127.0.0.1\ndir {dir}\nrequirepass {password}\n")
        };
        let server = |follows: &str| {
            let port = free_port();
            let options = format!("masterauth {WORD}\nsave \"\"\nenable-debug-command yes\n");
            let configuration = common(port, WORD) + &options + follows;
            Daemon::start(&["redis-server"], port, &configuration)
        };
        let primary = server("");
        let replica = server(&format!("replicaof 127.0.0.1 {}\n", primary.port));
        let watch = format!(
            "sentinel monitor shop 127.0.0.1 {} 2\nsentinel auth-pass shop {WORD}\n\
             sentinel down-after-milliseconds shop 1000\nsentinel failover-timeout shop 6000\n\
             sentinel sentinel-pass {WATCHWORD}\n",
            primary.port
        );
        let sentinel = |_| {
            let port = free_port();
            Daemon::start(
                &["redis-sentinel"],
                port,
                &(common(port, WATCHWORD) + &watch),
            )
        };
        let service = Self {
            sentinels: (0..3).map(sentinel).collect(),
            servers: vec![primary, replica],
            _folder: folder,
        };
        service.until("CKQUORUM shop", "3 usable").await;
        service.until("REPLICAS shop", "slave").await;
        service
            .until("MASTER shop", "role-reported\r\n$6\r\nmaster")
            .await;
        service
    }

    fn url(&self) -> String {
        let sentinels = self.sentinels.iter();
        let hosts: Vec<String> = sentinels
            .map(|sentinel| format!("127.0.0.1:{}", sentinel.port))
            .collect();
        let hosts = hosts.join(",");
        format!("redis+sentinel://:{WORD}@{hosts}/shop?sentinel_password={WATCHWORD}")
    }

    /// Waits until every sentinel answers a question with `word` in it.
    async fn until(&self, question: &str, word: &str) {
        let begun = Instant::now();
        for sentinel in &self.sentinels {
            let question = format!("SENTINEL {question}");
            while !say(sentinel.port, WATCHWORD, &question).contains(word) {
                let answer = say(sentinel.port, WATCHWORD, &question);
                assert!(begun.elapsed() < Duration::from_secs(30), "{answer}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The answer to one command.
fn say(port: u16, password: &str, command: &str) -> String {
    let mut answer = String::new();
    if let Ok(mut line) = TcpStream::connect(("127.0.0.1", port)) {
        let words = format!("AUTH {password}\r\n{command}\r\n");
        line.write_all(words.as_bytes()).expect("sent");
        line.shutdown(Shutdown::Write).expect("said");
        line.set_read_timeout(Some(Duration::from_secs(20)))
            .expect("set");
        // What has come by the time-out counts.
        line.read_to_string(&mut answer).ok();
    }
    answer
}

/// Waits for this many requests to Amazon from now on; returns how long that took.
async fn until_asked(installation: &Installation, times: u64) -> Duration {
    let asked = || {
        let ledger = installation.simulator.ledger();
        ledger
            .operations
            .get("getItemOffersBatch")
            .map_or(0, |tally| tally.requests)
    };
    let (begun, before) = (Instant::now(), asked());
    while asked() < before + times {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{}",
            installation.logs()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_run_goes_on_at_the_replica_when_the_primary_is_killed_and_comes_back() {
    let _alone = ALONE.lock().await;
    let (postgres, mut service) = (Postgres::start().await, Service::start().await);
    let installation =
        Installation::start(&postgres.url(), &service.url(), &postgres.direct, 2).await;
    installation.until_ready().await;
    let run = installation.start_run().await;
    until_asked(&installation, 2).await;

    let killed = service.servers[0].restart(Duration::from_secs(8));
    // A few permits were given before.
    let (away, ()) = tokio::join!(until_asked(&installation, 4), killed);

    assert!(away < Duration::from_secs(15), "{away:?}");
    installation.until_complete(run).await;
    installation.until_ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_run_goes_on_at_the_replica_when_the_primary_hangs_and_comes_back() {
    let _alone = ALONE.lock().await;
    let (postgres, service) = (Postgres::start().await, Service::start().await);
    let installation =
        Installation::start(&postgres.url(), &service.url(), &postgres.direct, 2).await;
    installation.until_ready().await;
    let run = installation.start_run().await;
    until_asked(&installation, 2).await;

    // Its connections stay open. It sleeps until the last program has left it: before it is told that
    // it is a replica, it gives permits as the new one does.
    let primary = service.servers[0].port;
    let sleeps = tokio::task::spawn_blocking(move || say(primary, WORD, "DEBUG SLEEP 15"));

    installation.until_complete(run).await;
    sleeps.await.expect("no panic");
    installation.until_ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/test-servers"]
async fn a_connection_leaves_a_primary_that_still_takes_writes_after_a_fail_over() {
    let service = Service::start().await;
    let _link = connect(&RedisSettings::new(service.url()))
        .await
        .expect("connected");
    let [old, new] = [&service.servers[0], &service.servers[1]].map(|server| server.port);
    // By hand the old primary stays up, and is made a replica after eight seconds only.
    let sentinel = service.sentinels[0].port;
    let begun = Instant::now();
    while !say(sentinel, WATCHWORD, "SENTINEL FAILOVER shop").ends_with("+OK\r\n") {
        assert!(begun.elapsed() < Duration::from_secs(30), "no fail-over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let begun = Instant::now();
    while !say(new, WORD, "CLIENT LIST").contains("cmd=setrange") {
        assert!(begun.elapsed() < Duration::from_secs(30), "it stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let role = say(old, WORD, "ROLE");
    assert!(role.contains("master\r\n"), "{role}");
}

#[tokio::test]
#[ignore = "scripts/test-servers"]
async fn a_sentinel_that_cannot_help_says_what_to_do() {
    let service = Service::start().await;
    let (sentinel, server) = (service.sentinels[0].port, service.servers[0].port);
    let login = format!("?sentinel_password={WATCHWORD}");
    for (url, word) in [
        (
            format!("redis+sentinel://:{WORD}@127.0.0.1:{sentinel}/shop"),
            "sentinel_password",
        ),
        (
            format!("redis+sentinel://:{WORD}@127.0.0.1:{sentinel}/shop?sentinel_password=no"),
            "sentinel_password",
        ),
        (
            format!("redis+sentinel://:{WORD}@127.0.0.1:{sentinel}/store{login}"),
            "no service store",
        ),
        (
            format!("redis+sentinel://127.0.0.1:{sentinel}/shop{login}"),
            "refuses user or password",
        ),
        (
            format!("redis+sentinel://127.0.0.1:{server}/shop?sentinel_password={WORD}"),
            "is no sentinel",
        ),
        (
            format!("redis://:{WATCHWORD}@127.0.0.1:{sentinel}"),
            "write redis+sentinel://",
        ),
    ] {
        let fault = connect(&RedisSettings::new(&url))
            .await
            .expect_err("a fault");

        assert!(!fault.is_transient(), "{fault:?}");
        assert!(fault.to_string().contains(word), "{url}: {fault}");
    }
    let nobody = format!("redis+sentinel://127.0.0.1:{}/shop", free_port());
    let fault = connect(&RedisSettings::new(&nobody))
        .await
        .expect_err("a fault");
    assert!(matches!(fault, RedisFault::Unreachable(..)), "{fault:?}");
}
