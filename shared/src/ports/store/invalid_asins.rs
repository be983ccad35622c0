//! ASINs that Amazon calls invalid: they are not asked for in every run, and not forgotten either.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::report::InvalidListings;
use crate::domain::run::{RunId, RunKind};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Reads and removes the marks of ASINs that Amazon called invalid.
#[async_trait]
pub trait InvalidAsinStore: Send + Sync {
    /// Distinct marked ASINs with a `listed` listing in an active account (or in the given one, if it is
    /// active) that are to be asked for again at `now`: see
    /// [`InvalidMark::is_due`](crate::domain::product::InvalidMark::is_due).
    async fn due_again(
        &self,
        account: Option<&AccountId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError>;

    /// The visible listings of marked ASINs in active accounts: they keep their last price.
    async fn invalid_listings(&self) -> Result<InvalidListings, StoreError>;

    /// Cancels the run of this kind that is held for its marks alone, so that nothing of it waits to be sent,
    /// and removes them: the next run asks for these ASINs again. Returns which.
    async fn cancel_doubtful(
        &self,
        kind: RunKind,
        at: DateTime<Utc>,
    ) -> Result<Option<RunId>, StoreError>;

    /// Removes the marks of `asins`, which a person has named anew.
    async fn forget_invalid(&self, asins: &[Asin]) -> Result<(), StoreError>;
}
