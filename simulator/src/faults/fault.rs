//! One fault as the controls take it.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 (BASE: `hour_api_limit`) although quota is there; takes no token.
    Throttle,
    /// The HTTP `status` (default 503) with the vendor's JSON; nothing is done.
    Status,
    /// Answers `millis` later (default 3,000); the call is done at once.
    Slow,
    /// The call is done and never answered.
    Hang,
    /// The call is done and the connection ends in the middle of the answer.
    Cut,
    /// The call is done and half of its answer is sent as if it were all.
    Truncate,
    /// The call is done and answered with something that is no JSON.
    Malformed,
    /// HTML of a gateway, HTTP `status` (default 503); nothing is done.
    Html,
    /// The call is done and its answer is followed by 100 MB of white space.
    Huge,
    /// The call is done; in `items` places (default 1) of the answer the type of a field is wrong.
    WrongTypes,
    /// Every access token of that side ends before the call is looked at; once unless counted.
    TokenExpiry,
    /// 403 as for a missing role (BASE: a bad token); nothing is done.
    Forbidden,
    /// `items` (default 1) or `asins` of a batch fail with `status` (default 500).
    ItemError,
    /// `items` (default 1) or `asins` of a batch are left out of the answer.
    MissingItems,
    /// `items` (default all) or `asins` of a batch are said to have no offer.
    EmptyOffers,
    /// Of `items` (default all) or `asins` of a search of the catalogue nothing is told: the sets are
    /// there, and every text and image in them is null.
    NoTexts,
    /// The answers of a batch come in another order.
    Shuffle,
    /// The payload says `MarketplaceID` as the model did until early 2026.
    OldSpelling,
    /// `x-amzn-RateLimit-Limit` is left out.
    NoRateHeader,
    /// The `error` of BASE (default `db_error`), HTTP `status` (default 400); nothing is done.
    BaseError,
}

/// One fault, at work until its count is used up or it is cleared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// An operation by its ledger name, or `*` for all.
    #[serde(default = "all")]
    pub operation: String,
    pub kind: FaultKind,
    /// How often it strikes; until cleared if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How likely it strikes a call, 0 to 1; always if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How many calls pass before it begins.
    #[serde(default)]
    pub skip: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<usize>,
    /// Only calls that name one of these are struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asins: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Only calls of this BASE account or LWA client are struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

fn all() -> String {
    "*".to_owned()
}

impl Fault {
    /// A fault of `kind` that strikes every call of `operation`.
    pub fn new(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            count: None,
            probability: None,
            skip: 0,
            status: None,
            millis: None,
            items: None,
            asins: None,
            error: None,
            account: None,
        }
    }

    /// The same fault, at work `count` times.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// What is wrong with this fault, if anything.
    pub fn complaint(&self) -> Option<String> {
        if self.operation != "*" && Operation::from_name(&self.operation).is_none() {
            return Some(format!("no operation is called {:?}", self.operation));
        }
        if self
            .probability
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return Some("probability is a number from 0 to 1".to_owned());
        }
        if self
            .status
            .is_some_and(|status| !(100..=599).contains(&status))
        {
            return Some("status is a number from 100 to 599".to_owned());
        }
        None
    }
}

/// One fault or a list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultList {
    One(Box<Fault>),
    Many(Vec<Fault>),
}

impl From<FaultList> for Vec<Fault> {
    fn from(list: FaultList) -> Self {
        match list {
            FaultList::One(fault) => vec![*fault],
            FaultList::Many(faults) => faults,
        }
    }
}
