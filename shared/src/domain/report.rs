//! The report of a run, in numbers: printed, stored, sent to people, and written as JSON.

use super::account::AccountId;
use super::asin::Asin;
use super::listing::ItemId;
pub use super::market_changes::{
    DoubtedPrices, KnownAs, PriceChange, PriceChanges, ShopChanges, StockChanges, TurnedStock,
    WithoutOffer,
};
use super::money::Yen;
use super::outcome::words;
pub use super::reconciled::{Drifted, Reconciled, ReconciledShop, UnknownItem};
use super::run::{RunId, RunKind, RunState};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The report of a run. Its field names are a public interface: add fields, never rename them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The run.
    pub run_id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Nothing was written and nothing sent to the shop.
    pub dry_run: bool,
    /// Its state.
    pub state: RunState,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its start.
    pub started_at: DateTime<Utc>,
    /// Its end; `None` while it is open.
    pub ended_at: Option<DateTime<Utc>>,
    /// Duration until its end, or until now while it is open.
    pub seconds: f64,
    /// Distinct ASINs.
    pub asins: u64,
    /// Batches of up to 20 ASINs.
    pub batches: u64,
    /// Requests to Amazon that were answered, backfill included.
    pub requests: u64,
    /// Requests that a quota refused.
    pub refused: u64,
    /// ASINs by outcome; they add up to `asins` once every batch has reported.
    pub outcomes: Outcomes,
    /// Hits and misses of the cache.
    pub cache: CacheUse,
    /// The closing job that fetches misses again.
    pub backfill: BackfillTotals,
    /// Changes of Amazon's price.
    pub price_changes: PriceChanges,
    /// Prices that fell too far in one answer, and that no second one confirmed.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub doubted: DoubtedPrices,
    /// Changes of Amazon's stock.
    pub stock_changes: StockChanges,
    /// ASINs that have had no offer for a week or longer.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub without_offer: WithoutOffer,
    /// What changed by shop; shops without a change are left out.
    #[serde(default)]
    pub shops: Vec<ShopChanges>,
    /// Updates of listings by result.
    pub updates: Updates,
    /// Listings that were hidden in the shop.
    pub hidden: u64,
    /// Listings that were shown again.
    pub shown: u64,
    /// Listings whose item was deleted in the shop.
    pub delisted: u64,
    /// Time that requests waited for a permit, summed over all of them.
    pub permit_wait_seconds: f64,
    /// Share of Amazon's quota that was used, 0 to 1.
    pub quota_used: f64,
    /// Updates that failed, by the shop's error code.
    #[serde(default)]
    pub failures: Vec<CauseCount>,
    /// Listings that are held for a person to check, by reason.
    #[serde(default)]
    pub holds: Vec<CauseCount>,
    /// The first ten ASINs that are still missing after the backfill.
    #[serde(default)]
    pub still_missing: Vec<Asin>,
    /// What Amazon said instead of an answer, by the number of ASINs; the ten most common.
    #[serde(default)]
    pub unanswered: Vec<CauseCount>,
    /// Visible listings whose ASIN Amazon called invalid, in this run or earlier: they keep their price.
    #[serde(default)]
    pub invalid: InvalidListings,
    /// The mass-change guard; `None` unless it tripped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guarded>,
    /// What a reconciliation found; `None` for the other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile: Option<Reconciled>,
}

/// A part in which there is nothing to say is left out.
fn is_empty<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

impl Report {
    /// Whether a run that follows Amazon got no answer for half of its ASINs or more: the shops keep showing
    /// what they did, so it is no run that is done. A run for texts may ask for ASINs that the catalogue
    /// lacks: it failed if nothing was answered, and Amazon said why.
    pub fn mostly_failed(&self) -> bool {
        // A dry run has no backfill: what is not in the cache has not been asked for.
        let asked = self.kind.asks_marketplace() || !self.dry_run;
        let failed = self.outcomes.api_error;
        let is_mass = if self.kind.updates_listings() {
            failed * 2 >= self.asins
        } else {
            self.outcomes.success == 0 && !self.unanswered.is_empty()
        };
        asked && failed > 0 && is_mass
    }

    /// Whether a run over all listings, or all shops, found none: they are not imported, or not active.
    pub fn had_nothing_to_do(&self) -> bool {
        match self.kind {
            RunKind::PriceStock | RunKind::Visibility => self.asins == 0,
            RunKind::Reconcile => self.batches == 0,
            RunKind::Stale | RunKind::BasicInfo | RunKind::Register => false,
        }
    }

    /// Whether the guard holds nothing but the end of the run, since Amazon called too many ASINs invalid: the
    /// next run asks for them again.
    pub fn is_held_for_invalid(&self) -> bool {
        let guard = self.guard.as_ref();
        let marks_only = guard.is_some_and(|guard| guard.invalid > 0 && guard.held == 0);
        self.state == RunState::Held && marks_only
    }
}

/// Visible listings whose ASIN Amazon called invalid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InvalidListings {
    /// Their number.
    pub count: u64,
    /// The first hundred, the oldest first.
    pub examples: Vec<InvalidListing>,
}

/// A visible listing whose ASIN Amazon called invalid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidListing {
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// BASE's number.
    pub item: ItemId,
    /// The price in the shop.
    pub price: Yen,
    /// Since when Amazon calls it invalid.
    pub since: DateTime<Utc>,
}

/// What the mass-change guard did in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarded {
    /// ASINs that the run hides or would hide.
    pub hides: u64,
    /// ASINs of visible listings that Amazon called invalid for the first time.
    #[serde(default)]
    pub invalid: u64,
    /// The guard trips above both limits: this percentage of the ASINs
    pub allowed_percent: u32,
    /// and this number of ASINs.
    pub allowed_count: u32,
    /// Updates that it holds, or held until they were dropped.
    pub held: u64,
    /// Of these, the updates whose items the shop does not know.
    #[serde(default)]
    pub gone: u64,
    /// When it tripped.
    pub tripped_at: DateTime<Utc>,
    /// When the updates were released or dropped; `None` while they are held.
    pub decided_at: Option<DateTime<Utc>>,
    /// What was decided.
    pub decision: Option<HoldDecision>,
}

/// What was decided about held updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldDecision {
    /// A person released them.
    Released,
    /// A person cancelled the run.
    Cancelled,
    /// The complete run was below the limits, so they were sent at its end.
    Lifted,
    /// The run failed, and they were dropped.
    Failed,
}

words!(HoldDecision {
    Released => "released",
    Cancelled => "cancelled",
    Lifted => "lifted",
    Failed => "failed",
});

/// ASINs by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcomes {
    /// Priced and in stock.
    pub success: u64,
    /// No offer.
    pub out_of_stock: u64,
    /// Offers, but none that the rules accept.
    pub filtered_out: u64,
    /// No usable answer.
    pub api_error: u64,
    /// Amazon does not know it.
    pub invalid_asin: u64,
}

impl Outcomes {
    /// The sum of all.
    pub fn total(&self) -> u64 {
        self.success + self.out_of_stock + self.filtered_out + self.api_error + self.invalid_asin
    }
}

/// Hits and misses of the cache; both 0 for a run that does not read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CacheUse {
    /// Fresh entries.
    pub hits: u64,
    /// Missing entries, and entries whose needed part is stale or unknown. Runs of earlier versions do not
    /// tell the two apart.
    pub misses: u64,
    /// Of these, products without an entry.
    #[serde(default)]
    pub missing: u64,
    /// Of these, entries that are incomplete or stale.
    #[serde(default)]
    pub stale: u64,
}

/// The closing job of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BackfillTotals {
    /// Distinct ASINs that it fetched.
    pub asins: u64,
    /// Requests that it made.
    pub requests: u64,
    /// ASINs with a fresh value now.
    pub success: u64,
    /// ASINs that are still missing.
    pub failed: u64,
    /// ASINs that were not asked for: in a dry run, or without credentials for Amazon.
    #[serde(default)]
    pub left_out: u64,
}

/// The updates of a run by result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Updates {
    /// Applied in the shop.
    pub applied: u64,
    /// Not needed: the shop already shows the desired state.
    pub equal: u64,
    /// Held for a person to check.
    pub held: u64,
    /// Refused by the shop, or failed in every attempt.
    pub failed: u64,
    /// Waiting for the reset of the account's quota.
    pub parked: u64,
    /// Waiting for the hours at which everything is sent (`RUN_HOURS`), as it was set to.
    #[serde(default)]
    pub for_hours: u64,
}

/// How many updates or listings have one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseCount {
    /// The shop's error code, or the reason of a hold.
    pub code: String,
    /// Their number.
    pub count: u64,
}
