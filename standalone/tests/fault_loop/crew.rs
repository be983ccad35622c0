//! Producers and workers as processes of their own, to be killed, stopped and started.

use crate::servers::program;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program until standard input closes, which it does when the test is gone, even killed.
/// Prints the number of the process first.
const UNTIL_CLOSED: &str = r#"
    "$@" >/dev/null & echo $!
    cat >/dev/null
    kill -CONT $! 2>/dev/null; kill -KILL $! 2>/dev/null; wait
"#;

/// What every program of the app is told.
pub type Environment = Vec<(&'static str, String)>;

/// One process, and how it is started again.
pub struct Hand {
    name: String,
    words: Vec<&'static str>,
    environment: Environment,
    log: PathBuf,
    running: Option<Running>,
}

struct Running {
    keeper: Child,
    number: String,
}

impl Hand {
    pub fn start(name: &str, words: &[&'static str], environment: &Environment, at: &Path) -> Self {
        let mut hand = Self {
            name: name.to_owned(),
            words: words.to_vec(),
            environment: environment.clone(),
            log: at.join(format!("{name}.log")),
            running: None,
        };
        hand.run();
        hand
    }

    /// Starts it, if it is not there any more.
    pub fn run(&mut self) {
        if self.running.as_ref().is_some_and(Running::lives) {
            return;
        }
        self.leave();
        let log = File::options().append(true).create(true).open(&self.log);
        let mut keeper = Command::new("sh");
        keeper.args(["-c", UNTIL_CLOSED, "sh"]);
        keeper.arg(program(self.words[0])).args(&self.words[1..]);
        keeper.env_clear();
        keeper.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        keeper.envs(self.environment.iter().cloned());
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped());
        keeper.stderr(log.expect("a log"));
        let mut keeper = keeper.spawn().expect("sh runs");
        let mut number = String::new();
        let mut told = BufReader::new(keeper.stdout.take().expect("its output"));
        told.read_line(&mut number)
            .expect("the number of a process");
        self.running = Some(Running {
            keeper,
            number: number.trim().to_owned(),
        });
    }

    /// Sends a signal by name; a process that is gone gets none.
    pub fn signal(&self, signal: &str) {
        if let Some(running) = self.running.as_ref().filter(|running| running.lives()) {
            let mut kill = Command::new("kill");
            kill.args([&format!("-{signal}"), &running.number]);
            kill.stderr(Stdio::null()).status().expect("kill runs");
        }
    }

    /// Waits until the process has ended by itself; `false` when it did not in time.
    pub async fn ends_within(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while self.running.as_ref().is_some_and(Running::lives) {
            if begun.elapsed() > patience {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        true
    }

    /// What it has written last, for whoever looks for the cause of a failure.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(15)..];
        format!("{}:\n{}\n", self.name, last.join("\n"))
    }

    fn leave(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.keeper.stdin.take());
            running.keeper.wait().ok();
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Running {
    /// A process that has ended waits for its keeper as a zombie, and does not live.
    fn lives(&self) -> bool {
        let told = std::fs::read_to_string(format!("/proc/{}/stat", self.number));
        told.is_ok_and(|told| {
            let state = told
                .rsplit_once(") ")
                .and_then(|(_, rest)| rest.chars().next());
            state.is_some_and(|state| state != 'Z' && state != 'X')
        })
    }
}
