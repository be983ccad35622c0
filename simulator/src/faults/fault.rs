//! One fault, in the JSON of the controls.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Status 429 (BASE: `hour_api_limit`) although no limit is reached. Uses no quota.
    Throttle,
    /// HTTP `status` (default 503) with the vendor's JSON. The call is not executed.
    Status,
    /// The call is executed, and answered `millis` later (default 3,000).
    Slow,
    /// The call is executed, and never answered.
    Hang,
    /// The call is executed, and the connection ends in the middle of the response.
    Cut,
    /// The call is executed, and half of the response is sent as if it were the whole.
    Truncate,
    /// The call is executed, and answered with a body that is not JSON.
    Malformed,
    /// The HTML page of a gateway with HTTP `status` (default 503; 400 is that of Amazon's edge, "Website
    /// Temporarily Unavailable"). The call is not executed.
    Html,
    /// HTTP 200 with nothing but Amazon's error list, of code `error` (default `InternalFailure`). The
    /// call is not executed.
    OnlyErrors,
    /// Amazon's 403 with the code `MissingAuthenticationToken` (issue 955). The call is not executed.
    MissingAuthentication,
    /// The call is executed, and a text of each of the first `items` entries (default 1) has a raw control
    /// character and half of a surrogate pair (python-amazon-sp-api issue 178).
    ControlCharacters,
    /// The call is executed, and the response is in gzip, whether or not the caller asked for it.
    Gzip,
    /// The call is executed, and the first `items` items (default 1) of a page of BASE have an empty, a
    /// false or an absurd stock, price or visibility, in turn.
    OddValues,
    /// The call is executed, and no item of BASE tells a `proper_price`, as if a sale were its price.
    NoProperPrice,
    /// The call is executed, and the response is followed by 100 MB of white space.
    Huge,
    /// The call is executed, and a field has a wrong type in `items` entries (default 1).
    WrongTypes,
    /// All access tokens of the vendor expire before the call is checked. `count` is 1 by default.
    TokenExpiry,
    /// Status 403 as for a missing role (BASE: an invalid token). The call is not executed.
    Forbidden,
    /// `items` (default 1) or `asins` of a batch fail with `status` (default 500).
    ItemError,
    /// `items` (default 1) or `asins` of a batch are left out of the response.
    MissingItems,
    /// `items` (default all) or `asins` of a batch are answered as having no offers.
    EmptyOffers,
    /// `items` (default all) or `asins` of a batch have an empty list of offers, while the summary
    /// counts them and tells prices.
    UnlistedOffers,
    /// `items` (default all) or `asins` of a batch have offers whose `ListingPrice` and
    /// `ShippingTime` are empty objects.
    BlankOffers,
    /// The offers of `items` (default 1) or `asins` of a batch cost a tenth of their price (issue
    /// 464 of the models' repository: prices that were days old).
    StalePrice,
    /// `items` (default all) or `asins` of a catalogue search have no content: the data sets are
    /// present, and all texts and images in them are null.
    NoTexts,
    /// The entries of the response are in another order.
    Shuffle,
    /// The payload spells `MarketplaceID`, as the model did until early 2026.
    OldSpelling,
    /// `x-amzn-RateLimit-Limit` is left out.
    NoRateHeader,
    /// `x-amzn-RateLimit-Limit` is `rate`, whatever the true limit (issues 746, 1210 and 1444 of
    /// the models' repository).
    FalseRateHeader,
    /// BASE's `error` (default `db_error`) with HTTP `status` (default 400). The call is not
    /// executed.
    BaseError,
    /// The call to a shop, or the renewal of its tokens, is executed, and answered with HTTP `status`
    /// (default 500) and JSON.
    LateStatus,
    /// The same call is executed, and answered with the HTML page of a gateway and HTTP `status`
    /// (default 503).
    LateHtml,
    /// The call is executed, and answered with an empty body.
    Empty,
    /// An edit of BASE is executed, and answered with the item as it was before.
    OldValues,
    /// An edit of BASE is executed, and answered with another item.
    OtherItem,
}

impl FaultKind {
    /// Whether it applies to all entries of a batch by default, and not to one.
    pub fn is_for_all_items(self) -> bool {
        matches!(
            self,
            Self::EmptyOffers | Self::UnlistedOffers | Self::BlankOffers | Self::NoTexts
        )
    }
}

/// One fault. It is active until its count is used up or the faults are cleared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Name of the operation as in the ledger, or `*` for all operations.
    #[serde(default = "all")]
    pub operation: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// To how many calls it applies; `None` for all until cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Probability from 0 to 1 that it applies to a call; `None` for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// To how many calls it does not apply at first.
    #[serde(default)]
    pub skip: u64,
    /// HTTP status, for the kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Requests a second, for [`FaultKind::FalseRateHeader`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Delay in milliseconds, for [`FaultKind::Slow`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
    /// How many entries of a batch it applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<usize>,
    /// If set, it applies only to calls that contain one of these ASINs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asins: Option<Vec<String>>,
    /// Error code, for [`FaultKind::BaseError`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Text of the error, for [`FaultKind::BaseError`]; by default the one of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// If set, it applies only to calls of this BASE account or LWA client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

fn all() -> String {
    "*".to_owned()
}

impl Fault {
    /// A fault of `kind` that applies to every call of `operation`.
    pub fn new(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            count: None,
            probability: None,
            skip: 0,
            status: None,
            rate: None,
            millis: None,
            items: None,
            asins: None,
            error: None,
            description: None,
            account: None,
        }
    }

    /// The same fault for `count` calls.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// What is wrong with this fault; `None` if it is valid.
    pub fn problem(&self) -> Option<String> {
        if self.operation != "*" && Operation::from_name(&self.operation).is_none() {
            return Some(format!("there is no operation {:?}", self.operation));
        }
        if !(0.0..=1.0).contains(&self.probability.unwrap_or(1.0)) {
            return Some("probability must be from 0 to 1".to_owned());
        }
        if !(100..=599).contains(&self.status.unwrap_or(200)) {
            return Some("status must be from 100 to 599".to_owned());
        }
        None
    }
}

/// One fault or a list of faults, as JSON allows both.
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
