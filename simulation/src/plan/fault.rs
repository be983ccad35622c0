//! One fault of a plan.

use chrono::TimeDelta;
use simulator::FaultKind;
use std::fmt;
use std::time::Duration;

/// One fault, its begin and its length.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedFault {
    /// From the start of the simulation to its begin.
    pub at: Duration,
    /// Until everything is right again.
    pub lasts: Duration,
    /// What goes wrong.
    pub what: FaultAct,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultAct {
    /// All of a process ends at once. It starts again at the end of the fault.
    Kill {
        /// Which.
        process: usize,
    },
    /// The same in the middle of a call.
    KillAtCall {
        /// Which.
        process: usize,
        /// Of the calls after the begin, counted from 1.
        call: u64,
        /// Whether the call has had its effect.
        side: CutSide,
    },
    /// A process stands still, and goes on as if nothing had been.
    Freeze {
        /// Which.
        process: usize,
    },
    /// The clock of a process jumps, and is set right at the end.
    Clock {
        /// Which.
        process: usize,
        /// How far it is ahead.
        ahead: TimeDelta,
    },
    /// The queue loses all messages at once.
    QueueFlush,
    /// Messages suffer on their way to the queue.
    Queue {
        /// How.
        trouble: QueueTrouble,
        /// How many of a thousand.
        permille: u32,
    },
    /// Calls to the database fail.
    Store {
        /// Those of this process; `None` for all.
        process: Option<usize>,
        /// How.
        trouble: StoreTrouble,
        /// How many of a thousand.
        permille: u32,
    },
    /// Requests to the vendors suffer on their way.
    Net {
        /// Those of this operation; `None` for all.
        operation: Option<&'static str>,
        /// How.
        trouble: NetTrouble,
        /// How many of a thousand.
        permille: u32,
    },
    /// A vendor answers badly.
    Vendor(Box<simulator::Fault>),
}

/// On which side of its effect a call is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutSide {
    /// It had none.
    Before,
    /// It had its effect, and its answer is lost.
    After,
}

/// What happens to a pushed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueTrouble {
    /// It is lost.
    Lost,
    /// It arrives this much later.
    Late(Duration),
    /// It arrives, and once more after this time.
    Doubled(Duration),
    /// Every call to the queue is refused.
    Away,
}

/// What happens to a call to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTrouble {
    /// It is refused.
    Away,
    /// It takes this long.
    Slow(Duration),
    /// It is done, and the answer is lost.
    AnswerLost,
}

/// What happens to a request to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetTrouble {
    /// There is no connection.
    Refused,
    /// The vendor acts, and its answer never comes.
    AnswerLost,
    /// The vendor acts, and the connection ends before its answer.
    AnswerCut,
    /// The vendor acts, and its answer comes this much later.
    Late(Duration),
    /// The vendor gets it twice.
    Doubled,
}

/// The kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultName {
    /// [`FaultAct::Kill`].
    Kill,
    /// [`FaultAct::KillAtCall`].
    KillAtCall,
    /// [`FaultAct::Freeze`].
    Freeze,
    /// [`FaultAct::Clock`].
    Clock,
    /// [`FaultAct::QueueFlush`].
    QueueFlush,
    /// [`QueueTrouble::Lost`].
    QueueLost,
    /// [`QueueTrouble::Late`].
    QueueLate,
    /// [`QueueTrouble::Doubled`].
    QueueDouble,
    /// [`QueueTrouble::Away`].
    QueueAway,
    /// [`StoreTrouble::Away`].
    StoreAway,
    /// [`StoreTrouble::Slow`].
    StoreSlow,
    /// [`StoreTrouble::AnswerLost`].
    StoreLostAnswer,
    /// [`NetTrouble::Refused`].
    NetRefused,
    /// [`NetTrouble::AnswerLost`].
    NetLost,
    /// [`NetTrouble::AnswerCut`].
    NetCut,
    /// [`NetTrouble::Late`].
    NetLate,
    /// [`NetTrouble::Doubled`].
    NetDouble,
    /// A fault of a vendor.
    Vendor(FaultKind),
}

impl FaultName {
    /// Whether it befalls messages.
    pub fn is_of_the_queue(self) -> bool {
        matches!(
            self,
            Self::QueueFlush
                | Self::QueueLost
                | Self::QueueLate
                | Self::QueueDouble
                | Self::QueueAway
        )
    }
}

impl FaultAct {
    /// Its kind.
    pub fn name(&self) -> FaultName {
        match self {
            Self::Kill { .. } => FaultName::Kill,
            Self::KillAtCall { .. } => FaultName::KillAtCall,
            Self::Freeze { .. } => FaultName::Freeze,
            Self::Clock { .. } => FaultName::Clock,
            Self::QueueFlush => FaultName::QueueFlush,
            Self::Queue { trouble, .. } => match trouble {
                QueueTrouble::Lost => FaultName::QueueLost,
                QueueTrouble::Late(_) => FaultName::QueueLate,
                QueueTrouble::Doubled(_) => FaultName::QueueDouble,
                QueueTrouble::Away => FaultName::QueueAway,
            },
            Self::Store { trouble, .. } => match trouble {
                StoreTrouble::Away => FaultName::StoreAway,
                StoreTrouble::Slow(_) => FaultName::StoreSlow,
                StoreTrouble::AnswerLost => FaultName::StoreLostAnswer,
            },
            Self::Net { trouble, .. } => match trouble {
                NetTrouble::Refused => FaultName::NetRefused,
                NetTrouble::AnswerLost => FaultName::NetLost,
                NetTrouble::AnswerCut => FaultName::NetCut,
                NetTrouble::Late(_) => FaultName::NetLate,
                NetTrouble::Doubled => FaultName::NetDouble,
            },
            Self::Vendor(fault) => FaultName::Vendor(fault.kind),
        }
    }
}

impl fmt::Display for PlannedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, lasts) = (self.at.as_secs_f64(), self.lasts.as_secs_f64());
        write!(f, "at {at:.3} s for {lasts:.3} s: {:?}", self.what)
    }
}
