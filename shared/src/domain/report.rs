//! What a run did, in numbers: printed, stored, sent, and given out as JSON.

use super::account::AccountId;
use super::asin::Asin;
use super::listing::{ItemId, ShopState};
use super::money::Yen;
use super::outcome::words;
use super::run::{RunId, RunKind, RunState};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The report of a run. The names of its fields are an interface: more may be added, none renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The run.
    pub run_id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Nothing was written and nothing sent to the shop.
    pub dry_run: bool,
    /// Where it stands.
    pub state: RunState,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// First instant.
    pub started_at: DateTime<Utc>,
    /// Last instant; `None` while it is open.
    pub ended_at: Option<DateTime<Utc>>,
    /// From start to end, or to now while it is open.
    pub seconds: f64,
    /// Distinct ASINs.
    pub asins: u64,
    /// Batches of up to 20 ASINs.
    pub batches: u64,
    /// Requests to Amazon that were answered, backfill included.
    pub requests: u64,
    /// Requests that a quota refused.
    pub refused: u64,
    /// ASINs by outcome; the sum is `asins` once every batch has reported.
    pub outcomes: Outcomes,
    /// What the cache could answer.
    pub cache: CacheUse,
    /// The closing job.
    pub backfill: BackfillTotals,
    /// Changes of Amazon's price.
    pub price_changes: PriceChanges,
    /// Changes of Amazon's stock.
    pub stock_changes: StockChanges,
    /// What became of the listings.
    pub updates: Updates,
    /// Listings that were hidden in the shop.
    pub hidden: u64,
    /// Listings that were shown again.
    pub shown: u64,
    /// Listings that turned out to be gone from the shop.
    pub delisted: u64,
    /// Time that requests spent waiting for a permit, summed over all that waited.
    pub permit_wait_seconds: f64,
    /// Share of Amazon's quota that was used, 0 to 1.
    pub quota_used: f64,
    /// Updates that failed, by the shop's error code.
    #[serde(default)]
    pub failures: Vec<CauseCount>,
    /// Listings that wait for a person, by reason.
    #[serde(default)]
    pub holds: Vec<CauseCount>,
    /// ASINs that are still missing after the backfill, the first ten.
    #[serde(default)]
    pub still_missing: Vec<Asin>,
    /// The guard against a broken answer, when it tripped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guarded>,
    /// What a reconciliation found; `None` for the other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile: Option<Reconciled>,
}

/// What a reconciliation found in the shops.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reconciled {
    /// The shops that it reads.
    pub shops: Vec<ReconciledShop>,
    /// Items that were on the pages; one that moved from page to page meanwhile may count twice.
    pub items: u64,
    /// Listings that look otherwise than we left them, and not for a sale.
    pub drifted: u64,
    /// Of those, at another price,
    pub price: u64,
    /// shown or hidden,
    pub visible: u64,
    /// with another stock, without what sold out.
    pub stock: u64,
    /// The first ten of them.
    pub examples: Vec<Drifted>,
    /// Listings that sold out in the shop and can be had on Amazon: they wait, or were stocked again.
    pub sold_out: u64,
    /// The first ten of them.
    pub sold_out_examples: Vec<Drifted>,
    /// Listings whose item is gone; they are delisted.
    pub gone: u64,
    /// The first ten of them.
    pub gone_examples: Vec<Drifted>,
    /// Listings that were on no page of a shop that lacks too many at once: nothing is done about them.
    pub missing_held: u64,
    /// Items that we do not know.
    pub unknown: u64,
    /// The first ten of them.
    pub unknown_examples: Vec<UnknownItem>,
}

/// A shop that a reconciliation reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledShop {
    /// The shop.
    pub account: AccountId,
    /// `open done held given_up`.
    pub state: String,
    /// Items that were on its pages.
    pub items: u64,
    /// Listings that were on no page, when the last one was read.
    pub missing: u64,
    /// Why it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A listing that looks otherwise than we left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// BASE's number.
    pub item: ItemId,
    /// As we left it.
    pub left: ShopState,
    /// As it was found; `None` when it is gone.
    pub found: Option<ShopState>,
}

/// An item of a shop that is none of our listings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownItem {
    /// The shop.
    pub account: AccountId,
    /// BASE's number.
    pub item: ItemId,
    /// The shop's own code.
    pub sku: Option<String>,
}

/// What the guard against a broken answer did in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarded {
    /// ASINs that the run would hide, or has hidden.
    pub hides: u64,
    /// What it allows: so many percent of the ASINs,
    pub allowed_percent: u32,
    /// or so many, whichever is more.
    pub allowed_count: u32,
    /// Updates that it holds, or held until they were dropped.
    pub held: u64,
    /// When it tripped.
    pub tripped_at: DateTime<Utc>,
    /// When that was decided; `None` while they wait.
    pub decided_at: Option<DateTime<Utc>>,
    /// How.
    pub decision: Option<HoldDecision>,
}

/// What became of updates that were held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldDecision {
    /// A person let them go.
    Released,
    /// A person dropped them, with their run.
    Cancelled,
    /// The whole run was no mass change: they were sent at its end.
    Lifted,
    /// Their run failed, and dropped them.
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
    /// Offers, none that the shop could buy.
    pub filtered_out: u64,
    /// Nothing learnt.
    pub api_error: u64,
    /// Unknown to Amazon.
    pub invalid_asin: u64,
}

impl Outcomes {
    /// All together.
    pub fn total(&self) -> u64 {
        self.success + self.out_of_stock + self.filtered_out + self.api_error + self.invalid_asin
    }
}

/// What the cache could answer; both 0 for a run that does not read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CacheUse {
    /// Fresh entries.
    pub hits: u64,
    /// No entry, or a stale part that was needed.
    pub misses: u64,
}

/// The closing job of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BackfillTotals {
    /// Distinct ASINs that it had to fetch.
    pub asins: u64,
    /// Requests that it made.
    pub requests: u64,
    /// ASINs that have a fresh value now.
    pub success: u64,
    /// ASINs that are still missing.
    pub failed: u64,
}

/// Changes of Amazon's price.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceChanges {
    /// All of them.
    pub count: u64,
    /// Those of 100 yen or more.
    #[serde(default)]
    pub of_100_yen_or_more: u64,
    /// The largest, by difference.
    pub examples: Vec<PriceChange>,
}

/// One change of Amazon's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// The product.
    pub asin: Asin,
    /// Before.
    pub old: Yen,
    /// Now.
    pub new: Yen,
}

/// Changes of Amazon's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StockChanges {
    /// Sold out.
    pub to_out: u64,
    /// Back again.
    pub to_in: u64,
}

/// What became of the listings of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Updates {
    /// Edited in the shop.
    pub applied: u64,
    /// Compared, and left alone since the shop already shows what it should.
    pub equal: u64,
    /// Waiting for a person.
    pub held: u64,
    /// Refused by the shop, or tried in vain.
    pub failed: u64,
    /// Waiting for the account's quota to be reset.
    pub parked: u64,
}

/// How many of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseCount {
    /// The shop's error code, or the reason of a hold.
    pub code: String,
    /// How many.
    pub count: u64,
}
