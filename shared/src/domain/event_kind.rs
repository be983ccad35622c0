//! The kinds of events that people are notified of.

use super::outcome::words;
use serde::{Deserialize, Serialize};

/// The kinds of events; each can be switched off (`NOTIFY_EVENTS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A run is done, and something changed or an update failed.
    RunChanged,
    /// A run ended without being complete.
    RunFailed,
    /// The guard holds the updates of a run until a person decides.
    RunHeld,
    /// ASINs are still missing after the backfill.
    BackfillFailed,
    /// A quota refused requests, or is nearly used up.
    QuotaAlarm,
    /// A shop waits for the reset of its quota.
    AccountParked,
    /// A person has to authorise a shop again.
    Reauthorise,
    /// A platform refuses a shop, or its application.
    ShopRefused,
    /// The proxy of a shop fails.
    ProxyFailed,
    /// No run was made, or a part of the installation is missing.
    Silent,
    /// The tokens of an unused shop expire soon.
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
    ShopRefused => "shop-refused",
    ProxyFailed => "proxy-failed",
    Silent => "silent",
    TokenEnding => "token-ending",
});

impl EventKind {
    /// All kinds, the most serious first: the order of a digest.
    pub const ALL: [Self; 11] = [
        Self::RunHeld,
        Self::RunFailed,
        Self::Silent,
        Self::Reauthorise,
        Self::ShopRefused,
        Self::ProxyFailed,
        Self::TokenEnding,
        Self::QuotaAlarm,
        Self::AccountParked,
        Self::BackfillFailed,
        Self::RunChanged,
    ];
}
