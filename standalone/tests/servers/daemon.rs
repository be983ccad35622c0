//! Servers of Debian that tests configure and start themselves: pgbouncer, haproxy.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a server until the standard input closes, which happens even if this process is killed.
const UNTIL_CLOSED: &str = r#"
    log=$1; shift
    "$@" >>"$log" 2>&1 & server=$!
    cat >/dev/null
    kill -KILL $server; wait $server 2>/dev/null
"#;

/// A server with a configuration file, which stops when dropped.
pub struct Daemon {
    pub port: u16,
    words: Vec<String>,
    folder: tempfile::TempDir,
    shell: Option<Child>,
}

impl Daemon {
    /// Writes the configuration to a file and starts `words` with its path as the last argument.
    /// The server has to listen on `port`.
    pub fn start(words: &[&str], port: u16, configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("configuration");
        std::fs::write(&path, configuration).expect("written");
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        words.push(path.display().to_string());
        let mut daemon = Self {
            port,
            words,
            folder,
            shell: None,
        };
        daemon.run();
        daemon
    }

    /// Kills it, and starts it again after `pause`.
    pub async fn restart(&mut self, pause: Duration) {
        self.stop();
        tokio::time::sleep(pause).await;
        self.run();
    }

    fn run(&mut self) {
        let log = self.folder.path().join("log");
        let mut shell = Command::new("sh");
        shell.args(["-c", UNTIL_CLOSED, "sh"]).arg(&log);
        shell.args(&self.words).stdin(Stdio::piped());
        self.shell = Some(shell.spawn().expect("sh runs"));
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let late = begun.elapsed() > Duration::from_secs(20);
            assert!(!late, "{:?}: {}", self.words, read(&log));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            shell.wait().ok();
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}
