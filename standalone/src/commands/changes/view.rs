//! The changes as JSON. Times are UTC, yen are integers.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ShopState;
use shared::domain::money::Yen;
use shared::domain::observation::{JudgedOffer, Verdict};
use shared::domain::offer::Rejection;
use shared::domain::outcome::Outcome;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{ListingChange, SeenInterval};

/// The changes of a period.
#[derive(Debug, Serialize)]
pub struct ChangesView {
    pub since: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// Whether the period has older changes beyond the limit.
    pub more: bool,
    /// Newest first.
    pub changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize)]
pub struct ChangeView {
    pub at: DateTime<Utc>,
    pub account: AccountId,
    pub asin: Asin,
    /// The state of the update, reached at `at`.
    pub state: String,
    /// Why the change was not applied.
    pub code: Option<String>,
    pub from: ShopState,
    pub to: ShopState,
    pub cause: ChangeCause,
}

/// The reason of a change.
#[derive(Debug, Serialize)]
pub struct ChangeCause {
    pub run_id: RunId,
    pub kind: RunKind,
    pub amazon_price: Option<AmazonPriceChange>,
    pub observation: Option<ObservationView>,
}

#[derive(Debug, Serialize)]
pub struct AmazonPriceChange {
    pub old: Yen,
    pub new: Yen,
}

/// What Amazon answered.
#[derive(Debug, Serialize)]
pub struct ObservationView {
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub outcome: Outcome,
    pub offers: usize,
    /// The chosen offer.
    pub won: Option<JudgedOffer>,
    /// If none was chosen: the most frequent reason of rejection.
    pub rejected: Option<Rejection>,
}

impl ChangeView {
    pub fn of(change: &ListingChange) -> Self {
        Self {
            at: change.at,
            account: change.account.clone(),
            asin: change.asin,
            state: change.state.clone(),
            code: change.code.clone(),
            from: change.from,
            to: change.to,
            cause: ChangeCause {
                run_id: change.run,
                kind: change.kind,
                amazon_price: change
                    .amazon
                    .map(|(old, new)| AmazonPriceChange { old, new }),
                observation: change.seen.as_ref().map(ObservationView::of),
            },
        }
    }
}

impl ChangeView {
    /// Marks the change as one that a live run would make.
    pub fn not_sent(&mut self) {
        let state = match self.state.as_str() {
            "applied" | "queued" => "would_apply",
            "held" => "would_hold",
            _ => return,
        };
        state.clone_into(&mut self.state);
    }
}

impl ObservationView {
    fn of(seen: &SeenInterval) -> Self {
        let won = |offer: &&JudgedOffer| matches!(offer.verdict, Verdict::Won(_));
        let won = seen.offers.iter().find(won).cloned();
        Self {
            first_at: seen.first_at,
            last_at: seen.last_at,
            outcome: seen.outcome,
            offers: seen.offers.len(),
            rejected: if won.is_none() {
                commonest(&seen.offers)
            } else {
                None
            },
            won,
        }
    }
}

/// Among equally frequent reasons, the first one.
fn commonest(offers: &[JudgedOffer]) -> Option<Rejection> {
    let rejections = || {
        offers.iter().filter_map(|offer| match offer.verdict {
            Verdict::Rejected(why) => Some(why),
            _ => None,
        })
    };
    let times = |why: Rejection| rejections().filter(|other| *other == why).count();
    rejections().rev().max_by_key(|why| times(*why))
}
