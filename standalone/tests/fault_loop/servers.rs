//! Redis and `PostgreSQL` as a machine that misbehaves runs them, each behind a street that can be cut.

use crate::street::Street;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program until standard input closes, which it does when the test is gone, even killed.
/// Prints the number of the process first.
pub const UNTIL_CLOSED: &str = r#"
    "$@" >/dev/null & echo $!
    cat >/dev/null
    kill -CONT $! 2>/dev/null; kill -KILL $! 2>/dev/null; wait
"#;

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
    process: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let port = free_port();
        let mut redis = Self {
            street: Street::to(port).await,
            port,
            folder: tempfile::tempdir().expect("a folder"),
            process: None,
        };
        redis.run();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.street.port())
    }

    fn run(&mut self) {
        let mut server = Command::new("sh");
        server.args([
            "-c",
            UNTIL_CLOSED,
            "sh",
            "redis-server",
            "--bind",
            "127.0.0.1",
        ]);
        server.args(["--port", &self.port.to_string(), "--save", ""]);
        server.args(["--appendonly", "yes", "--appendfsync", "everysec"]);
        server.arg("--dir").arg(self.folder.path());
        server.stdin(Stdio::piped()).stdout(Stdio::null());
        self.process = Some(server.spawn().expect("sh runs"));
        let begun = Instant::now();
        while self
            .order(&["PING"])
            .is_none_or(|answer| !answer.contains("PONG"))
        {
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(30),
                "redis-server does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, and starts it again after `pause`.
    pub async fn restart(&mut self, memory: Memory, pause: Duration) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().expect("it has ended");
        }
        if memory == Memory::Lost {
            std::fs::remove_dir_all(self.folder.path().join("appendonlydir")).ok();
        }
        tokio::time::sleep(pause).await;
        self.run();
    }

    /// Says something to the server itself, past the street.
    pub fn order(&self, words: &[&str]) -> Option<String> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        line.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        writeln!(line, "{}", words.join(" ")).ok()?;
        let mut answer = String::new();
        BufReader::new(line).read_line(&mut answer).ok()?;
        Some(answer)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().ok();
        }
    }
}

/// A `PostgreSQL` of one's own; ends with the value.
pub struct Postgres {
    pub street: Street,
    /// Its database, past the street.
    pub direct: String,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

impl Postgres {
    pub async fn start() -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../adapters/tests/store_fixture/postgres-server"
        );
        let mut server = Command::new(script);
        server.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = server.spawn().expect("the script runs");
        let orders = process.stdin.take().expect("its input");
        let mut answers = BufReader::new(process.stdout.take().expect("its output"));
        let mut url = String::new();
        answers.read_line(&mut url).expect("its url");
        let url = url::Url::parse(url.trim()).expect("PostgreSQL starts; scripts/test installs it");
        Self {
            street: Street::to(url.port().expect("a port")).await,
            direct: url.to_string(),
            orders,
            answers,
            _process: process,
        }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.direct).expect("a url");
        url.set_port(Some(self.street.port())).expect("a port");
        url.to_string()
    }

    /// Kills it in the middle of whatever it does, and starts it again.
    pub fn restart(&mut self) {
        self.orders.write_all(b"restart\n").expect("it listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        assert_eq!(answer, "ready\n");
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

/// The program of this name, built beside `miseban`.
pub fn program(name: &str) -> std::path::PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_miseban")).with_file_name(name);
    let missing = "is not built: run scripts/test, or cargo build --workspace --bins";
    assert!(program.is_file(), "{} {missing}", program.display());
    program
}
