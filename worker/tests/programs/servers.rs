//! The servers that the programs share: a Redis for each test, and a database for each test on a
//! `PostgreSQL` that the tests share.

#[expect(dead_code, reason = "the contract of the store needs more of it")]
#[path = "../../../adapters/tests/store_fixture/server.rs"]
mod postgres;

pub use postgres::command;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than a server needs on a loaded machine.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// A `redis-server` that ends with the value.
pub struct Redis {
    child: Option<Child>,
    port: u16,
    folder: TempDir,
    flags: Vec<String>,
}

impl Redis {
    /// One that answers, with these flags beside the usual ones.
    pub fn start(flags: &[&str]) -> Self {
        let mut redis = Self::planned(flags);
        redis.launch();
        redis.until_it_listens();
        redis
    }

    /// One whose port is known and which is not there yet.
    pub fn planned(flags: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        Self {
            child: None,
            port: free.expect("a free port").port(),
            folder: tempfile::tempdir().expect("a folder"),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        }
    }

    /// Starts the process, with what is on its disk.
    pub fn launch(&mut self) {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(self.folder.path())
            .args(&self.flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("redis-server must be in PATH"));
    }

    pub fn url(&self) -> String {
        self.url_as("")
    }

    /// The url with this before the host: nothing, or user, password and `@`.
    pub fn url_as(&self, who: &str) -> String {
        format!("redis://{who}127.0.0.1:{}", self.port)
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // One that has ended already is as good as killed.
            let _ = child.kill();
            child.wait().expect("the server has ended");
        }
    }

    pub fn start_again(&mut self) {
        self.launch();
        self.until_it_listens();
    }

    /// Stops it without closing a connection, as a machine that hangs does.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Starts it again with more flags, without waiting until it answers.
    pub fn launch_with(&mut self, flags: &[&str]) {
        self.kill();
        self.flags
            .extend(flags.iter().map(|flag| (*flag).to_owned()));
        self.launch();
        self.until_it_listens();
    }

    /// Deletes the folder in which it saves its data.
    pub fn lose_folder(&self) {
        std::fs::remove_dir_all(self.folder.path()).expect("removed");
    }

    /// Says one command, by words without spaces, and gives the first of the answer.
    pub fn say(&self, command: &str) -> String {
        let mut to = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        to.write_all(format!("{command}\r\n").as_bytes())
            .expect("sent");
        let mut answer = [0; 512];
        let length = to.read(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    fn until_it_listens(&self) {
        let given_up = Instant::now() + STARTS_WITHIN;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < given_up, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, name: &str) {
        let child = self.child.as_ref().expect("a running server");
        signal(child.id(), name);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to one process.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(sent.expect("kill runs").success(), "{name} to {process}");
}

/// The url of a new database.
pub async fn new_database() -> String {
    postgres::new_database(postgres::url()).await
}
