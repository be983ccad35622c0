//! Starts one run after the other, and waits for their ends.

use crate::installation::Programs;
use crate::person;
use adapters::store::SqlStore;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::RunQueries as _;
use simulator::Simulator;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest time of a run during faults; an undisturbed run takes 20 s. A shop waits for a minute when
/// the worker that renews its tokens is killed, which happens several times in some runs.
const RUN_ENDS_WITHIN: Duration = Duration::from_secs(300);

/// Follows the runs of an installation.
pub struct Follow<'a> {
    pub store: &'a SqlStore,
    pub programs: Programs,
    pub simulator: Arc<Simulator>,
}

impl Follow<'_> {
    /// Runs one after the other until `lasts` is over and the last run has ended; returns their
    /// number.
    pub async fn run_after_run(&self, lasts: Duration) -> u32 {
        let begun = Instant::now();
        let mut runs = 0;
        while begun.elapsed() < lasts {
            self.simulator.move_market(24);
            self.whole(RunKind::PriceStock).await;
            person::authorises_what_needs_it(&self.programs).await;
            runs += 1;
        }
        runs
    }

    /// A whole run: the one that is open, or a new one.
    pub async fn whole(&self, kind: RunKind) -> RunId {
        let run = self.open(kind).await;
        self.ended(run).await;
        run
    }

    async fn open(&self, kind: RunKind) -> RunId {
        let begun = Instant::now();
        loop {
            let open = self.store.runs(true, 10).await.unwrap_or_default();
            if let Some(run) = open.into_iter().find(|run| run.kind == kind) {
                return run.id;
            }
            assert!(begun.elapsed() < RUN_ENDS_WITHIN, "no run can be started");
            let mut start = self.programs.command("producer");
            start.args(["run", kind.as_str()]);
            // A failed start (Redis unavailable, or another run was faster) is retried.
            tokio::task::spawn_blocking(move || start.output())
                .await
                .expect("no panic")
                .expect("the program starts");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ended(&self, run: RunId) {
        let begun = Instant::now();
        loop {
            // An unavailable database says nothing about the run.
            if let Ok(Some(row)) = self.store.run(run).await
                && !row.state.is_open()
            {
                return;
            }
            assert!(
                begun.elapsed() < RUN_ENDS_WITHIN,
                "run {run} hangs: {:?}{}",
                self.store.run_view(run).await,
                self.seen_by_a_person()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What the commands tell a person about a run that hangs.
    fn seen_by_a_person(&self) -> String {
        let commands: [&[&str]; 5] = [
            &["status"],
            &["list", "waiting"],
            &["list", "failed"],
            &["queues", "ls"],
            &["queues", "show", "update"],
        ];
        let seen = commands.map(|arguments| {
            let mut program = self.programs.command("miseban");
            let output = program.args(arguments).args(["--lang", "en"]).output();
            let output = output.expect("the program starts");
            let (shown, error) = (output.stdout, output.stderr);
            let shown = [shown, error].map(|text| String::from_utf8_lossy(&text).into_owned());
            format!("\n--- {}\n{}", arguments.join(" "), shown.concat())
        });
        seen.concat()
    }
}
