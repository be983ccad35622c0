//! `simulate`: runs seeds, and replays them.
//!
//! A seed is run in a process of its own, so that it gives the same history whatever ran before it.

use anyhow::Context as _;
use clap::Parser;
use simulation::about::{About, lines_about};
use simulation::child::ChildOrder;
use simulation::heard_remedies::HeardRemedies;
use simulation::oracle::{Oracle, WATCH};
use simulation::plan::{Plan, plan_of};
use simulation::run::{History, Order, run};
use simulation::scenario::Scenario;
use simulation::seed_report::SeedReport;
use simulation::seeds::{SeedsOrder, run_seeds};
use simulation::trace::TraceKind;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Runs Miseban in virtual time, from a seed, with the faults that the seed draws
#[derive(Debug, Parser)]
#[command(name = "simulate")]
struct SimulateCli {
    /// The seed, or the first of --seeds
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run so many seeds, each in a process of its own
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// Begin no seed later than this
    #[arg(long, value_name = "M", requires = "seeds")]
    minutes: Option<f64>,
    /// Processes at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Failing seeds whose plans are shrunk
    #[arg(long, default_value_t = 3)]
    shrink: usize,
    /// Hours during which things go wrong, about
    #[arg(long, default_value_t = 3)]
    hours: u64,
    /// Only these faults of the plan, by their places; `none` for no faults
    #[arg(long, value_delimiter = ',', value_name = "PLACES")]
    only: Option<Vec<String>>,
    /// Print the plan
    #[arg(long)]
    plan: bool,
    /// Print the whole history
    #[arg(long)]
    trace: bool,
    /// Print the history of a run: `id-7` as in a history, or its number, counted from 1
    #[arg(long, value_name = "RUN")]
    run: Vec<String>,
    /// Print the history of the listings of an ASIN, or of an item
    #[arg(long, value_name = "ASIN|ITEM")]
    listing: Vec<String>,
    /// Print the lines of the history with this text, as a shop
    #[arg(long, value_name = "TEXT")]
    about: Vec<String>,
    /// Print one line of JSON and nothing else
    #[arg(long)]
    json: bool,
    /// The product's log of this level on stderr
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
}

fn main() -> ExitCode {
    let cli = SimulateCli::parse();
    let done = match cli.seeds {
        Some(seeds) => many(&cli, seeds),
        None => one(&cli),
    };
    done.unwrap_or_else(|error| {
        // A reader that is gone needs no text.
        let _ = writeln!(std::io::stderr(), "simulate: {error:#}");
        ExitCode::from(2)
    })
}

fn many(cli: &SimulateCli, seeds: u64) -> anyhow::Result<ExitCode> {
    let report = run_seeds(&SeedsOrder {
        seeds: cli.seed..cli.seed + seeds,
        within: cli
            .minutes
            .map(|minutes| Duration::from_secs_f64(minutes * 60.0)),
        jobs: cli.jobs,
        child: ChildOrder {
            program: std::env::current_exe().context("this program has no path")?,
            hours: cli.hours,
            hangs_after: ChildOrder::HANGS_AFTER,
        },
        shrinks: cli.shrink,
    });
    write!(std::io::stdout(), "{}", report.text()).context("the output cannot be written")?;
    Ok(exit(report.failures.is_empty()))
}

fn one(cli: &SimulateCli) -> anyhow::Result<ExitCode> {
    if let Some(level) = &cli.log {
        let filter = tracing_subscriber::EnvFilter::try_new(level)?;
        let log = tracing_subscriber::fmt()
            .without_time()
            .with_env_filter(filter);
        log.with_writer(std::io::stderr).init();
    }
    let mut scenario = Scenario::of(cli.seed, Duration::from_secs(cli.hours * 3_600));
    let plan = wanted(plan_of(&mut scenario), cli.only.as_deref());
    let heard = HeardRemedies::listen();
    let begun = Instant::now();
    let order = Order {
        scenario,
        plan: plan.clone(),
        kind: cli.kind(),
        install: WATCH,
        watch: |world| Box::new(Oracle::new(world)),
    };
    let mut history = run(order)?;
    history.reached.extend(heard.names());
    print(cli, &plan, &history, begun.elapsed()).context("the output cannot be written")?;
    Ok(exit(history.breaches.is_empty()))
}

impl SimulateCli {
    fn abouts(&self) -> Vec<About> {
        let runs = self.run.iter().cloned().map(About::Run);
        let listings = self.listing.iter().cloned().map(About::Listing);
        let texts = self.about.iter().cloned().map(About::Text);
        runs.chain(listings).chain(texts).collect()
    }

    fn kind(&self) -> TraceKind {
        match (self.abouts().is_empty(), self.trace) {
            (false, _) => TraceKind::TextAndRows,
            (true, true) => TraceKind::Text,
            (true, false) => TraceKind::Hash,
        }
    }
}

fn wanted(plan: Plan, only: Option<&[String]>) -> Plan {
    match only {
        Some(only) => plan.keeping(|place| only.contains(&place.to_string())),
        None => plan,
    }
}

fn exit(well: bool) -> ExitCode {
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print(cli: &SimulateCli, plan: &Plan, history: &History, took: Duration) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if cli.json {
        let report = SeedReport::of(cli.seed, plan, history);
        return writeln!(out, "{}", serde_json::to_string(&report)?);
    }
    let lines = match &cli.abouts()[..] {
        [] => history.lines.iter().map(String::as_str).collect(),
        abouts => lines_about(&history.lines, abouts),
    };
    for line in lines {
        writeln!(out, "{line}")?;
    }
    for fault in plan.faults.iter().filter(|_| cli.plan) {
        writeln!(out, "{fault}")?;
    }
    for breach in &history.breaches {
        writeln!(out, "BROKEN {breach}")?;
    }
    let History {
        hash,
        events,
        lasted,
        ..
    } = history;
    let (seed, days) = (cli.seed, lasted.as_secs_f64() / 86_400.0);
    let (faults, took) = (plan.faults.len(), took.as_secs_f64());
    writeln!(
        out,
        "seed {seed}: {hash:016x}, {events} events, {faults} faults, {days:.3} days in {took:.2} s"
    )
}
