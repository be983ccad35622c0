//! Runs one seed in a process of its own, and waits for it no longer than a seed may take.

use crate::seed_report::SeedReport;
use anyhow::Context as _;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// From one look whether a process has ended to the next.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How seeds are run.
#[derive(Debug, Clone)]
pub struct ChildOrder {
    /// The program `simulate`.
    pub program: PathBuf,
    /// As its `--hours`.
    pub hours: u64,
    /// A seed that takes longer hangs: it is stopped.
    pub hangs_after: Duration,
}

impl ChildOrder {
    /// In real time, on a loaded machine.
    pub const HANGS_AFTER: Duration = Duration::from_secs(120);

    /// Runs one seed, with all faults of its plan or only some.
    ///
    /// # Errors
    ///
    /// When the process cannot be started, hangs, or ends without a report: it panicked.
    pub fn run(&self, seed: u64, only: Option<&[usize]>) -> anyhow::Result<SeedReport> {
        let mut command = Command::new(&self.program);
        command.args(["--json", "--seed"]).arg(seed.to_string());
        command.args(["--hours", &self.hours.to_string()]);
        if let Some(only) = only {
            command.arg(format!("--only={}", places(only)));
        }
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().context("cannot start a process")?;
        let ended = self.end_of(child)?;
        let line = ended.output.lines().last().unwrap_or_default();
        serde_json::from_str(line).with_context(|| {
            let last: Vec<&str> = ended.errors.lines().rev().take(12).collect();
            let last: Vec<&str> = last.into_iter().rev().collect();
            format!("no report ({}): {}", ended.status, last.join("\n    "))
        })
    }

    fn end_of(&self, mut child: Child) -> anyhow::Result<ChildEnd> {
        let begun = Instant::now();
        let output = read(child.stdout.take());
        let errors = read(child.stderr.take());
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if begun.elapsed() > self.hangs_after {
                child.kill()?;
                child.wait()?;
                let seconds = self.hangs_after.as_secs_f64();
                anyhow::bail!("hangs: it has not ended within {seconds:.0} s");
            }
            thread::sleep(LOOK_EVERY);
        };
        Ok(ChildEnd {
            status,
            output: output.join().unwrap_or_default(),
            errors: errors.join().unwrap_or_default(),
        })
    }
}

/// What an ended process has left.
struct ChildEnd {
    status: ExitStatus,
    output: String,
    errors: String,
}

/// Reads a pipe to its end on a thread of its own: a process waits for the reader of a full one.
fn read(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is shown.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The places as `--only` takes them; `none` keeps no fault.
pub fn places(kept: &[usize]) -> String {
    let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
    if kept.is_empty() {
        "none".to_owned()
    } else {
        kept.join(",")
    }
}
