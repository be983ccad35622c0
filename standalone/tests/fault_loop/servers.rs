//! Redis and `PostgreSQL` that tests can kill and restart, each behind a proxy that can be cut.

#[expect(dead_code, reason = "the contract of the store needs more of it")]
#[path = "../../../adapters/tests/store_fixture/server.rs"]
mod postgres;
#[expect(dead_code, reason = "the contract of the queue needs more of it")]
#[path = "../../../adapters/tests/queue_contract/server.rs"]
pub mod redis;

use crate::process::Environment;
use crate::tcp_proxy::TcpProxy;
use std::path::Path;
use std::time::Duration;

/// Each test binary starts them in its own way; this line uses both, for the compiler.
const _: () = {
    let _ = (Redis::start, Postgres::start);
};

/// The data that Redis finds on its disk when it restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskState {
    /// Everything acknowledged a second ago.
    Kept,
    /// Nothing.
    Lost,
}

/// A Redis that persists like the one in docker-compose.yml.
pub struct Redis {
    pub proxy: TcpProxy,
    port: u16,
    folder: tempfile::TempDir,
    environment: Environment,
    server: Option<redis::Server>,
}

impl Redis {
    pub async fn start() -> Self {
        Self::start_in(Environment::new()).await
    }

    /// Starts one with more environment variables.
    pub async fn start_in(environment: Environment) -> Self {
        let port = redis::free_port();
        let mut redis = Self {
            proxy: TcpProxy::to(port).await,
            port,
            folder: tempfile::tempdir().expect("a folder"),
            environment,
            server: None,
        };
        redis.run();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.proxy.port())
    }

    fn run(&mut self) {
        let (folder, environment) = (self.folder.path(), &self.environment);
        let server = redis::Server::start_appending(self.port, folder, "everysec", environment);
        self.server = Some(server);
    }

    /// Kills it, and starts it again after `pause`.
    pub async fn restart(&mut self, memory: DiskState, pause: Duration) {
        self.server = None;
        if memory == DiskState::Lost {
            std::fs::remove_dir_all(self.folder.path().join("appendonlydir")).ok();
        }
        tokio::time::sleep(pause).await;
        self.run();
    }

    /// Deletes all keys, by a direct connection.
    pub fn flush(&self) {
        self.order("FLUSHALL");
    }

    /// Refuses writes for a while, as the old master does after a fail-over.
    pub async fn reads_only(&self, lasts: Duration) {
        self.order("REPLICAOF 127.0.0.1 1");
        tokio::time::sleep(lasts).await;
        self.order("REPLICAOF NO ONE");
    }

    fn order(&self, command: &str) {
        let reply = self.server.as_ref().and_then(|one| one.send(command));
        assert_eq!(reply.as_deref(), Some("+OK\r\n"));
    }
}

/// A separate `PostgreSQL`, which stops when dropped.
pub struct Postgres {
    pub proxy: TcpProxy,
    /// The URL of its database without the proxy.
    pub direct: String,
    pub server: postgres::Server,
}

impl Postgres {
    pub async fn start() -> Self {
        Self::start_in(&Environment::new()).await
    }

    /// Starts one with more environment variables.
    pub async fn start_in(environment: &Environment) -> Self {
        let server = postgres::Server::start_in(environment);
        let url = url::Url::parse(&server.url).expect("a url");
        Self {
            proxy: TcpProxy::to(url.port().expect("a port")).await,
            direct: url.to_string(),
            server,
        }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.direct).expect("a url");
        url.set_port(Some(self.proxy.port())).expect("a port");
        url.to_string()
    }

    /// Kills it, and starts it again.
    pub fn restart(&mut self) {
        self.server.restart();
    }

    /// Refuses writes for a while, as after a fail-over that keeps connections.
    pub async fn reads_only(&self, lasts: Duration) {
        for (setting, lasts) in [("on", lasts), ("off", Duration::ZERO)] {
            let set = format!("ALTER SYSTEM SET default_transaction_read_only = {setting}");
            postgres::command(&self.direct, set).await;
            postgres::command(&self.direct, "SELECT pg_reload_conf()".to_owned()).await;
            tokio::time::sleep(lasts).await;
        }
    }
}

/// The program of this name, built beside `miseban`.
pub fn program(name: &str) -> std::path::PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_miseban")).with_file_name(name);
    let missing = "is not built: run scripts/test, or cargo build --workspace --bins";
    assert!(program.is_file(), "{} {missing}", program.display());
    program
}
