//! Redis and `PostgreSQL` as a machine that misbehaves runs them, each behind a street that can be cut.

#[expect(dead_code, reason = "the contract of the store needs more of it")]
#[path = "../../../adapters/tests/store_fixture/server.rs"]
mod postgres;
#[expect(dead_code, reason = "the contract of the queue needs more of it")]
#[path = "../../../adapters/tests/queue_contract/server.rs"]
mod redis;

use crate::street::Street;
use std::path::Path;
use std::time::Duration;

/// What is still on disk when Redis comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// All that was acknowledged a second ago.
    Kept,
    /// Nothing.
    Lost,
}

/// A Redis that writes to disk as docker-compose.yml has it.
pub struct Redis {
    pub street: Street,
    port: u16,
    folder: tempfile::TempDir,
    server: Option<redis::Server>,
}

impl Redis {
    pub async fn start() -> Self {
        let port = redis::free_port();
        let mut redis = Self {
            street: Street::to(port).await,
            port,
            folder: tempfile::tempdir().expect("a folder"),
            server: None,
        };
        redis.run();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.street.port())
    }

    fn run(&mut self) {
        let server = redis::Server::start_appending(self.port, self.folder.path(), "everysec");
        self.server = Some(server);
    }

    /// Kills it, and starts it again after `pause`.
    pub async fn restart(&mut self, memory: Memory, pause: Duration) {
        self.server = None;
        if memory == Memory::Lost {
            std::fs::remove_dir_all(self.folder.path().join("appendonlydir")).ok();
        }
        tokio::time::sleep(pause).await;
        self.run();
    }

    /// Forgets everything, as somebody may tell the server itself, past the street.
    pub fn flush(&self) {
        let told = self.server.as_ref().and_then(|one| one.order("FLUSHALL"));
        assert_eq!(told.as_deref(), Some("+OK\r\n"));
    }
}

/// A `PostgreSQL` of one's own; ends with the value.
pub struct Postgres {
    pub street: Street,
    /// Its database, past the street.
    pub direct: String,
    server: postgres::Server,
}

impl Postgres {
    pub async fn start() -> Self {
        let server = postgres::Server::start();
        let url = url::Url::parse(&server.url).expect("a url");
        Self {
            street: Street::to(url.port().expect("a port")).await,
            direct: url.to_string(),
            server,
        }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.direct).expect("a url");
        url.set_port(Some(self.street.port())).expect("a port");
        url.to_string()
    }

    /// Kills it in the middle of whatever it does, and starts it again.
    pub fn restart(&mut self) {
        self.server.restart();
    }
}

/// The program of this name, built beside `miseban`.
pub fn program(name: &str) -> std::path::PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_miseban")).with_file_name(name);
    let missing = "is not built: run scripts/test, or cargo build --workspace --bins";
    assert!(program.is_file(), "{} {missing}", program.display());
    program
}
