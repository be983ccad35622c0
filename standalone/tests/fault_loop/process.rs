//! Producers and workers as separate processes, which tests kill, stop and start.

use crate::servers::program;
use crate::shifted_clock::ShiftedClock;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program until stdin closes, so that it ends with the test, even if the test is killed.
/// Prints the process id first.
const UNTIL_CLOSED: &str = r#"
    "$@" >/dev/null & echo $!
    cat >/dev/null
    kill -CONT $! 2>/dev/null; kill -KILL $! 2>/dev/null; wait
"#;

/// The environment variables of every program.
pub type Environment = Vec<(&'static str, String)>;

/// A process, and how to start it again.
pub struct Process {
    name: String,
    words: Vec<&'static str>,
    environment: Environment,
    /// The clock of its machine.
    pub clock: ShiftedClock,
    log: PathBuf,
    running: Option<Running>,
}

struct Running {
    shell: Child,
    number: String,
}

impl Process {
    pub fn start(name: &str, words: &[&'static str], environment: &Environment, at: &Path) -> Self {
        let mut process = Self {
            name: name.to_owned(),
            words: words.to_vec(),
            environment: environment.clone(),
            clock: ShiftedClock::right(at, &format!("{name}.clock")),
            log: at.join(format!("{name}.log")),
            running: None,
        };
        process.run();
        process
    }

    /// Starts the process unless it is running.
    pub fn run(&mut self) {
        if self.running.as_ref().is_some_and(Running::is_alive) {
            return;
        }
        self.stop();
        let log = File::options().append(true).create(true).open(&self.log);
        let mut shell = Command::new("sh");
        shell.args(["-c", UNTIL_CLOSED, "sh"]);
        shell.arg(program(self.words[0])).args(&self.words[1..]);
        shell.env_clear();
        shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        shell.envs(self.environment.iter().cloned());
        shell.envs(self.clock.environment());
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        shell.stderr(log.expect("a log"));
        let mut shell = shell.spawn().expect("sh runs");
        let mut number = String::new();
        let mut output = BufReader::new(shell.stdout.take().expect("its output"));
        output
            .read_line(&mut number)
            .expect("the number of a process");
        self.running = Some(Running {
            shell,
            number: number.trim().to_owned(),
        });
    }

    /// Sends a signal by name; does nothing if the process has ended.
    pub fn signal(&self, signal: &str) {
        if let Some(running) = self.running.as_ref().filter(|running| running.is_alive()) {
            let mut kill = Command::new("kill");
            kill.args([&format!("-{signal}"), &running.number]);
            kill.stderr(Stdio::null()).status().expect("kill runs");
        }
    }

    /// Waits until the process has ended; `false` on a time-out.
    pub async fn ends_within(&self, timeout: Duration) -> bool {
        let begun = Instant::now();
        while self.running.as_ref().is_some_and(Running::is_alive) {
            if begun.elapsed() > timeout {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        true
    }

    /// All of its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The end of its log, for failure messages.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(15)..];
        format!("{}:\n{}\n", self.name, last.join("\n"))
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.shell.stdin.take());
            running.shell.wait().ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    /// An ended process is a zombie until its shell waits for it, and counts as not alive.
    fn is_alive(&self) -> bool {
        let output = std::fs::read_to_string(format!("/proc/{}/stat", self.number));
        output.is_ok_and(|output| {
            let state = output
                .rsplit_once(") ")
                .and_then(|(_, rest)| rest.chars().next());
            state.is_some_and(|state| state != 'Z' && state != 'X')
        })
    }
}
