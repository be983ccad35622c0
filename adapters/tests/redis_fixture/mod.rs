//! A Redis for tests: the server at `MISEBAN_TEST_REDIS_URL`, else a `redis-server` that the test
//! starts. Each test gets its own prefix.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use adapters::redis::{RedisLink, RedisSettings, connect};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// Each test binary uses other methods; this line uses all of them, for the compiler.
const _: () = {
    let _ = (TestRedis::open, TestRedis::own, TestRedis::link);
    let _ = (
        TestRedis::run,
        TestRedis::stop,
        TestRedis::start,
        TestRedis::url,
        TestRedis::link_through,
        TestRedis::port,
    );
};

/// A Redis for one test; a server that the test started stops on drop.
pub struct TestRedis {
    url: String,
    prefix: String,
    own: Option<Server>,
}

struct Server {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl TestRedis {
    /// The Redis at `MISEBAN_TEST_REDIS_URL`, or a new server.
    pub async fn open() -> Self {
        match std::env::var("MISEBAN_TEST_REDIS_URL") {
            Ok(url) => Self {
                url,
                prefix: format!("test-{}", Uuid::now_v7().simple()),
                own: None,
            },
            Err(_) => Self::own().await,
        }
    }

    /// A new server, which the test may empty and stop.
    pub async fn own() -> Self {
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
            let mut server = Server {
                port: port.unwrap().port(),
                folder: tempfile::tempdir().unwrap(),
                child: Command::new("true").spawn().unwrap(),
            };
            server.start();
            if server.answers().await {
                return Self {
                    url: format!("redis://127.0.0.1:{}", server.port),
                    prefix: "test".to_owned(),
                    own: Some(server),
                };
            }
        }
        panic!("redis-server starts but does not answer");
    }

    /// A separate connection, as another process would have.
    pub async fn link(&self) -> RedisLink {
        self.link_over(&self.url).await
    }

    /// The same through a proxy on this port.
    pub async fn link_through(&self, port: u16) -> RedisLink {
        self.link_over(&format!("redis://127.0.0.1:{port}")).await
    }

    async fn link_over(&self, url: &str) -> RedisLink {
        let settings = RedisSettings {
            prefix: self.prefix.clone(),
            response_timeout: Duration::from_secs(2),
            ..RedisSettings::new(url)
        };
        connect(&settings).await.unwrap()
    }

    /// The port of a server of its own.
    pub fn port(&self) -> u16 {
        self.own.as_ref().expect("a server of its own").port
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs one command.
    pub async fn run(&self, words: &[&str]) -> redis::Value {
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(word);
        }
        let client = redis::Client::open(self.url.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        command.query_async(&mut connection).await.unwrap()
    }

    /// Kills the server, as a power failure would.
    pub fn stop(&mut self) {
        let server = self.own.as_mut().expect("a server of its own");
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }

    /// Restarts a stopped server with the data on its disk.
    pub async fn start(&mut self) {
        let server = self.own.as_mut().expect("a server of its own");
        server.start();
        assert!(server.answers().await, "redis-server does not restart");
    }
}

impl Server {
    fn start(&mut self) {
        self.child.wait().ok();
        self.child = Command::new("redis-server")
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server must be in PATH, or MISEBAN_TEST_REDIS_URL be set");
    }

    /// Whether it answers within two seconds, and is not somebody else's.
    async fn answers(&mut self) -> bool {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let client = redis::Client::open(("127.0.0.1", self.port)).unwrap();
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
                let pong: redis::RedisResult<String> =
                    redis::cmd("PING").query_async(&mut connection).await;
                if pong.is_ok() {
                    return true;
                }
            }
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
