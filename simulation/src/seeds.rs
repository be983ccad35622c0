//! Runs many seeds, each in a process of its own, and counts what they found.

use crate::child::{ChildOrder, places};
use crate::reached::Reached;
use crate::seed_report::SeedReport;
use crate::shrink::shrunk;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A plan is run again at most so often to shrink it.
const SHRINK_RUNS: usize = 60;

/// Which seeds are run, and how.
#[derive(Debug, Clone)]
pub struct SeedsOrder {
    /// The seeds.
    pub seeds: Range<u64>,
    /// No seed begins later than this after the start.
    pub within: Option<Duration>,
    /// Processes at a time.
    pub jobs: usize,
    /// How each is run.
    pub child: ChildOrder,
    /// How many failing seeds are shrunk.
    pub shrinks: usize,
}

/// What they found.
#[derive(Debug, Default)]
pub struct SeedsReport {
    /// The seeds that were run.
    pub seeds: u64,
    /// Their virtual days together.
    pub days: f64,
    /// How long it took.
    pub took: Duration,
    /// Planned faults by kind.
    pub faults: BTreeMap<String, u64>,
    /// Branches that were reached, with the number of seeds.
    pub reached: BTreeMap<String, u64>,
    /// The failing seeds, each with a readable text.
    pub failures: Vec<(u64, String)>,
}

/// Runs the seeds.
pub fn run_seeds(order: &SeedsOrder) -> SeedsReport {
    let begun = Instant::now();
    let next = AtomicU64::new(order.seeds.start);
    let found: Mutex<Vec<(u64, anyhow::Result<SeedReport>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..order.jobs.max(1) {
            scope.spawn(|| {
                while order.within.is_none_or(|within| begun.elapsed() < within) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= order.seeds.end {
                        return;
                    }
                    let report = order.child.run(seed, None);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.push((seed, report));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(seed, _)| *seed);
    let mut whole = SeedsReport {
        took: begun.elapsed(),
        ..SeedsReport::default()
    };
    for (seed, report) in found {
        whole.add(seed, report, order);
    }
    whole
}

impl SeedsReport {
    fn add(&mut self, seed: u64, report: anyhow::Result<SeedReport>, order: &SeedsOrder) {
        self.seeds += 1;
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                let replay = replay(seed, order.child.hours, "");
                self.failures.push((seed, format!("{error:#}{replay}")));
                return;
            }
        };
        self.days += report.days;
        for (kind, count) in &report.faults {
            *self.faults.entry(kind.clone()).or_default() += count;
        }
        for name in &report.reached {
            *self.reached.entry(name.clone()).or_default() += 1;
        }
        if let Some((rule, text)) = &report.broken {
            let shrinks = self.failures.len() < order.shrinks;
            let kept = shrinks.then(|| shrink(&report, rule, &order.child));
            let text = failure(&report, text, kept.as_deref(), order.child.hours);
            self.failures.push((seed, text));
        }
    }

    /// The report as text.
    pub fn text(&self) -> String {
        let minutes = self.took.as_secs_f64() / 60.0;
        let mut text = String::new();
        // Writing to a string cannot fail.
        for (seed, failure) in &self.failures {
            let _ = writeln!(text, "seed {seed} FAILS: {failure}\n");
        }
        let _ = writeln!(text, "faults by kind:");
        for (kind, count) in &self.faults {
            let _ = writeln!(text, "  {count:>7} {kind}");
        }
        let _ = writeln!(text, "branches by seeds that reached them:");
        for (name, count) in &self.reached {
            let _ = writeln!(text, "  {count:>7} {name}");
        }
        let known: BTreeSet<String> = Reached::all().into_iter().collect();
        let never: Vec<_> = known
            .iter()
            .filter(|one| !self.reached.contains_key(*one))
            .collect();
        let _ = writeln!(text, "reached by no seed: {never:?}");
        let _ = writeln!(
            text,
            "{} seeds, {} failures, {:.2} simulated days in {minutes:.2} min: {:.1} seeds/min, {:.1} days/min",
            self.seeds,
            self.failures.len(),
            self.days,
            per(self.seeds, minutes),
            self.days / minutes,
        );
        text
    }
}

fn per(count: u64, minutes: f64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / minutes
}

fn shrink(report: &SeedReport, rule: &str, child: &ChildOrder) -> Vec<usize> {
    let faults = usize::try_from(report.faults.values().sum::<u64>()).unwrap_or(0);
    shrunk(faults, SHRINK_RUNS, |kept| {
        let again = child.run(report.seed, Some(kept));
        again.is_ok_and(|again| again.broken.is_some_and(|(found, _)| found == rule))
    })
}

fn failure(report: &SeedReport, text: &str, kept: Option<&[usize]>, hours: u64) -> String {
    let only = kept.map(|kept| format!(" --only={}", places(kept)));
    let about = report.about.as_ref();
    let about = about.map(|about| format!(" {about}"));
    let more = only.unwrap_or_default() + &about.unwrap_or_default();
    text.to_owned() + &replay(report.seed, hours, &(more + " --plan"))
}

/// The line with the command that runs a seed again.
fn replay(seed: u64, hours: u64, more: &str) -> String {
    let program = "cargo run --release -p simulation --bin simulate --";
    format!("\n  replay: {program} --seed {seed} --hours {hours}{more}")
}
