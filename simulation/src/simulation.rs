//! What all processes of one simulation share: time, vendors, database, queue, troubles, and the history.

use crate::dice::Dice;
use crate::drawn_rules::DrawnRules;
use crate::event::{CallEnd, Event, Happening, ProcessId};
use crate::reached::Reached;
use crate::real_time::RealTime;
use crate::rows::WatchedRows;
use crate::scenario::Scenario;
use crate::shared_queue::SharedQueue;
use crate::trace::Trace;
use crate::troubles::Troubles;
use crate::true_time::TrueTime;
use crate::watcher::Watcher;
use crate::world_view::WorldView;
use simulator::Simulator;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};

/// One simulation.
pub struct Simulation {
    /// The true time.
    pub time: TrueTime,
    /// What the seed has drawn.
    pub scenario: Scenario,
    /// Amazon, BASE and Chatwork.
    pub simulator: Simulator,
    /// Where the database runs.
    pub real: Arc<RealTime>,
    /// The database, as a watcher reads it.
    pub rows: WatchedRows,
    /// The queue of all processes.
    pub queue: SharedQueue,
    /// The faults that are active now.
    pub troubles: Troubles,
    settings: Mutex<DrawnRules>,
    dice: Mutex<Dice>,
    trace: Mutex<Trace>,
    watcher: Mutex<Box<dyn Watcher>>,
    reached: Mutex<Reached>,
    calm: AtomicBool,
    requests: AtomicU64,
    /// The requests whose callers still wait.
    waiting: Mutex<BTreeMap<u64, ProcessId>>,
    deaths: mpsc::UnboundedSender<ProcessId>,
    broken: watch::Sender<bool>,
}

/// What a simulation is made of.
pub struct SimulationParts {
    /// What the seed has drawn.
    pub scenario: Scenario,
    /// The vendors.
    pub simulator: Simulator,
    /// Where the database runs.
    pub real: Arc<RealTime>,
    /// The database.
    pub rows: WatchedRows,
    /// The empty history.
    pub trace: Trace,
    /// Gets the processes that died in the middle of a call.
    pub deaths: mpsc::UnboundedSender<ProcessId>,
}

impl Simulation {
    /// A simulation that begins now; `watch` builds its watcher.
    pub fn new(
        parts: SimulationParts,
        watch: impl FnOnce(&WorldView<'_>) -> Box<dyn Watcher>,
    ) -> Self {
        let SimulationParts {
            scenario,
            simulator,
            real,
            rows,
            trace,
            deaths,
        } = parts;
        let time = TrueTime::starting_at(scenario.start);
        let queue = SharedQueue::default();
        let watcher = watch(&WorldView {
            now: time.now(),
            simulator: &simulator,
            rows: &rows,
            scenario: &scenario,
            calm: false,
            queue: &queue,
        });
        Self {
            settings: Mutex::new(scenario.rules.clone()),
            dice: Mutex::new(Dice::new(scenario.seed, "run")),
            time,
            scenario,
            simulator,
            real,
            rows,
            queue,
            troubles: Troubles::default(),
            trace: Mutex::new(trace),
            watcher: Mutex::new(watcher),
            reached: Mutex::default(),
            calm: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            waiting: Mutex::default(),
            deaths,
            broken: watch::channel(false).0,
        }
    }

    /// The rules in the settings, which a process reads when it starts.
    pub fn settings(&self) -> DrawnRules {
        lock(&self.settings).clone()
    }

    /// A person changes the rules in the settings.
    pub fn change_settings(&self, rules: DrawnRules) {
        lock(&self.settings).clone_from(&rules);
        self.record(None, Happening::Settings(Box::new(rules)));
    }

    /// The dice of everything that is not planned.
    pub fn dice(&self) -> MutexGuard<'_, Dice> {
        lock(&self.dice)
    }

    /// Adds to the history, and lets the watcher see it.
    pub fn record(&self, process: Option<ProcessId>, what: Happening) {
        let at = self.time.now();
        let event = Event { at, process, what };
        lock(&self.trace).add(self.time.elapsed(), &event);
        lock(&self.reached).see(&event);
        self.watched(|watcher, world| watcher.see(&event, world));
    }

    /// Looks which branches the rows show.
    pub fn look_at_rows(&self) {
        lock(&self.reached).look(&self.rows);
    }

    /// The branches that were reached.
    pub fn reached(&self) -> Vec<String> {
        lock(&self.reached).names()
    }

    /// Calls the watcher, and ends the simulation at the first breach.
    pub fn watched(&self, look: impl FnOnce(&mut dyn Watcher, &WorldView<'_>)) {
        let mut watcher = lock(&self.watcher);
        let world = WorldView {
            now: self.time.now(),
            simulator: &self.simulator,
            rows: &self.rows,
            scenario: &self.scenario,
            calm: self.calm.load(Ordering::Relaxed),
            queue: &self.queue,
        };
        look(&mut **watcher, &world);
        if !watcher.breaches().is_empty() {
            self.broken.send_replace(true);
        }
    }

    /// Ends when the watcher has found a breach.
    pub async fn breached(&self) {
        let mut broken = self.broken.subscribe();
        if broken.wait_for(|broken| *broken).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.troubles.clear();
        self.simulator.clear_faults();
        self.calm.store(true, Ordering::Relaxed);
    }

    /// The number of a new request to a vendor by `process`.
    pub fn next_request(&self, process: ProcessId) -> u64 {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.waiting).insert(number, process);
        number
    }

    /// Whether a request to a vendor is under way.
    pub fn is_waiting(&self) -> bool {
        !lock(&self.waiting).is_empty()
    }

    /// The caller of a request waits no longer; nothing if it has died before.
    pub fn request_over(&self, call: u64, how: CallEnd) {
        let process = lock(&self.waiting).remove(&call);
        if process.is_some() {
            self.record(process, Happening::CallOver { call, how });
        }
    }

    /// The requests of `process` are given up.
    pub fn forget_requests(&self, process: ProcessId) {
        let all = lock(&self.waiting).clone();
        for (call, _) in all.into_iter().filter(|(_, whose)| *whose == process) {
            self.request_over(call, CallEnd::Died);
        }
    }

    /// A process has died in the middle of a call.
    pub fn report_death(&self, process: ProcessId) {
        // Without a receiver the simulation is over.
        let _ = self.deaths.send(process);
    }

    /// The history.
    pub fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    /// The watcher's findings.
    pub fn breaches(&self) -> Vec<crate::breach::Breach> {
        lock(&self.watcher).breaches().to_vec()
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
