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
    /// Kills that wait for a call: the calls until then.
    armed: BTreeMap<usize, (usize, u64, CutSide)>,
}

impl Troubles {
    /// A fault begins.
    pub fn begin(&self, place: usize, act: &FaultAct) {
        let mut active = self.active();
        if let FaultAct::KillAtCall {
            process,
            call,
            side,
        } = act
        {
            active.armed.insert(place, (*process, *call, *side));
        } else {
            active.acts.insert(place, act.clone());
        }
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

    /// Counts a call of `process`; the fault that kills it now, if one does.
    pub fn kill_at_call(&self, process: usize) -> Option<CutSide> {
        let mut active = self.active();
        let mut due = None;
        for (place, (whose, calls, side)) in &mut active.armed {
            if *whose == process {
                *calls = calls.saturating_sub(1);
                if *calls == 0 {
                    due = Some((*place, *side));
                }
            }
        }
        let (place, side) = due?;
        active.armed.remove(&place);
        Some(side)
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
