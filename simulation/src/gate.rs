//! The gate between one life of a process and everything outside of it.
//!
//! Every call to a port passes it twice. Here a process stands still, dies in the middle of a call, or
//! gets an error instead of an answer; a dead process never comes back from it.

use crate::event::{CallOutcome, Happening, Port, PortCall, ProcessChange, ProcessId};
use crate::plan::{CutSide, QueueTrouble, StoreTrouble};
use crate::short_text::short;
use crate::simulation::Simulation;
use crate::troubles::AtCall;
use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// In so many of a thousand calls others may come first,
const YIELDS: u64 = 250;
/// and in so many the call takes some milliseconds.
const TAKES_TIME: u64 = 40;

/// Whether a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Runs,
    /// It is frozen: its calls wait.
    StandsStill,
    /// It is dead.
    Ended,
}

/// The gate of one life of a process. All clones are one gate.
#[derive(Clone)]
pub struct Gate {
    simulation: Arc<Simulation>,
    process: ProcessId,
    life: watch::Sender<Life>,
}

/// A call that passes a gate.
#[derive(Debug)]
pub struct NamedCall {
    /// The port.
    pub port: Port,
    /// Its method.
    pub name: &'static str,
    /// The arguments, shortened.
    pub subject: String,
    /// As many characters of the answer as a trace shows.
    pub shown: usize,
}

impl Gate {
    /// The gate of a process that begins.
    pub fn new(simulation: &Arc<Simulation>, process: ProcessId) -> Self {
        Self {
            simulation: Arc::clone(simulation),
            process,
            life: watch::channel(Life::Runs).0,
        }
    }

    /// What all processes share.
    pub fn simulation(&self) -> &Arc<Simulation> {
        &self.simulation
    }

    /// Whose gate it is.
    pub fn process(&self) -> ProcessId {
        self.process
    }

    /// Lets the process stand still, go on or die. The dead do not come back. Whether that changed it.
    pub fn set(&self, life: Life) -> bool {
        let changed = self.life.send_if_modified(|now| {
            let changes = *now != Life::Ended && *now != life;
            if changes {
                *now = life;
            }
            changes
        });
        if life == Life::Ended {
            self.simulation.forget_requests(self.process);
        }
        changed
    }

    /// Whether the process is dead.
    pub fn is_ended(&self) -> bool {
        *self.life.borrow() == Life::Ended
    }

    /// Waits until the process runs; never returns in a dead one.
    pub async fn open(&self) {
        if *self.life.borrow() == Life::Runs {
            return;
        }
        let mut life = self.life.subscribe();
        if life.wait_for(|life| *life == Life::Runs).await.is_err() {
            pending::<()>().await;
        }
    }

    /// The result of `work`, which is dropped when the process dies.
    pub async fn unless_dead<T>(&self, work: impl Future<Output = T>) -> T {
        let mut life = self.life.subscribe();
        tokio::select! {
            biased;
            done = work => return done,
            _ = life.wait_for(|life| *life == Life::Ended) => {}
        }
        pending().await
    }

    /// Passes a call. `refuse` makes the error of a call that fails on its way.
    pub async fn pass<T, E>(
        &self,
        call: NamedCall,
        refuse: fn(&str) -> E,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E>
    where
        T: Debug,
        E: Display,
    {
        let (began, port, shown) = (self.simulation.time.now(), call.port, call.shown);
        let method = call.name;
        let over = |outcome| {
            let call = PortCall {
                port,
                name: method,
                subject: call.subject,
                began,
                outcome,
            };
            self.simulation
                .record(Some(self.process), Happening::Call(call));
        };
        self.open().await;
        self.let_others_come_first().await;
        let cut = self.cut(method);
        let trouble = self.trouble(port);
        if cut == Some(CutSide::Before) {
            over(CallOutcome::CutBefore);
            match self.die().await {}
        }
        match trouble {
            Some(StoreTrouble::Away) => {
                over(CallOutcome::NotReached);
                return Err(refuse("it is away (simulated)"));
            }
            Some(StoreTrouble::Slow(time)) => tokio::time::sleep(time).await,
            Some(StoreTrouble::AnswerLost) | None => {}
        }
        self.open().await;
        let answer = self.unless_dead(work).await;
        if cut == Some(CutSide::After) {
            over(CallOutcome::CutAfter);
            match self.die().await {}
        }
        self.open().await;
        if trouble == Some(StoreTrouble::AnswerLost) {
            over(CallOutcome::AnswerLost);
            return Err(refuse("the answer was lost (simulated)"));
        }
        over(match &answer {
            Ok(answer) => CallOutcome::Done(short(answer, shown)),
            Err(error) => CallOutcome::Failed(error.to_string()),
        });
        answer
    }

    /// A server that is away refuses every call; queue and limiter are one server, if processes share them.
    fn trouble(&self, port: Port) -> Option<StoreTrouble> {
        let simulation = &self.simulation;
        let mut dice = simulation.dice();
        match port {
            Port::Store | Port::Cache => simulation.troubles.store(self.process.number, &mut dice),
            Port::Queue | Port::Limiter => {
                let trouble = simulation.troubles.queue(&mut dice);
                (trouble == Some(QueueTrouble::Away)).then_some(StoreTrouble::Away)
            }
        }
    }

    /// Whether the call is cut off; the process may also stand still from now on.
    fn cut(&self, method: &str) -> Option<CutSide> {
        let troubles = &self.simulation.troubles;
        if let AtCall::Dies(side) = troubles.at_call(self.process.number, method)? {
            return Some(side);
        }
        self.set(Life::StandsStill);
        let frozen = Happening::Process(ProcessChange::Frozen);
        self.simulation.record(Some(self.process), frozen);
        None
    }

    async fn let_others_come_first(&self) {
        let (drawn, time) = {
            let mut dice = self.simulation.dice();
            (
                dice.below(1_000),
                Duration::from_millis(dice.between(1, 30)),
            )
        };
        if drawn < TAKES_TIME {
            tokio::time::sleep(time).await;
        } else if drawn < TAKES_TIME + YIELDS {
            tokio::task::yield_now().await;
        }
    }

    async fn die(&self) -> Infallible {
        self.set(Life::Ended);
        self.simulation.report_death(self.process);
        pending().await
    }
}
