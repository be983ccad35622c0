//! Notices: events that people are notified of, the key under which each is sent once, and the
//! kinds it belongs to. The crate `ui` words them.

pub use super::event_kind::EventKind;

use super::account::{AccountId, AccountRefusal};
use super::outcome::words;
use super::queue_name::QueueName;
use super::report::Report;
use super::run::{RunId, RunState};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// What is missing where nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SilentPart {
    /// Runs: none was made when one was due.
    Runs,
    /// Workers: some jobs are run by nobody.
    Workers,
    /// The producer: nobody keeps the schedule.
    Producer,
}

words!(SilentPart {
    Runs => "runs",
    Workers => "workers",
    Producer => "producer",
});

/// An event, with its facts at the time it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Notice {
    /// A run has ended, or is held.
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
    /// A person has to authorise a shop again.
    Reauthorise {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Since when it gets no requests.
        since: DateTime<Utc>,
        /// The reason, in the platform's words; missing in notices of older programs.
        #[serde(default)]
        why: Option<String>,
    },
    /// A platform refuses a shop or its application; the shop gets a request now and then only.
    ShopRefused {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// The first refusal.
        since: DateTime<Utc>,
        /// Who is refused, and why.
        refusal: AccountRefusal,
    },
    /// The proxy of a shop fails. The shop gets no requests, since none may bypass its proxy.
    ProxyFailed {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// The first failure.
        since: DateTime<Utc>,
    },
    /// The tokens of an unused shop expire soon.
    TokenEnding {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Their expiry.
        ends: DateTime<Utc>,
        /// The warning that is due: this many days before the expiry, or fewer.
        days: u32,
    },
    /// Amazon refuses every request on a lane for its quota.
    AmazonRefuses {
        /// The name of the lane.
        lane: String,
        /// The first refusal.
        since: DateTime<Utc>,
    },
    /// No run was made, or nothing works on runs.
    Silent {
        /// What is missing.
        part: SilentPart,
        /// Of [`SilentPart::Workers`]: the queues that none serves; empty if there is no worker at all.
        #[serde(default)]
        queues: Vec<QueueName>,
        /// Since when.
        since: DateTime<Utc>,
        /// Until when; `None` while it lasts.
        #[serde(default)]
        until: Option<DateTime<Utc>>,
    },
    /// A shop has used most of the quota of its day.
    NearlyUsedUp {
        /// The shop.
        account: AccountId,
        /// Its name for people.
        name: String,
        /// Calls of the day.
        used: u32,
        /// The quota of the day.
        of: u32,
        /// The start of the day.
        day: DateTime<Utc>,
    },
}

impl Notice {
    /// The key of the event: the same whenever, and by whichever process, it is recorded.
    pub fn event(&self) -> String {
        match self {
            Self::Run { report } => run_event(report.run_id, report.state),
            Self::Parked { account, until, .. } => format!("parked/{account}/{}", second(*until)),
            Self::Reauthorise { account, since, .. } => {
                format!("reauthorise/{account}/{}", second(*since))
            }
            Self::ShopRefused { account, since, .. } => {
                format!("shop-refused/{account}/{}", second(*since))
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
            Self::AmazonRefuses { lane, since } => {
                format!("amazon-refuses/{lane}/{}", second(*since))
            }
            Self::Silent {
                part,
                queues,
                since,
                until,
            } => {
                let end = if until.is_some() { "/over" } else { "" };
                let names = [part.as_str()].into_iter();
                let names = names.chain(queues.iter().map(|queue| queue.as_str()));
                let names = names.collect::<Vec<_>>().join("-");
                format!("silent/{names}/{}{end}", second(*since))
            }
            Self::NearlyUsedUp { account, day, .. } => {
                format!("nearly-used-up/{account}/{}", second(*day))
            }
        }
    }

    /// The report of a run that changed nothing but prices on Amazon.
    pub fn of_prices_only(&self) -> Option<&Report> {
        match self {
            Self::Run { report } if !changed_more_than_prices(report) => Some(report),
            _ => None,
        }
    }

    /// The kinds it belongs to, the most serious first; empty if it is not worth a notice.
    pub fn reasons(&self) -> Vec<EventKind> {
        match self {
            Self::Run { report } => run_reasons(report),
            Self::Parked { .. } => vec![EventKind::AccountParked],
            Self::Reauthorise { .. } => vec![EventKind::Reauthorise],
            Self::ShopRefused { .. } => vec![EventKind::ShopRefused],
            Self::ProxyFailed { .. } => vec![EventKind::ProxyFailed],
            Self::TokenEnding { .. } => vec![EventKind::TokenEnding],
            Self::AmazonRefuses { .. } => vec![EventKind::RunFailed, EventKind::QuotaAlarm],
            Self::Silent { .. } => vec![EventKind::Silent],
            Self::NearlyUsedUp { .. } => vec![EventKind::QuotaAlarm],
        }
    }
}

/// The key of a run's event: one when it is held, one when it has ended.
pub fn run_event(run: RunId, state: RunState) -> String {
    match state {
        RunState::Held => format!("run/{run}/held"),
        _ => format!("run/{run}/ended"),
    }
}

/// A cancelled run has no kinds: a person ended it and knows. Neither has a failed one all of whose
/// requests were refused: [`Notice::AmazonRefuses`] tells that once, however many runs try.
fn run_reasons(report: &Report) -> Vec<EventKind> {
    if report.state == RunState::Failed && report.requests == 0 && report.refused > 0 {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let mut because = |holds: bool, reason| {
        if holds {
            reasons.push(reason);
        }
    };
    match report.state {
        RunState::Held => because(true, EventKind::RunHeld),
        RunState::Failed | RunState::Done | RunState::Incomplete => {
            let failed = report.state == RunState::Failed || report.mostly_failed();
            because(failed, EventKind::RunFailed);
            because(report.refused > 0, EventKind::QuotaAlarm);
            let unconfirmed = report.backfill.failed + report.doubted.count;
            because(unconfirmed > 0, EventKind::BackfillFailed);
            let changed = report.price_changes.count > 0 || changed_more_than_prices(report);
            because(changed, EventKind::RunChanged);
        }
        RunState::Running | RunState::Backfilling | RunState::Cancelled => {}
    }
    reasons
}

/// Held listings do not count: they stay held from run to run and are only listed with other news. A listing
/// that is still shown counts when Amazon calls its ASIN invalid, which a run asks daily, then weekly.
fn changed_more_than_prices(report: &Report) -> bool {
    let stock = &report.stock_changes;
    let updates = report.updates;
    stock.to_out
        + stock.to_in
        + updates.applied
        + updates.failed
        + report.delisted
        + report.outcomes.invalid_asin.min(report.invalid.count)
        > 0
}

fn second(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
