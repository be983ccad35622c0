//! The question about offers: price and stock.

use super::search::{Question, ReplyPage};
use chrono::{DateTime, Utc};
use shared::domain::asin::AsinBatch;
use shared::domain::lane::Lane;
use shared::domain::observation::ItemAnswer;
use shared::domain::product::Seen;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::MarketplaceError;

/// Asks for the offers.
pub(super) struct OffersQuestion<'a>(pub(super) &'a Context);

impl Question for OffersQuestion<'_> {
    type Answer = Seen<ItemAnswer>;

    fn lane(&self) -> Lane {
        self.0.marketplace.lane()
    }

    async fn ask(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        _: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<ReplyPage<Seen<ItemAnswer>>, MarketplaceError> {
        let answers = self.0.marketplace.offers(permit, batch).await?;
        let seen = answers.into_iter();
        let seen = seen.map(|(asin, value)| (asin, Seen { value, at }));
        Ok((seen.collect(), None))
    }

    fn invalid(&self, at: DateTime<Utc>) -> Seen<ItemAnswer> {
        let value = ItemAnswer::InvalidAsin;
        Seen { value, at }
    }

    fn failed(&self, why: String, at: DateTime<Utc>) -> Seen<ItemAnswer> {
        let value = ItemAnswer::Failed(why);
        Seen { value, at }
    }

    fn absent(&self, at: DateTime<Utc>) -> Seen<ItemAnswer> {
        let value = ItemAnswer::Absent;
        Seen { value, at }
    }
}
