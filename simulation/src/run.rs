//! Runs one seed: builds the world, lets things go wrong for a while, then lets everything settle.

use crate::breach::Breach;
use crate::chance;
use crate::director::Director;
use crate::installation::{Installation, rates};
use crate::person::order_runs;
use crate::plan::Plan;
use crate::ports::LaneRows;
use crate::real_time::RealTime;
use crate::row_history::{self, RowHistory};
use crate::row_words;
use crate::rows::WatchedRows;
use crate::scenario::Scenario;
use crate::simulation::{Simulation, SimulationParts};
use crate::trace::{Trace, TraceKind};
use crate::true_time::{SkewedClock, TrueTime};
use crate::watcher::Watcher;
use crate::world_view::WorldView;
use adapters::limiter::LocalLimiter;
use anyhow::Context as _;
use simulator::Simulator;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc;

/// The runs of a person end earlier; what does not is a finding.
const SETTLES_WITHIN: Duration = Duration::from_secs(24 * 3_600);
const STACK: usize = 16 << 20;

/// Builds the watcher of a world that has not begun.
pub type Watch = fn(&WorldView<'_>) -> Box<dyn Watcher>;

/// What is run.
#[derive(Debug, Clone)]
pub struct Order {
    /// The world.
    pub scenario: Scenario,
    /// What goes wrong in it.
    pub plan: Plan,
    /// Whether the history is kept as text.
    pub kind: TraceKind,
    /// Statements that the watcher needs in the database.
    pub install: &'static [&'static str],
    /// Who judges.
    pub watch: Watch,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The hash of the history; the same seed gives the same.
    pub hash: u64,
    /// The number of its lines.
    pub events: u64,
    /// How long it lasted in virtual time.
    pub lasted: Duration,
    /// What was broken.
    pub breaches: Vec<Breach>,
    /// The branches that were reached.
    pub reached: Vec<String>,
    /// Its lines, if they were kept.
    pub lines: Vec<String>,
}

/// Runs an order on a thread of its own, whose chance follows from the seed.
///
/// For the same history every time, run one order in a process: libraries count in static variables.
///
/// # Errors
///
/// When the machine has no thread, no temporary folder or no database for it.
pub fn run(order: Order) -> anyhow::Result<History> {
    let thread = std::thread::Builder::new()
        .name("simulation".to_owned())
        .stack_size(STACK)
        .spawn(move || on_this_thread(order))?;
    let ended = thread.join();
    ended.unwrap_or_else(|_| Err(anyhow::anyhow!("the simulation panicked")))
}

fn on_this_thread(order: Order) -> anyhow::Result<History> {
    chance::seed_thread(order.scenario.seed);
    fastrand::seed(order.scenario.seed);
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build()?;
    let history = runtime.block_on(carry_out(order));
    // Tasks of dead processes would go on while they are dropped.
    std::mem::forget(runtime);
    history
}

async fn carry_out(order: Order) -> anyhow::Result<History> {
    let real = Arc::new(RealTime::start()?);
    let scenario = order.scenario.clone();
    let (mut installation, rows) = set_up(&order, &real)?;
    if !scenario.serve {
        let clock = SkewedClock::right(TrueTime::starting_at(scenario.start));
        let lanes = LaneRows {
            real: Arc::clone(&real),
            store: installation.store.clone(),
        };
        let limiter = LocalLimiter::new(rates(), Arc::new(clock), Arc::new(lanes)).await?;
        installation.limiter = Some(Arc::new(limiter));
    }
    let installation = Arc::new(installation);
    let mut trace = Trace::new(order.kind);
    if order.kind == TraceKind::TextAndRows {
        trace = trace.with_rows(RowHistory::open(&real, &installation.database())?);
    }
    let (deaths, died) = mpsc::unbounded_channel();
    let parts = SimulationParts {
        simulator: Simulator::in_process(scenario.config.clone()),
        scenario,
        real,
        rows,
        trace,
        deaths,
    };
    let simulation = Arc::new(Simulation::new(parts, order.watch));
    let director = Director::new(&simulation, &installation, order.plan, died);
    tokio::select! {
        () = simulation.breached() => {}
        () = whole(&simulation, &installation, director) => {}
    }
    simulation.look_at_rows();
    let (mut breaches, reached) = (simulation.breaches(), simulation.reached());
    let lasted = simulation.time.elapsed();
    installation.delete();
    let mut trace = simulation.trace();
    for breach in &mut breaches {
        breach.name_ids(|text| trace.with_names(text));
    }
    Ok(History {
        hash: trace.hash(),
        events: trace.count(),
        lasted,
        breaches,
        reached,
        lines: trace.take_lines(),
    })
}

/// Opens the database on another thread: how much chance that draws depends on real time.
fn set_up(order: &Order, real: &Arc<RealTime>) -> anyhow::Result<(Installation, WatchedRows)> {
    let open = || {
        chance::seed_thread(order.scenario.seed);
        chance::set_wall_clock(order.scenario.start);
        let installation = Installation::open(&order.scenario, real)?;
        let rows = WatchedRows::open(real, &installation.database());
        let rows = rows.context("no second connection")?;
        rows.install(order.install);
        rows.install(&row_words::statements());
        if order.kind == TraceKind::TextAndRows {
            rows.install(&row_history::statements());
        }
        anyhow::Ok((installation, rows))
    };
    std::thread::scope(|scope| {
        let opened = scope.spawn(open).join();
        opened.unwrap_or_else(|_| Err(anyhow::anyhow!("the set-up panicked")))
    })
}

/// Trouble, then calm, then the end.
async fn whole(
    simulation: &Arc<Simulation>,
    installation: &Arc<Installation>,
    mut director: Director,
) {
    director.direct_until(simulation.scenario.length).await;
    director.calm_down();
    director.direct_until(director.shops_open_at()).await;
    let settled = order_runs(simulation, installation);
    let late = simulation.time.elapsed() + SETTLES_WITHIN;
    tokio::select! {
        () = settled => {}
        () = director.direct_until(late) => {}
    }
    simulation.watched(|watcher, world| watcher.end(world));
}
