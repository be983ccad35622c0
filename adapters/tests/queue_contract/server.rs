//! A Redis for the tests: the one at `MISEBAN_TEST_REDIS_URL`, else one that this process starts and
//! that ends with it, however it ends.

use adapters::redis::{RedisLink, RedisSettings, connect};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Runs the server until its standard input closes, which it does when this process is gone, even
/// killed; then nothing is left of it.
const UNTIL_CLOSED: &str = r#"
    dir=$1; shift
    "$@" --dir "$dir" >/dev/null & server=$!
    cat >/dev/null
    kill -CONT $server; kill -TERM $server; wait $server
    [ "$KEEP" = yes ] || rm -rf "$dir"
"#;

/// A server that is ours alone.
pub struct Server {
    port: u16,
    dir: PathBuf,
    kept: bool,
    child: Child,
}

impl Server {
    /// Starts one that keeps nothing on disk.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder").keep();
        Self::start_at(free_port(), &dir, &["--appendonly", "no"], false)
    }

    /// Starts one that writes every change to disk in `dir`, and leaves it there when it is stopped.
    pub fn start_durable(port: u16, dir: &Path) -> Self {
        let durable = ["--appendonly", "yes", "--appendfsync", "always"];
        Self::start_at(port, dir, &durable, true)
    }

    fn start_at(port: u16, dir: &Path, options: &[&str], kept: bool) -> Self {
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
            .env("KEEP", if kept { "yes" } else { "no" })
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "redis-server does not start"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        let dir = dir.to_owned();
        Self {
            port,
            dir,
            kept,
            child,
        }
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

/// A prefix that nobody else has.
pub fn own_prefix() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let no = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("test-{}-{no}", std::process::id())
}

/// A connection to the Redis at `url`, under a prefix of its own.
pub async fn link(url: &str) -> RedisLink {
    let settings = RedisSettings {
        prefix: own_prefix(),
        ..RedisSettings::new(url)
    };
    connect(&settings).await.expect("Redis answers")
}
