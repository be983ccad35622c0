//! A `PostgreSQL` server for tests: the one that `MISEBAN_TEST_POSTGRES_URL` names, or one that this
//! process starts for itself, and new databases on it.

use sqlx::Connection as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A separate server, which ends with the value.
pub struct Server {
    /// Its first database, as its superuser.
    pub url: String,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

impl Server {
    /// Starts one; panics when that fails.
    pub fn start() -> Self {
        Self::start_in(&[])
    }

    /// Starts one with more environment variables.
    pub fn start_in(environment: &[(&'static str, String)]) -> Self {
        // Each room's tests are beside the others'.
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../adapters/tests/store_fixture/postgres-server"
        );
        let mut process = Command::new(script)
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{script}: {error}"));
        let orders = process.stdin.take().expect("its input");
        let mut answers = BufReader::new(process.stdout.take().expect("its output"));
        let mut url = String::new();
        answers.read_line(&mut url).expect("its url");
        assert!(
            url.starts_with("postgres://"),
            "there is no PostgreSQL to test on: run scripts/test, or set MISEBAN_TEST_POSTGRES_URL \
             to the url of a superuser of a server for tests"
        );
        Self {
            url: url.trim().to_owned(),
            orders,
            answers,
            _process: process,
        }
    }

    /// Kills it without a shutdown, and starts it again.
    pub fn restart(&mut self) {
        assert_eq!(self.order("restart"), "ready");
    }

    /// Kills it without a shutdown.
    pub fn stop(&mut self) {
        assert_eq!(self.order("stop"), "ready");
    }

    /// Starts a replica, which ends with this value, and returns its url. It only reads.
    pub fn start_replica(&mut self) -> String {
        self.order("replica")
    }

    /// Makes the replica a primary.
    pub fn promote_replica(&mut self) {
        assert_eq!(self.order("promote"), "ready");
    }

    fn order(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").expect("it listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        answer.trim().to_owned()
    }
}

/// The url of the server that the tests of this process share.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        std::env::var("MISEBAN_TEST_POSTGRES_URL").unwrap_or_else(|_| {
            // Runs until this process ends and thereby closes the pipe to it.
            let server = Box::leak(Box::new(Server::start()));
            server.url.clone()
        })
    })
}

/// The url of another database, or of another user, on the server of `url`.
pub fn elsewhere(url: &str, user: Option<&str>, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a url");
    let (place, _) = rest.split_once('/').unwrap_or((rest, ""));
    let (own, host) = place.split_once('@').expect("a user in the url");
    format!("{scheme}://{}@{host}/{database}", user.unwrap_or(own))
}

/// Executes a statement as the superuser.
pub async fn command(url: &str, sql: String) {
    sqlx::any::install_default_drivers();
    let on = sqlx::AnyConnection::connect(url).await;
    let mut on = on.expect("a connection");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut on)
        .await
        .expect("done");
    on.close().await.expect("closed");
}

/// The url of a new, empty database on the server of `url`.
pub async fn new_database(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("miseban_test_{}_{count}", std::process::id());
    command(url, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    command(url, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
    elsewhere(url, None, &name)
}
