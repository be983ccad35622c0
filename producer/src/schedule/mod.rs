//! The schedule loop of `miseban serve` and `producer serve`.
//!
//! Once a second the leader starts the runs that are due, refreshes tokens, deletes expired
//! history, sends lost messages again, and reports the runs that have ended. Each step decides by
//! the rows, so a leader can stop at any point and another one continues.

mod basic_info;
mod leader;
mod reconcile;
mod retention;
mod runs;
mod tokens;

pub use leader::{LeaderLease, Leadership, is_led};
pub use retention::RetentionCleanup;
pub use runs::RunScheduler;
pub use tokens::TokenRefresher;

use crate::lost_messages::LostMessages;
use crate::resume::resume;
use app::config::Work;
use app::health::{Health, Heartbeat};
use app::outage::Outage;
use app::run_ping::RunPing;
use shared::domain::report::Report;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use std::fmt;
use std::time::Duration;

/// Pause between two ticks; well below the 10 s of the leader lease.
const TICK: Duration = Duration::from_secs(1);
/// Ticks from one search for lost messages to the next.
const TICKS_PER_REQUEUE: u32 = 5;

/// Everything that happens by the clock, in one loop.
pub struct Scheduler {
    ctx: Context,
    work: Work,
    heartbeat: Heartbeat,
    outage: Outage,
    /// Whether a step of this tick failed.
    failed: bool,
    /// `None` while another producer leads.
    runs: Option<RunScheduler>,
    tokens: TokenRefresher,
    retention: RetentionCleanup,
    lost: LostMessages,
    ping: RunPing,
}

impl Scheduler {
    /// A scheduler that resumes the open runs when it becomes the leader, and reports to `health`.
    pub fn new(ctx: Context, work: Work, health: &Health) -> Self {
        Self {
            tokens: TokenRefresher::new(ctx.clone()),
            retention: RetentionCleanup::new(ctx.clone()),
            lost: LostMessages::new(ctx.clone()),
            runs: None,
            ping: RunPing::default(),
            ctx,
            work,
            heartbeat: health.heartbeat("schedule"),
            outage: health.outage("schedule"),
            failed: false,
        }
    }

    /// Leads from the first tick; the caller has resumed the `open` runs.
    #[must_use]
    pub fn with_resumed(mut self, open: Vec<RunId>) -> Self {
        self.runs = Some(self.configure(open));
        self
    }

    /// Tells by `ping` of each run that has ended.
    #[must_use]
    pub fn pinging(mut self, ping: RunPing) -> Self {
        self.ping = ping;
        self
    }

    /// Runs until `on_report` fails, and returns that error. `on_report` gets the report of each
    /// run that has ended or is held. May be dropped at any await.
    pub async fn run<E>(
        mut self,
        leadership: &Leadership,
        mut on_report: impl FnMut(&Report) -> Result<(), E>,
    ) -> E {
        let mut ticks: u32 = 0;
        loop {
            for report in self.tick(leadership, ticks).await {
                self.ping.ended(&report);
                if let Err(error) = on_report(&report) {
                    return error;
                }
            }
            ticks = ticks.wrapping_add(1);
            tokio::time::sleep(TICK).await;
        }
    }

    async fn tick(&mut self, leadership: &Leadership, ticks: u32) -> Vec<Report> {
        match leadership.acquire().await {
            Ok(true) => {
                let mut runs = match self.runs.take() {
                    Some(runs) => runs,
                    None => self.take_over().await,
                };
                let reports = self.lead(&mut runs, ticks).await;
                self.runs = Some(runs);
                return reports;
            }
            Ok(false) => {
                self.runs = None;
                self.heartbeat.answered();
                self.outage.up();
            }
            Err(error) => {
                self.heartbeat.failed();
                self.note_failure("could not renew the leader lease", &error);
            }
        }
        Vec::new()
    }

    /// One tick of the leader. The heartbeat beats after each step, since each may take some seconds.
    async fn lead(&mut self, runs: &mut RunScheduler, ticks: u32) -> Vec<Report> {
        self.failed = false;
        runs.start_due().await;
        self.heartbeat.answered();
        if let Err(error) = self.tokens.refresh_due().await {
            self.note_failure("could not read the age of the tokens", &error);
        }
        let deleted = self.retention.delete_some().await;
        self.heartbeat.beat(&deleted);
        if let Err(error) = deleted {
            self.note_failure("could not delete expired history", &error);
        }
        let is_whole = ticks.is_multiple_of(TICKS_PER_REQUEUE);
        if is_whole {
            let requeued = self.lost.send_again().await;
            self.heartbeat.beat(&requeued);
            if let Err(error) = requeued {
                self.note_failure("could not search for lost messages", &error);
            }
        }
        let reports = runs.new_reports().await;
        self.heartbeat.beat(&reports);
        let reports = reports.unwrap_or_else(|error| {
            self.note_failure("could not read the reports of ended runs", &error);
            Vec::new()
        });
        // A tick without the search cannot tell that an outage of the queue is over.
        if is_whole && !self.failed {
            self.outage.up();
        }
        reports
    }

    /// The next tick tries again.
    fn note_failure(&mut self, what: &str, error: &dyn fmt::Display) {
        self.failed = true;
        self.outage.down(&format_args!("{what}: {error}"));
    }

    async fn take_over(&self) -> RunScheduler {
        tracing::info!("this producer leads");
        let resumed = resume(&self.ctx).await;
        let open = resumed.unwrap_or_else(|error| {
            tracing::warn!(%error, "could not resume the open runs; the search for lost messages will");
            Vec::new()
        });
        self.configure(open)
    }

    fn configure(&self, open: Vec<RunId>) -> RunScheduler {
        RunScheduler::new(self.ctx.clone(), self.work.schedule.clone(), open)
            .telling(&self.outage)
            .with_basic_info_every(self.work.basic_info_every_days)
            .with_reconcile_at(self.work.reconcile_at)
    }
}
