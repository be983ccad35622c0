//! The question about basic information (texts and images), in the catalogue.

use super::search::{Question, ReplyPage};
use chrono::{DateTime, Utc};
use shared::domain::asin::AsinBatch;
use shared::domain::basic_info::BasicInfo;
use shared::domain::lane::Lane;
use shared::domain::product::Seen;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::MarketplaceError;

/// The answer for one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InfoAnswer {
    /// Its basic information.
    Found(Seen<BasicInfo>),
    /// It was in the request, and not in the answer.
    Absent,
    /// Amazon refuses every search with it.
    Malformed,
    /// Unknown: its request failed.
    Failed(String),
}

/// Asks for title, description, brand, category and images.
pub(super) struct InfoQuestion<'a>(pub(super) &'a Context);

impl Question for InfoQuestion<'_> {
    type Answer = InfoAnswer;

    fn lane(&self) -> Lane {
        self.0.marketplace.info_lane()
    }

    async fn ask(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<ReplyPage<InfoAnswer>, MarketplaceError> {
        let page = self.0.marketplace.basic_info(permit, batch, page).await?;
        let found = page.items.into_iter();
        let found = found.map(|(asin, value)| (asin, InfoAnswer::Found(Seen { value, at })));
        Ok((found.collect(), page.next))
    }

    fn invalid(&self, _: DateTime<Utc>) -> InfoAnswer {
        InfoAnswer::Malformed
    }

    fn failed(&self, why: String, _: DateTime<Utc>) -> InfoAnswer {
        InfoAnswer::Failed(why)
    }

    fn absent(&self, _: DateTime<Utc>) -> InfoAnswer {
        InfoAnswer::Absent
    }
}
