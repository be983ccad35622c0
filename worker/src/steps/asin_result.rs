//! The result for one ASIN, before anything is decided about its listings.

use shared::domain::account::AccountId;
use shared::domain::basic_info::BasicInfo;
use shared::domain::observation::JudgedOffer;
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product, Seen};
use shared::ports::store::{ListingDecision, RecordedAsin};

/// The facts about one ASIN after it was fetched, or read from the cache. The fields are those of
/// [`RecordedAsin`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AsinResult {
    pub(crate) product: Product,
    pub(crate) outcome: Outcome,
    pub(crate) cache_hit: Option<bool>,
    pub(crate) miss: Option<MissReason>,
    pub(crate) why: Option<String>,
    pub(crate) change: Change,
    pub(crate) offers: Option<Vec<JudgedOffer>>,
    pub(crate) info: Option<Seen<BasicInfo>>,
    pub(crate) pending_in: Option<AccountId>,
}

impl AsinResult {
    /// Without offers, texts and changes.
    pub(crate) fn new(product: Product, outcome: Outcome) -> Self {
        Self {
            product,
            outcome,
            cache_hit: None,
            miss: None,
            why: None,
            change: Change::default(),
            offers: None,
            info: None,
            pending_in: None,
        }
    }

    /// The row to record, with the decisions about its `listings`.
    pub(crate) fn with_listings(self, listings: Vec<ListingDecision>) -> RecordedAsin {
        RecordedAsin {
            product: self.product,
            outcome: self.outcome,
            cache_hit: self.cache_hit,
            miss: self.miss,
            why: self.why,
            change: self.change,
            offers: self.offers,
            listings,
            info: self.info,
            pending_in: self.pending_in,
        }
    }
}
