//! A Redis for the tests: the server at `MISEBAN_TEST_REDIS_URL`, else one that this process
//! starts. It stops with the process, even if the process is killed.

use adapters::redis::{RedisLink, RedisSettings, connect};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Runs the server until the standard input closes, which happens even if this process is killed.
/// Then it kills the server, as a power failure would, and deletes its folder.
const UNTIL_CLOSED: &str = r#"
    dir=$1; shift
    "$@" --dir "$dir" >/dev/null & server=$!
    cat >/dev/null
    kill -KILL $server; wait $server 2>/dev/null
    [ "$KEEP" = yes ] || rm -rf "$dir"
"#;

/// More than the server needs on a loaded machine.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A separate server.
pub struct Server {
    port: u16,
    dir: PathBuf,
    kept: bool,
    child: Child,
}

impl Server {
    /// Starts a server without persistence.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder").keep();
        Self::start_at(free_port(), &dir, &["--appendonly", "no"], &[])
    }

    /// Starts a server without persistence, with these options.
    pub fn start_with(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder").keep();
        Self::start_at(free_port(), &dir, options, &[])
    }

    /// Starts a server that writes every change to disk in `dir`, which remains after the stop.
    pub fn start_durable(port: u16, dir: &Path) -> Self {
        Self::start_appending(port, dir, "always", &[])
    }

    /// The same with another `appendfsync`, and with more environment variables.
    pub fn start_appending(
        port: u16,
        dir: &Path,
        fsync: &str,
        environment: &[(&'static str, String)],
    ) -> Self {
        let options = ["--appendonly", "yes", "--appendfsync", fsync];
        Self::start_at(port, dir, &options, environment)
    }

    fn start_at(
        port: u16,
        dir: &Path,
        options: &[&str],
        environment: &[(&'static str, String)],
    ) -> Self {
        // What is written to disk is to be found there again.
        let kept = options.starts_with(&["--appendonly", "yes"]);
        let child = Command::new("sh")
            .args(["-c", UNTIL_CLOSED, "sh"])
            .arg(dir)
            .arg(binary())
            .args([
                "--port",
                &port.to_string(),
                "--save",
                "",
                "--bind",
                "127.0.0.1",
            ])
            .args(options)
            .envs(environment.iter().cloned())
            .env("KEEP", if kept { "yes" } else { "no" })
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let server = Self {
            port,
            dir: dir.to_owned(),
            kept,
            child,
        };
        server.until_it_answers();
        server
    }

    fn until_it_answers(&self) {
        let begun = Instant::now();
        while self.send("PING").as_deref() != Some("+PONG\r\n") {
            let waited = begun.elapsed();
            assert!(waited < STARTS_WITHIN, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends one command, whose words have no spaces; returns the first line of the reply, `None`
    /// if the server does not answer.
    pub fn send(&self, command: &str) -> Option<String> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        line.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(line, "{command}\r\n").ok()?;
        let mut answer = String::new();
        BufReader::new(line).read_line(&mut answer).ok()?;
        Some(answer)
    }

    /// Waits until another server, told to follow this one, has all of its data.
    pub async fn until_followed(&self) {
        while self.send("WAIT 1 100").as_deref() != Some(":1\r\n") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
        if !self.kept {
            std::fs::remove_dir_all(&self.dir).ok();
        }
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

fn binary() -> &'static str {
    static FOUND: OnceLock<&str> = OnceLock::new();
    FOUND.get_or_init(|| {
        let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
        ["redis-server", "valkey-server"].into_iter().find(runs).expect(
            "neither redis-server nor valkey-server is in the path: install one (apt-get install \
             redis-server, brew install redis), or set MISEBAN_TEST_REDIS_URL to a Redis for tests",
        )
    })
}

/// The Redis that the tests share.
pub fn shared_url() -> String {
    static SHARED: OnceLock<Server> = OnceLock::new();
    std::env::var("MISEBAN_TEST_REDIS_URL")
        .unwrap_or_else(|_| SHARED.get_or_init(Server::start).url())
}

/// A unique prefix.
pub fn own_prefix() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let no = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("test-{}-{no}", std::process::id())
}

/// A connection to the Redis at `url`, with its own prefix.
pub async fn link(url: &str) -> RedisLink {
    let settings = RedisSettings {
        prefix: own_prefix(),
        ..RedisSettings::new(url)
    };
    connect(&settings).await.expect("Redis answers")
}

/// A connection to the Redis at `url` with the prefix of another one, as a second process has.
pub async fn link_beside(url: &str, other: &RedisLink) -> RedisLink {
    let settings = RedisSettings {
        prefix: other.prefix().to_owned(),
        ..RedisSettings::new(url)
    };
    connect(&settings).await.expect("Redis answers")
}
