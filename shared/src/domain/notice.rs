//! What people are told without asking: an event that happened, the name that it is told under once,
//! and the reasons for which it is told at all. How it is put into words is not decided here.

use super::account::AccountId;
use super::outcome::words;
use super::report::Report;
use super::run::{RunId, RunState};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Why somebody is told; each can be switched off (`NOTIFY_EVENTS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A run is done, and something changed or an update failed.
    RunChanged,
    /// A run ended without being complete.
    RunFailed,
    /// The updates of a run wait for a person.
    RunHeld,
    /// ASINs are still missing after the backfill.
    BackfillFailed,
    /// A quota refused requests, or is nearly used up.
    QuotaAlarm,
    /// A shop waits for the reset of its quota.
    AccountParked,
    /// A shop has to be authorised again.
    Reauthorise,
    /// The proxy that a shop goes through fails.
    ProxyFailed,
    /// The tokens of a shop that is not used are near their end.
    TokenEnding,
}

words!(EventKind {
    RunChanged => "run-changed",
    RunFailed => "run-failed",
    RunHeld => "run-held",
    BackfillFailed => "backfill-failed",
    QuotaAlarm => "quota-alarm",
    AccountParked => "account-parked",
    Reauthorise => "reauthorise",
    ProxyFailed => "proxy-failed",
    TokenEnding => "token-ending",
});

impl EventKind {
    /// All of them, the gravest first: a digest is in this order.
    pub const ALL: [Self; 9] = [
        Self::RunHeld,
        Self::RunFailed,
        Self::Reauthorise,
        Self::ProxyFailed,
        Self::TokenEnding,
        Self::QuotaAlarm,
        Self::AccountParked,
        Self::BackfillFailed,
        Self::RunChanged,
    ];
}

/// The events that people want to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter(Vec<EventKind>);

impl Default for EventFilter {
    fn default() -> Self {
        Self(EventKind::ALL.to_vec())
    }
}

impl EventFilter {
    /// Reads `all`, or words of events separated by commas; `None` for a word that is no event.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "all" {
            return Some(Self::default());
        }
        let words = text
            .split(',')
            .map(|word| EventKind::from_word(word.trim()));
        words.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether this is to be told.
    pub fn wants(&self, notice: &Notice) -> bool {
        notice
            .reasons()
            .iter()
            .any(|reason| self.0.contains(reason))
    }

    /// The events, in the order of [`EventKind::ALL`].
    pub fn kinds(&self) -> impl Iterator<Item = EventKind> {
        let on = |kind: &EventKind| self.0.contains(kind);
        EventKind::ALL.into_iter().filter(on)
    }
}

/// Something that happened, with the facts as they were when it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Notice {
    /// A run ended, or is held.
    Run {
        /// Its report.
        report: Box<Report>,
    },
    /// A shop has used up its quota and waits for the reset.
    Parked {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// The reset.
        until: DateTime<Utc>,
    },
    /// A shop has to be authorised again.
    Reauthorise {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Since when nothing reaches it.
        since: DateTime<Utc>,
    },
    /// The proxy that a shop goes through fails: nothing reaches the shop, and nothing is sent past it.
    ProxyFailed {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// The first failure.
        since: DateTime<Utc>,
    },
    /// The tokens of a shop end soon, since nobody has used them.
    TokenEnding {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Their end.
        ends: DateTime<Utc>,
        /// The warning: so many days before, or less.
        days: u32,
    },
    /// A shop has used most of the quota of its day.
    NearlyUsedUp {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Calls of the day.
        used: u32,
        /// Of so many.
        of: u32,
        /// Start of the day.
        day: DateTime<Utc>,
    },
}

impl Notice {
    /// The name of the event: the same however often, and by whomever, it is seen.
    pub fn event(&self) -> String {
        match self {
            Self::Run { report } => run_event(report.run_id, report.state),
            Self::Parked { account, until, .. } => format!("parked/{account}/{}", second(*until)),
            Self::Reauthorise { account, since, .. } => {
                format!("reauthorise/{account}/{}", second(*since))
            }
            Self::ProxyFailed { account, since, .. } => {
                format!("proxy-failed/{account}/{}", second(*since))
            }
            Self::TokenEnding {
                account,
                ends,
                days,
                ..
            } => {
                format!("token-ending/{account}/{}/{days}", second(*ends))
            }
            Self::NearlyUsedUp { account, day, .. } => {
                format!("nearly-used-up/{account}/{}", second(*day))
            }
        }
    }

    /// Why people are told of it, the gravest first; empty for what is no news.
    pub fn reasons(&self) -> Vec<EventKind> {
        match self {
            Self::Run { report } => run_reasons(report),
            Self::Parked { .. } => vec![EventKind::AccountParked],
            Self::Reauthorise { .. } => vec![EventKind::Reauthorise],
            Self::ProxyFailed { .. } => vec![EventKind::ProxyFailed],
            Self::TokenEnding { .. } => vec![EventKind::TokenEnding],
            Self::NearlyUsedUp { .. } => vec![EventKind::QuotaAlarm],
        }
    }
}

/// The event of a run: one when it is held, one when it has ended.
pub fn run_event(run: RunId, state: RunState) -> String {
    match state {
        RunState::Held => format!("run/{run}/held"),
        _ => format!("run/{run}/ended"),
    }
}

/// What a person ended is no news to people.
fn run_reasons(report: &Report) -> Vec<EventKind> {
    let mut reasons = Vec::new();
    let mut because = |holds: bool, reason| {
        if holds {
            reasons.push(reason);
        }
    };
    match report.state {
        RunState::Held => because(true, EventKind::RunHeld),
        RunState::Failed | RunState::Done => {
            because(report.state == RunState::Failed, EventKind::RunFailed);
            because(report.refused > 0, EventKind::QuotaAlarm);
            because(report.backfill.failed > 0, EventKind::BackfillFailed);
            because(changed(report), EventKind::RunChanged);
        }
        RunState::Running | RunState::Backfilling | RunState::Cancelled => {}
    }
    reasons
}

/// Listings that are held stay held from run to run: they are told with other news, and are none.
fn changed(report: &Report) -> bool {
    let stock = report.stock_changes;
    let updates = report.updates;
    report.price_changes.count
        + stock.to_out
        + stock.to_in
        + updates.applied
        + updates.failed
        + report.delisted
        > 0
}

fn second(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
