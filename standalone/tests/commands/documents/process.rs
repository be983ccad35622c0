//! A program that works until it is stopped, as in a terminal of its own. It ends with the test, even if the test is
//! killed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program and prints its process id; ends as the program does. Kills the program when stdin closes.
const UNTIL_CLOSED: &str = r#"
    exec 3<&0
    "$@" >"$LOG" 2>&1 3<&- & program=$!
    echo $program
    { cat <&3; kill -KILL $program 2>/dev/null; } >/dev/null &
    wait $program; exit $?
"#;

/// What is waited for comes by then, on a loaded machine, too.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Process {
    what: String,
    shell: Child,
    number: String,
    log: PathBuf,
}

impl Process {
    /// Starts `command`, which knows its environment and folder. Its output goes to `log`.
    pub fn start(what: &str, command: &Command, log: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", UNTIL_CLOSED, "sh"]);
        shell.arg(command.get_program()).args(command.get_args());
        shell.env_clear().env("LOG", log);
        let environment = command.get_envs();
        shell.envs(environment.filter_map(|(name, value)| Some((name, value?))));
        shell.current_dir(command.get_current_dir().unwrap());
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = shell.spawn().expect("sh runs");
        let mut number = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut number).unwrap();
        Self {
            what: what.to_owned(),
            shell,
            number: number.trim().to_owned(),
            log: log.to_owned(),
        }
    }

    /// Waits until `is_ready`.
    ///
    /// # Errors
    ///
    /// It has ended before; what it said.
    pub async fn until(&mut self, is_ready: impl AsyncFn() -> bool) -> Result<(), String> {
        let begun = Instant::now();
        // Another process may answer at the port of one that has ended.
        while self.shell.try_wait().unwrap().is_none() {
            if is_ready().await {
                return Ok(());
            }
            let (what, said) = (&self.what, self.said());
            assert!(begun.elapsed() < PATIENCE, "{what} is not ready: {said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(self.said())
    }

    /// Stops it as Ctrl+C or a supervisor does, and returns its exit code.
    pub fn stop(mut self) -> (Option<i32>, String) {
        assert_eq!(self.shell.try_wait().unwrap(), None, "{}", self.said());
        let kill = Command::new("kill").args(["-TERM", &self.number]).status();
        assert!(kill.unwrap().success());
        // `wait` closes stdin, which kills the program.
        let open = self.shell.stdin.take();
        let code = self.shell.wait().unwrap().code();
        drop(open);
        (code, self.said())
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    fn said(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
