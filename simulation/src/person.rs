//! The shop keeper at a second program: orders runs when everything is calm again, and releases what is
//! held.

use crate::event::{Happening, ProcessId};
use crate::gate::Gate;
use crate::installation::Installation;
use crate::program::Program;
use crate::simulation::Simulation;
use crate::true_time::SkewedClock;
use producer::{RunOrder, StartRunError, resume_run, start_run};
use shared::domain::run::{RunId, RunKind, RunState};
use std::sync::Arc;
use std::time::Duration;

/// From one look at a run to the next.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A run that takes longer is left to the watcher.
const RUN_WITHIN: Duration = Duration::from_secs(3 * 3_600);
/// What is ordered: everything is seen three times, then the shops are read, then what that changed is sent.
const ORDERED: [RunKind; 5] = [
    RunKind::PriceStock,
    RunKind::PriceStock,
    RunKind::PriceStock,
    RunKind::Reconcile,
    RunKind::PriceStock,
];

/// Orders the runs after which everything must have settled, one after the other.
pub async fn order_runs(simulation: &Arc<Simulation>, installation: &Arc<Installation>) {
    let process = ProcessId {
        number: simulation.scenario.processes,
        life: 0,
    };
    let gate = Gate::new(simulation, process);
    let clock = SkewedClock::right(simulation.time);
    let person = match Program::new(installation, &gate, &clock).await {
        Ok(person) => person,
        Err(error) => return note(simulation, format!("no orders: {error}")),
    };
    for kind in ORDERED {
        let begun = simulation.time.elapsed();
        while simulation.time.elapsed() < begun + RUN_WITHIN {
            let order = RunOrder::new(kind);
            match start_run(order, &person.ctx).await {
                Ok(started) => {
                    note(simulation, format!("ordered {kind:?} {}", started.id));
                    follow(started.id, &person).await;
                    break;
                }
                Err(StartRunError::AlreadyOpen(open)) => follow(open, &person).await,
                Err(error) => {
                    note(simulation, format!("{kind:?} did not start: {error}"));
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }
}

fn note(simulation: &Simulation, text: String) {
    simulation.record(None, Happening::Note(text));
}

/// Waits until the run has ended; releases what it holds.
async fn follow(run: RunId, person: &Program) {
    let (store, clock) = (&person.ctx.store, &person.ctx.clock);
    let begun = clock.now();
    let longest = chrono::TimeDelta::from_std(RUN_WITHIN).unwrap_or_default();
    while clock.now() - begun < longest {
        let state = store.run(run).await.ok().flatten().map(|row| row.state);
        match state {
            Some(RunState::Held) => {
                let released = store.release_run(run, clock.now()).await;
                let sent = resume_run(run, &**store, &*person.ctx.queue).await;
                tracing::info!(?released, ?sent, "released a run that was held");
            }
            Some(state) if state.is_open() => {}
            _ => return,
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
