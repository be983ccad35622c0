//! Carries the plan out: starts, kills and freezes processes, begins and ends faults, changes the world.

mod faults;

use crate::drawn_rules::DrawnRules;
use crate::event::{Happening, ProcessChange, ProcessId};
use crate::gate::{Gate, Life};
use crate::idle_time::IdleWait;
use crate::installation::Installation;
use crate::plan::Plan;
use crate::program;
use crate::simulation::Simulation;
use crate::true_time::SkewedClock;
use crate::world_change::change;
use chrono::TimeDelta;
use shared::ports::store::ProcessRole;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// From one look of the watcher to the next.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A process that died in the middle of a call is started again after this time.
const DOWN: Duration = Duration::from_secs(3);

/// What the director does next, by instant and order.
type Agenda = BTreeMap<(Duration, u64), Step>;

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin(usize),
    End(usize),
    Change(usize),
    Start(usize),
    StartAgain(usize),
    SetClockRight(usize),
    Look,
}

/// One place for a process, which lives there again and again.
struct Berth {
    role: ProcessRole,
    clock: SkewedClock,
    lives: u32,
    /// The settings that it has read.
    rules: Option<DrawnRules>,
    alive: Option<(Gate, JoinHandle<Infallible>)>,
}

/// Carries out one plan.
pub struct Director {
    simulation: Arc<Simulation>,
    installation: Arc<Installation>,
    plan: Plan,
    places: Vec<Berth>,
    agenda: Agenda,
    entries: u64,
    /// Faults that have begun and not ended.
    active: BTreeSet<usize>,
    /// Persons who wait for the occasion of a deed, by its place in the plan.
    persons: BTreeMap<usize, JoinHandle<()>>,
    deaths: mpsc::UnboundedReceiver<ProcessId>,
}

impl Director {
    /// A director whose processes have not started.
    pub fn new(
        simulation: &Arc<Simulation>,
        installation: &Arc<Installation>,
        plan: Plan,
        deaths: mpsc::UnboundedReceiver<ProcessId>,
    ) -> Self {
        let scenario = &simulation.scenario;
        let role = |number| match number {
            _ if scenario.serve => ProcessRole::Serve,
            // Of two producers one stands by.
            0 | 3 => ProcessRole::Producer,
            _ => ProcessRole::Worker,
        };
        let clock = || {
            let right = SkewedClock::right(simulation.time);
            if scenario.serve {
                right
            } else {
                right.beside_server()
            }
        };
        let place = |number| Berth {
            role: role(number),
            clock: clock(),
            lives: 0,
            rules: None,
            alive: None,
        };
        let mut director = Self {
            simulation: Arc::clone(simulation),
            installation: Arc::clone(installation),
            places: (0..scenario.processes).map(place).collect(),
            plan,
            agenda: Agenda::new(),
            entries: 0,
            active: BTreeSet::new(),
            persons: BTreeMap::new(),
            deaths,
        };
        director.write_agenda();
        director
    }

    fn write_agenda(&mut self) {
        for number in 0..self.places.len() {
            self.note(Duration::ZERO, Step::Start(number));
        }
        for (place, fault) in self.plan.faults.clone().into_iter().enumerate() {
            self.note(fault.at, Step::Begin(place));
            self.note(fault.at + fault.lasts, Step::End(place));
        }
        for (place, change) in self.plan.changes.clone().into_iter().enumerate() {
            self.note(change.at, Step::Change(place));
        }
        self.note(LOOK_EVERY, Step::Look);
    }

    fn note(&mut self, at: Duration, step: Step) {
        self.entries += 1;
        self.agenda.insert((at, self.entries), step);
    }

    /// When the next of the steps is due for which `counts` is true.
    fn next(&self, counts: impl Fn(&Step) -> bool) -> Option<Duration> {
        let mut agenda = self.agenda.iter();
        agenda.find_map(|((at, _), step)| counts(step).then_some(*at))
    }

    /// Carries out everything that is due until `end`.
    pub async fn direct_until(&mut self, end: Duration) {
        loop {
            let next = self.next(|_| true).map_or(end, |next| next.min(end));
            let undisturbed = self.next(|step| !matches!(step, Step::Look));
            let undisturbed = undisturbed.map_or(end, |next| next.min(end));
            let wait = IdleWait {
                until: self.simulation.time.instant(next),
                undisturbed: self.simulation.time.instant(undisturbed),
            };
            tokio::select! {
                biased;
                Some(dead) = self.deaths.recv() => {
                    self.bury(dead);
                    continue;
                }
                () = wait.pass(&self.simulation) => {}
            }
            let now = self.simulation.time.elapsed();
            match self.agenda.first_entry() {
                Some(entry) if entry.key().0 <= now => {
                    let step = entry.remove();
                    self.take(step);
                }
                _ if now >= end => return,
                _ => {}
            }
        }
    }

    /// From the start until BASE accepts again what others have used up; zero if they used up nothing.
    pub fn shops_open_at(&self) -> Duration {
        self.plan.shops_open_at(&self.simulation.scenario)
    }

    /// Ends all faults: every process runs, with a clock that is right.
    pub fn calm_down(&mut self) {
        self.simulation.look_at_rows();
        self.simulation.calm_down();
        self.agenda.retain(|_, step| matches!(step, Step::Look));
        for place in std::mem::take(&mut self.active) {
            self.undo(place);
        }
        for number in 0..self.places.len() {
            self.set_clock(number, TimeDelta::zero());
            self.start(number);
            self.set(number, Life::Runs);
        }
        self.simulation
            .watched(|watcher, world| watcher.calm(world));
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Begin(place) => self.begin(place),
            Step::End(place) => self.end(place),
            Step::Change(place) => change(&self.simulation, &self.plan.changes[place].what),
            Step::Start(number) => self.start(number),
            Step::StartAgain(number) => self.start_again(number),
            Step::SetClockRight(number) => self.set_clock(number, TimeDelta::zero()),
            Step::Look => {
                self.simulation
                    .watched(|watcher, world| watcher.step(world));
                let next = self.simulation.time.elapsed() + LOOK_EVERY;
                self.note(next, Step::Look);
            }
        }
    }

    fn start(&mut self, number: usize) {
        let place = &mut self.places[number];
        if place.alive.is_some() {
            return;
        }
        let process = ProcessId {
            number,
            life: place.lives,
        };
        place.lives += 1;
        place.rules = Some(self.simulation.settings());
        let gate = Gate::new(&self.simulation, process);
        self.simulation
            .record(Some(process), Happening::Process(ProcessChange::Started));
        let installation = Arc::clone(&self.installation);
        let life = program::run(place.role, installation, gate.clone(), place.clock.clone());
        place.alive = Some((gate, tokio::spawn(life)));
    }

    /// Lets a process that runs with earlier settings read those of now.
    fn start_again(&mut self, number: usize) {
        let place = &self.places[number];
        let is_old = place.rules.as_ref() != Some(&self.simulation.settings());
        if is_old && place.alive.is_some() {
            self.kill(number);
            self.start(number);
        }
    }

    fn kill(&mut self, number: usize) {
        let Some((gate, life)) = self.places[number].alive.take() else {
            return;
        };
        gate.set(Life::Ended);
        life.abort();
        if self.places[number].role == ProcessRole::Serve {
            // Its queue was in its memory.
            self.simulation.queue.flush();
        }
        let killed = Happening::Process(ProcessChange::Killed);
        self.simulation.record(Some(gate.process()), killed);
    }

    /// A process has died in the middle of a call.
    fn bury(&mut self, dead: ProcessId) {
        let alive = self.places[dead.number].alive.as_ref();
        if alive.is_some_and(|(gate, _)| gate.process() == dead) {
            self.kill(dead.number);
            let again = self.simulation.time.elapsed() + DOWN;
            self.note(again, Step::Start(dead.number));
        }
    }

    fn set(&mut self, number: usize, life: Life) {
        let Some((gate, _)) = &self.places[number].alive else {
            return;
        };
        if gate.set(life) {
            let change = if life == Life::Runs {
                ProcessChange::Thawed
            } else {
                ProcessChange::Frozen
            };
            self.simulation
                .record(Some(gate.process()), Happening::Process(change));
        }
    }

    fn set_clock(&mut self, number: usize, ahead: TimeDelta) {
        let place = &self.places[number];
        if place.clock.set(ahead) {
            let process = place.alive.as_ref().map(|(gate, _)| gate.process());
            let change = ProcessChange::Clock(ahead);
            self.simulation.record(process, Happening::Process(change));
        }
    }
}
