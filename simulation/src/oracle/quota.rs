//! What the vendors allow: no request is refused for the rate, and a shop that refused is left alone (sections 6, 10).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::law::{Findings, INACTIVE_CALLED, PERMIT_TOO_EARLY, SHOP_OVER_QUOTA};
use super::rows::RowChange;

/// What was under way when a shop was parked may still arrive.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(10);
/// No reset is farther away; a later one was written under a wrong clock and is not obeyed.
const LONGEST_PARK: TimeDelta = TimeDelta::hours(25);

/// Amazon publishes one request of getItemOffersBatch in ten seconds, with a burst of one.
const PERIOD: TimeDelta = TimeDelta::seconds(10);
/// The ways of two requests to Amazon may differ by so much: one that is early by less was sent in time.
const WAYS_DIFFER: TimeDelta = TimeDelta::milliseconds(200);

/// What an account's row says.
#[derive(Debug, Clone, Copy)]
struct AccountStanding {
    is_active: bool,
    parked_until: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
}

/// The accounts as far as they may be called.
#[derive(Debug, Default)]
pub struct QuotaWatch {
    accounts: HashMap<String, AccountStanding>,
    /// When Amazon accepted a request for offers last.
    accepted: Option<DateTime<Utc>>,
}

impl QuotaWatch {
    /// An account's row has changed.
    pub fn changed(&mut self, change: &RowChange, at: DateTime<Utc>) {
        let standing = AccountStanding {
            is_active: change.now.whole("active") != Some(0),
            parked_until: change.now.instant("parked_until"),
            since: at,
        };
        self.accounts.insert(change.subject.clone(), standing);
    }

    /// A request has reached a shop, or the token endpoint for it.
    pub fn called(&self, account: &str, is_refresh: bool, findings: &mut Findings) {
        let at = findings.at;
        let Some(standing) = self.accounts.get(account) else {
            return;
        };
        if at - standing.since < UNDER_WAY {
            return;
        }
        if !standing.is_active {
            let found = format!("{account} is inactive and was called");
            findings.broken_of_account(INACTIVE_CALLED, account, &found);
        }
        let is_parked = |until: &DateTime<Utc>| *until > at && *until < at + LONGEST_PARK;
        if let Some(until) = standing
            .parked_until
            .filter(is_parked)
            .filter(|_| !is_refresh)
        {
            let found = format!("{account} is parked until {until} and was called");
            findings.broken_of_account(SHOP_OVER_QUOTA, account, &found);
        }
    }

    /// Amazon has accepted a request for offers.
    pub fn accepted(&mut self, at: DateTime<Utc>) {
        self.accepted = Some(at);
    }

    /// Amazon has refused a request for offers because of its rate, without a fault.
    pub fn refused(&self, findings: &mut Findings) {
        let Some(before) = self.accepted else {
            return;
        };
        let early = before + PERIOD - findings.at;
        if early > WAYS_DIFFER {
            let early = early.num_milliseconds();
            let found = format!("Amazon refused a request that came {early} ms early");
            findings.broken(PERMIT_TOO_EARLY, &found);
        }
    }
}
