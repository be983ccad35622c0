//! Why a job failed, with what to do about it. The error type of the failed port decides the reaction;
//! this only carries it to the runner.

use chrono::{DateTime, Utc};
use shared::domain::listing::Listing;
use shared::domain::retry::Remedy;
use shared::ports::limiter::LimiterError;
use shared::ports::marketplace::MarketplaceError;
use shared::ports::queue::QueueError;
use shared::ports::shop::ShopError;
use shared::ports::store::StoreError;
use std::time::Duration;

/// Pause of a slot whose job found the database, queue or limiter unavailable. It costs no attempt, since
/// the job did not cause it. If the job were put back for a second instead, the slot would try thousands
/// of other waiting jobs in that second.
pub(crate) const OUTAGE_PAUSE: Duration = Duration::from_secs(1);

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct JobError {
    /// What to do about it.
    pub remedy: Remedy,
    /// A text for people, without secrets.
    pub why: String,
}

impl JobError {
    /// Failed because of `why`; `remedy` says what to do about it.
    pub fn new(remedy: Remedy, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { remedy, why }
    }

    /// Names the listing in the error of a job that may end in the dead list: its number means nothing to
    /// people. Outages concern no single listing.
    #[must_use]
    pub fn about(mut self, listing: &Listing) -> Self {
        if matches!(self.remedy, Remedy::TryAgain | Remedy::GiveUp) {
            let Listing { account, asin, .. } = listing;
            self.why = format!("{asin} in {account}: {}", self.why);
        }
        self
    }

    /// Try again after `pause`, at no cost in attempts.
    pub fn wait(pause: Duration, why: impl Into<String>) -> Self {
        Self::new(Remedy::Wait(pause), why)
    }

    /// Try again at `until`, at no cost in attempts.
    pub fn wait_until(until: DateTime<Utc>, now: DateTime<Utc>, why: impl Into<String>) -> Self {
        Self::wait((until - now).to_std().unwrap_or_default(), why)
    }
}

impl From<MarketplaceError> for JobError {
    fn from(error: MarketplaceError) -> Self {
        Self::new(error.remedy(), error.to_string())
    }
}

impl From<ShopError> for JobError {
    fn from(error: ShopError) -> Self {
        Self::new(error.remedy(), error.to_string())
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

impl From<&StoreError> for JobError {
    fn from(error: &StoreError) -> Self {
        let remedy = match error {
            StoreError::Unavailable(_) => Remedy::Pause(OUTAGE_PAUSE),
            StoreError::Unusable(_) => Remedy::PauseThenStop(OUTAGE_PAUSE),
            StoreError::Newer { .. } | StoreError::Sealed { .. } => Remedy::Stop,
            StoreError::Damaged(_) => Remedy::GiveUp,
        };
        Self::new(remedy, error.to_string())
    }
}

impl From<QueueError> for JobError {
    fn from(error: QueueError) -> Self {
        Self::new(Remedy::Pause(OUTAGE_PAUSE), error.to_string())
    }
}

impl From<LimiterError> for JobError {
    fn from(error: LimiterError) -> Self {
        Self::new(Remedy::Pause(OUTAGE_PAUSE), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::account::AccountId;
    use shared::domain::asin::Asin;
    use shared::domain::listing::{ItemId, ListingId, ShopState};
    use shared::domain::money::Yen;

    #[test]
    fn what_may_end_in_the_dead_list_names_product_and_shop_and_an_outage_does_not() {
        let listing = Listing {
            id: ListingId(2838),
            account: AccountId::parse("main").expect("an id"),
            asin: Asin::parse("B00EXAMPLE").expect("an ASIN"),
            item: ItemId(1),
            shown: ShopState {
                price: Yen(500),
                visible: true,
                stock: None,
            },
        };
        let of = |remedy| JobError::new(remedy, "no answer").about(&listing).why;

        for remedy in [Remedy::TryAgain, Remedy::GiveUp] {
            assert_eq!(of(remedy), "B00EXAMPLE in main: no answer");
        }
        assert_eq!(of(Remedy::Pause(OUTAGE_PAUSE)), "no answer");
    }
}
