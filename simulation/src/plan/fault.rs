//! One fault of a plan.

use super::disk_room::DiskRoom;
use super::other_message::OtherMessage;
use super::person_deed::PersonDeed;
use crate::drawn_rules::DrawnRules;
use chrono::TimeDelta;
use simulator::ShopLimit;
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
    /// The same in the middle of work: before its n-th call of this name.
    FreezeAtCall {
        /// Which.
        process: usize,
        /// The method of a port.
        name: &'static str,
        /// Of those calls after the begin, counted from 1.
        call: u64,
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
    /// Other programs of a shop use up its calls of this hour or day.
    UseUp {
        /// The shop.
        account: String,
        /// What they use up.
        limit: ShopLimit,
    },
    /// BASE accepts so many calls of a shop in an hour: others use the rest.
    FewCalls {
        /// So many.
        an_hour: u64,
    },
    /// The disk of the database is full: reads go on, writes are refused.
    DiskFull {
        /// What still can be written.
        room: DiskRoom,
    },
    /// A person waits for the occasion of a deed, and does it at a second program.
    Deed {
        /// What the person does.
        deed: PersonDeed,
        /// So long after the occasion.
        after: Duration,
    },
    /// The settings change, and the processes are started again one after the other.
    Settings(Box<DrawnRules>),
    /// A shop is switched off in the accounts file, and on again at the end: the processes are started
    /// again one after the other.
    SwitchOff {
        /// The shop.
        account: String,
    },
    /// Rows lose what programs of earlier versions do not write.
    OldRows {
        /// So many of a hundred.
        percent: u32,
    },
    /// Messages are of programs of another version.
    OtherVersion {
        /// How they differ.
        other: OtherMessage,
        /// How many of a thousand.
        permille: u32,
    },
    /// A process stands still with its clock, as on a computer that is suspended: for a while after it
    /// goes on, its clock is behind.
    Suspend {
        /// Which.
        process: usize,
        /// From its going on until its clock is right again.
        wrong_for: Duration,
    },
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

impl fmt::Display for PlannedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, lasts) = (self.at.as_secs_f64(), self.lasts.as_secs_f64());
        write!(f, "at {at:.3} s for {lasts:.3} s: {:?}", self.what)
    }
}
