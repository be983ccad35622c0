//! The faults of the plan that are active now, as the ports ask for them.

use crate::dice::Dice;
use crate::plan::{CutSide, FaultAct, NetTrouble, OtherMessage, QueueTrouble, StoreTrouble};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The active faults, by their place in the plan.
#[derive(Debug, Default)]
pub struct Troubles(Mutex<ActiveTroubles>);

#[derive(Debug, Default)]
struct ActiveTroubles {
    acts: BTreeMap<usize, FaultAct>,
    /// What waits for a call.
    armed: BTreeMap<usize, Armed>,
}

#[derive(Debug)]
struct Armed {
    process: usize,
    /// Counts calls of this name; `None` for all.
    name: Option<&'static str>,
    /// The calls until then.
    calls: u64,
    then: AtCall,
}

/// What befalls a process in the middle of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtCall {
    /// It dies.
    Dies(CutSide),
    /// It stands still, before the call has an effect.
    StandsStill,
}

impl Troubles {
    /// A fault begins.
    pub fn begin(&self, place: usize, act: &FaultAct) {
        let mut active = self.active();
        let (process, name, calls, then) = match act {
            FaultAct::KillAtCall {
                process,
                call,
                side,
            } => (*process, None, *call, AtCall::Dies(*side)),
            FaultAct::FreezeAtCall {
                process,
                name,
                call,
            } => (*process, Some(*name), *call, AtCall::StandsStill),
            _ => {
                active.acts.insert(place, act.clone());
                return;
            }
        };
        let armed = Armed {
            process,
            name,
            calls,
            then,
        };
        active.armed.insert(place, armed);
    }

    /// A fault ends.
    pub fn end(&self, place: usize) {
        let mut active = self.active();
        active.acts.remove(&place);
        active.armed.remove(&place);
    }

    /// All end.
    pub fn clear(&self) {
        *self.active() = ActiveTroubles::default();
    }

    /// Counts a call of `process`; what befalls it now, if something does.
    pub fn at_call(&self, process: usize, name: &str) -> Option<AtCall> {
        let mut active = self.active();
        let mut due = None;
        for (place, armed) in &mut active.armed {
            if armed.process == process && armed.name.is_none_or(|its| its == name) {
                armed.calls = armed.calls.saturating_sub(1);
                if armed.calls == 0 {
                    due = Some((*place, armed.then));
                }
            }
        }
        let (place, then) = due?;
        active.armed.remove(&place);
        Some(then)
    }

    /// Whether a fault waits for a call.
    pub fn is_armed(&self) -> bool {
        !self.active().armed.is_empty()
    }

    /// What befalls a call of `process` to the database.
    pub fn store(&self, process: usize, dice: &mut Dice) -> Option<StoreTrouble> {
        self.find(|act| match act {
            FaultAct::Store {
                process: whose,
                trouble,
                permille,
            } if whose.is_none_or(|whose| whose == process) && dice.chance(*permille) => {
                Some(*trouble)
            }
            _ => None,
        })
    }

    /// What befalls a call to the queue.
    pub fn queue(&self, dice: &mut Dice) -> Option<QueueTrouble> {
        self.find(|act| match act {
            FaultAct::Queue { trouble, permille } if dice.chance(*permille) => Some(*trouble),
            _ => None,
        })
    }

    /// How a message differs that is of another version.
    pub fn other_version(&self, dice: &mut Dice) -> Option<OtherMessage> {
        self.find(|act| match act {
            FaultAct::OtherVersion { other, permille } if dice.chance(*permille) => Some(*other),
            _ => None,
        })
    }

    /// What befalls a request of `operation`.
    pub fn net(&self, operation: &str, dice: &mut Dice) -> Option<NetTrouble> {
        self.find(|act| match act {
            FaultAct::Net {
                operation: whose,
                trouble,
                permille,
            } if whose.is_none_or(|whose| whose == operation) && dice.chance(*permille) => {
                Some(*trouble)
            }
            _ => None,
        })
    }

    fn find<T>(&self, wanted: impl FnMut(&FaultAct) -> Option<T>) -> Option<T> {
        self.active().acts.values().find_map(wanted)
    }

    fn active(&self) -> MutexGuard<'_, ActiveTroubles> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
