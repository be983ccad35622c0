//! What a person does at a second program while things go wrong: orders, cancels and releases runs, and
//! retries what has failed.

use crate::event::{Happening, ProcessId};
use crate::gate::Gate;
use crate::installation::Installation;
use crate::plan::PersonDeed;
use crate::program::Program;
use crate::simulation::Simulation;
use crate::true_time::SkewedClock;
use anyhow::Context as _;
use producer::{RunOrder, resume_run, start_run};
use shared::domain::listing::ListingId;
use shared::domain::run::{RunId, RunState};
use shared::ports::messages::for_update;
use shared::ports::store::RunRow;
use std::sync::Arc;
use std::time::Duration;

/// From one look for the occasion to the next.
const LOOK_EVERY: Duration = Duration::from_secs(7);
/// More runs than are ever open, and more updates than ever fail.
const ALL: u32 = 500;

/// Waits for the occasion of a deed, and does it.
pub async fn wait_and_do(
    deed: PersonDeed,
    after: Duration,
    simulation: Arc<Simulation>,
    installation: Arc<Installation>,
) {
    while !has_occasion(deed, &simulation) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    tokio::time::sleep(after).await;
    let done = act(deed, &simulation, &installation).await;
    let note = match done {
        Ok(done) => format!("a person: {deed:?}: {done}"),
        Err(error) => format!("a person: {deed:?} fails: {error:#}"),
    };
    simulation.record(None, Happening::Note(note));
}

fn has_occasion(deed: PersonDeed, simulation: &Simulation) -> bool {
    let rows = match deed {
        PersonDeed::Order(_) => return true,
        PersonDeed::Cancel => "SELECT 1 FROM runs WHERE state IN ('running', 'backfilling')",
        PersonDeed::CancelHeld | PersonDeed::Release => "SELECT 1 FROM runs WHERE state = 'held'",
        PersonDeed::Retry => "SELECT 1 FROM updates WHERE state = 'failed'",
    };
    !simulation.rows.select(rows).is_empty()
}

async fn act(
    deed: PersonDeed,
    simulation: &Arc<Simulation>,
    installation: &Arc<Installation>,
) -> anyhow::Result<String> {
    let process = ProcessId {
        number: simulation.scenario.processes + 1,
        life: 0,
    };
    let gate = Gate::new(simulation, process);
    let clock = SkewedClock::right(simulation.time);
    let person = Program::new(installation, &gate, &clock).await?;
    match deed {
        PersonDeed::Order(kind) => {
            let started = start_run(RunOrder::new(kind), &person.ctx).await?;
            Ok(started.id.to_string())
        }
        PersonDeed::Cancel => {
            let open = |run: &RunRow| run.state.is_open() && run.state != RunState::Held;
            cancel(run_that(open, &person).await?, &person).await
        }
        PersonDeed::CancelHeld => {
            let held = |run: &RunRow| run.state == RunState::Held;
            cancel(run_that(held, &person).await?, &person).await
        }
        PersonDeed::Release => {
            let held = |run: &RunRow| run.state == RunState::Held;
            release(run_that(held, &person).await?, simulation, &person).await
        }
        PersonDeed::Retry => retry(simulation, &person).await,
    }
}

async fn run_that(is_meant: impl Fn(&RunRow) -> bool, person: &Program) -> anyhow::Result<RunId> {
    let open = person.ctx.store.runs(true, ALL).await?;
    let run = open.into_iter().find(is_meant);
    run.map(|run| run.id).context("no such run any more")
}

/// As `miseban cancel`.
async fn cancel(run: RunId, person: &Program) -> anyhow::Result<String> {
    let (store, now) = (&person.ctx.store, person.ctx.clock.now());
    let dropped = store.cancel_run(run, now).await?;
    let report = store.report(run, now).await?;
    if let Some(report) = report.filter(|report| report.state == RunState::Cancelled) {
        store.keep_report(&report).await?;
    }
    Ok(format!("{run} {dropped:?}"))
}

/// As `miseban release`: beside `serve`, whose queue is its own, it only writes rows.
async fn release(run: RunId, simulation: &Simulation, person: &Program) -> anyhow::Result<String> {
    let (store, now) = (&person.ctx.store, person.ctx.clock.now());
    let released = store.release_run(run, now).await?;
    if !simulation.scenario.serve {
        resume_run(run, &**store, &*person.ctx.queue).await?;
    }
    Ok(format!("{run} {released:?}"))
}

/// As `miseban queues retry --all`.
async fn retry(simulation: &Simulation, person: &Program) -> anyhow::Result<String> {
    let dead = simulation.queue.retry_dead().await?;
    let failed = person.ctx.store.failed_updates(ListingId(0), ALL).await?;
    let messages = failed.into_iter();
    let messages =
        messages.map(|(listing, version, urgency)| for_update(listing, version, urgency));
    let pushed = person.ctx.queue.push(&messages.collect::<Vec<_>>()).await?;
    Ok(format!("{dead} dead messages, {pushed} updates"))
}
