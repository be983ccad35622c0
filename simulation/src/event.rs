//! What happens in a simulation, in the order in which it happens.

use crate::drawn_rules::DrawnRules;
use crate::plan::FaultName;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use std::time::Duration;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// When, by the true time.
    pub at: DateTime<Utc>,
    /// To which process; `None` for the world.
    pub process: Option<ProcessId>,
    /// What.
    pub what: Happening,
}

/// One life of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId {
    /// Which process, counted from 0.
    pub number: usize,
    /// How often it was started before.
    pub life: u32,
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}.{}", self.number, self.life)
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A process started, ended, or stood still.
    Process(ProcessChange),
    /// A call of the product to a port has ended.
    Call(PortCall),
    /// A request has reached a vendor.
    Asked(VendorRequest),
    /// The vendor has acted, and its answer is on its way.
    Answered(VendorAnswer),
    /// The caller has its answer, or will never have it.
    CallOver {
        /// The number of the request.
        call: u64,
        /// How it ended.
        how: CallEnd,
    },
    /// These ASINs have changed on Amazon.
    Market(Vec<String>),
    /// A person has changed a shop by its pages.
    Person(PersonAct),
    /// The settings have changed: processes that start from now on read these.
    Settings(Box<DrawnRules>),
    /// A fault of the plan begins or ends.
    Fault {
        /// Its kind.
        name: FaultName,
        /// Its parameters.
        text: String,
        /// Whether it begins now.
        begins: bool,
    },
    /// Something else, for the reader of a trace.
    Note(String),
}

/// What became of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessChange {
    /// It begins.
    Started,
    /// All of it ended at once.
    Killed,
    /// It stands still.
    Frozen,
    /// It goes on.
    Thawed,
    /// Its clock is ahead by this much from now on.
    Clock(TimeDelta),
}

/// What a process calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Port {
    /// The database.
    Store,
    /// The cache.
    Cache,
    /// The queue.
    Queue,
    /// The limiter.
    Limiter,
}

/// A call to a port.
#[derive(Debug, Clone)]
pub struct PortCall {
    /// Which port.
    pub port: Port,
    /// The method.
    pub name: &'static str,
    /// Its arguments, shortened.
    pub subject: String,
    /// When it was made.
    pub began: DateTime<Utc>,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// How a call to a port ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallOutcome {
    /// With this answer, shortened.
    Done(String),
    /// With this error of the port itself.
    Failed(String),
    /// The process died before it had an effect.
    CutBefore,
    /// The process died after it had its effect.
    CutAfter,
    /// It had its effect, and the caller got an error.
    AnswerLost,
    /// It had no effect, and the caller got an error.
    NotReached,
}

/// A request to a vendor.
#[derive(Debug, Clone)]
pub struct VendorRequest {
    /// Its number in this simulation.
    pub call: u64,
    /// The operation, as in the simulator's ledger.
    pub operation: &'static str,
    /// BASE account, LWA client or Chatwork room, if the vendor knows it.
    pub who: Option<String>,
    /// The access token that it carries.
    pub token: Option<String>,
    /// Method, path and query.
    pub line: String,
    /// Its body.
    pub body: Bytes,
}

/// The answer of a vendor.
#[derive(Debug, Clone)]
pub struct VendorAnswer {
    /// The number of the request.
    pub call: u64,
    /// The operation, as in the simulator's ledger.
    pub operation: &'static str,
    /// BASE account, LWA client or Chatwork room.
    pub who: Option<String>,
    /// HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
    /// Refused because a limit was reached.
    pub refused: bool,
    /// A fault of the vendor applied.
    pub faulted: bool,
    /// ASINs or items that it was about.
    pub touched: Vec<String>,
    /// What becomes of it on its way.
    pub delivery: AnswerFate,
}

/// What becomes of an answer on its way, beside what the vendor's own faults do to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFate {
    /// It arrives.
    Whole,
    /// It arrives this much later than usual.
    Late(Duration),
    /// It never arrives.
    Lost,
    /// The connection ends first.
    Cut,
    /// The request was sent twice, and this is the first answer, which is dropped.
    Repeated,
}

/// How a request ended for its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// It has the answer.
    Received,
    /// It waits no longer, or the connection ended.
    GaveUp,
    /// Its process died.
    Died,
}

/// What a person did in the pages of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonAct {
    /// The shop.
    pub account: String,
    /// Ids of edited items.
    pub edited: Vec<u64>,
    /// Ids of deleted items.
    pub deleted: Vec<u64>,
    /// Ids of new items.
    pub added: Vec<u64>,
}
