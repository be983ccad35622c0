//! The tokens of the shops: one refresh at a time, every new pair stored before it is used and never lost (section 6).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::law::{
    Findings, PAIR_LOST, REAUTHORISED_IN_VAIN, REFRESH_DROPPED, TOKEN_NOT_STORED, TWO_REFRESHES,
};

/// The answer of a refresh is waited for at least 50 s; the next one may begin afterwards. Less the time that the two
/// requests are under way, since both are seen as they reach BASE.
const REFRESH_LASTS: TimeDelta = TimeDelta::seconds(49);
/// A connection that a fault cuts ends about at once.
const CUT_WITHIN: TimeDelta = TimeDelta::seconds(2);
/// A new pair is kept for so long while the database is away.
const STORED_WITHIN: TimeDelta = TimeDelta::minutes(6);

/// How a call ended for its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerEnd {
    /// It has the whole answer.
    Received,
    /// It waits no more.
    GaveUp,
    /// Its process was killed.
    Died,
}

/// A refresh on its way.
#[derive(Debug)]
struct Refresh {
    account: String,
    asked_at: DateTime<Utc>,
    pair: Option<String>,
    /// The connection may have ended by itself.
    may_be_cut: bool,
    over: bool,
}

/// A pair that a caller has received and must store.
#[derive(Debug)]
struct Received {
    account: String,
    refresh_token: String,
    place: usize,
    at: DateTime<Utc>,
}

/// All tokens of all shops.
#[derive(Debug, Default)]
pub struct TokenWatch {
    refreshes: HashMap<u64, Refresh>,
    stored: HashSet<String>,
    received: Vec<Received>,
    /// Processes that stand still.
    still: HashSet<usize>,
    /// Accounts of which a refresh was refused, or its answer lost: a person may have to act.
    troubled: HashSet<String>,
}

impl TokenWatch {
    /// A pair is in the rows.
    pub fn stored(&mut self, access_token: &str, refresh_token: &str) {
        self.stored.insert(access_token.to_owned());
        self.stored.insert(refresh_token.to_owned());
    }

    /// A shop was called with this token.
    pub fn used(&self, account: &str, token: &str, findings: &mut Findings) {
        let token = token
            .trim_start_matches("Bearer ")
            .trim_start_matches("bearer ");
        if !self.stored.contains(token) {
            let found = format!("{account} was called with a token that is in no row");
            findings.broken_of_account(TOKEN_NOT_STORED, account, &found);
        }
    }

    /// A refresh has reached BASE.
    pub fn asked(&mut self, call: u64, account: &str, findings: &mut Findings) {
        let at = findings.at;
        let under_way = |other: &&Refresh| {
            !other.over && other.account == account && at - other.asked_at < REFRESH_LASTS
        };
        if let Some(other) = self.refreshes.values().find(under_way) {
            let found = format!("{account} refreshes, and since {} already", other.asked_at);
            findings.broken_of_account(TWO_REFRESHES, account, &found);
        }
        let refresh = Refresh {
            account: account.to_owned(),
            asked_at: at,
            pair: None,
            may_be_cut: false,
            over: false,
        };
        self.refreshes.insert(call, refresh);
    }

    /// The network has doubled a refresh: the answer to this copy is dropped, and the other one is refused.
    pub fn repeated(&mut self, call: u64, account: &str) {
        self.refreshes.remove(&call);
        self.troubled.insert(account.to_owned());
    }

    /// BASE has answered a refresh; `is_whole` unless a fault touched it, and `may_be_cut` if its connection may end
    /// by itself.
    pub fn answered(
        &mut self,
        call: u64,
        status: u16,
        body: &[u8],
        (is_whole, may_be_cut): (bool, bool),
    ) {
        let Some(refresh) = self.refreshes.get_mut(&call) else {
            return;
        };
        let pair = serde_json::from_slice::<Value>(body).ok();
        let token = pair.and_then(|pair| pair["refresh_token"].as_str().map(str::to_owned));
        if !is_whole || status != 200 || token.is_none() {
            self.troubled.insert(refresh.account.clone());
        }
        refresh.pair = token.filter(|_| status == 200);
        refresh.may_be_cut = may_be_cut;
    }

    /// A caller's refresh is over.
    pub fn over(&mut self, call: u64, end: CallerEnd, place: usize, findings: &mut Findings) {
        let at = findings.at;
        let Some(refresh) = self.refreshes.get_mut(&call) else {
            return;
        };
        refresh.over = true;
        let account = refresh.account.clone();
        match (end, refresh.pair.take()) {
            (CallerEnd::Received, Some(refresh_token)) => self.received.push(Received {
                account,
                refresh_token,
                place,
                at,
            }),
            (CallerEnd::Received, None) => {}
            (CallerEnd::Died, _) => {
                self.troubled.insert(account);
            }
            (CallerEnd::GaveUp, _) => {
                let waited = at - refresh.asked_at;
                if waited < REFRESH_LASTS && !(refresh.may_be_cut && waited < CUT_WITHIN) {
                    let seconds = waited.num_seconds();
                    let found = format!("a refresh of {account} was dropped after {seconds} s");
                    findings.broken_of_account(REFRESH_DROPPED, &account, &found);
                }
                self.troubled.insert(account);
            }
        }
    }

    /// A process died: what it had received and not stored is lost with it, which no program can help.
    pub fn killed(&mut self, place: usize) {
        self.still.remove(&place);
        let stored = &self.stored;
        let lost = self.received.extract_if(.., |pair| {
            pair.place == place && !stored.contains(&pair.refresh_token)
        });
        self.troubled.extend(lost.map(|pair| pair.account));
    }

    /// A process stands still; it stores its pairs when it goes on.
    pub fn frozen(&mut self, place: usize) {
        self.still.insert(place);
    }

    /// A process goes on.
    pub fn thawed(&mut self, place: usize, at: DateTime<Utc>) {
        self.still.remove(&place);
        let own = self.received.iter_mut().filter(|pair| pair.place == place);
        own.for_each(|pair| pair.at = at);
    }

    /// Looks for pairs that were received a while ago and are in no row.
    pub fn look(&mut self, findings: &mut Findings) {
        let at = findings.at;
        let (stored, still) = (&self.stored, &self.still);
        self.received
            .retain(|pair| !stored.contains(&pair.refresh_token));
        let late =
            |pair: &mut Received| at - pair.at > STORED_WITHIN && !still.contains(&pair.place);
        for pair in self.received.extract_if(.., late) {
            let found = format!(
                "{} got a new pair at {}, and it is in no row",
                pair.account, pair.at
            );
            findings.broken_of_account(PAIR_LOST, &pair.account, &found);
        }
    }

    /// A shop waits for a person to authorise it again.
    pub fn reauthorise(&self, account: &str, findings: &mut Findings) {
        if !self.troubled.contains(account) {
            let found =
                format!("{account} waits for a person, and BASE refused none of its tokens");
            findings.broken_of_account(REAUTHORISED_IN_VAIN, account, &found);
        }
    }

    /// BASE has refused a token of this account, or a fault touched it.
    pub fn refused(&mut self, account: &str) {
        self.troubled.insert(account.to_owned());
    }
}
