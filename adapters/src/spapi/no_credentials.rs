//! Amazon for a program that has no credentials: nothing is asked.

use async_trait::async_trait;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::lane::Lane;
use shared::domain::observation::ItemAnswer;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::{InfoPage, Marketplace, MarketplaceError};
use std::convert::Infallible;

/// Refuses whatever would be asked.
pub struct NoCredentials;

fn refusal() -> MarketplaceError {
    MarketplaceError::Credentials("no credentials are set".to_owned())
}

#[async_trait]
impl Marketplace for NoCredentials {
    fn has_credentials(&self) -> bool {
        false
    }

    fn lane(&self) -> Lane {
        Lane::ItemOffers(String::new())
    }

    async fn prepare(&self) -> Result<(), MarketplaceError> {
        Err(refusal())
    }

    async fn keep_alive(&self) -> Infallible {
        std::future::pending().await
    }

    async fn offers(
        &self,
        _: Permit,
        _: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
        Err(refusal())
    }

    fn info_lane(&self) -> Lane {
        Lane::CatalogItems(String::new())
    }

    async fn basic_info(
        &self,
        _: Permit,
        _: &AsinBatch,
        _: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError> {
        Err(refusal())
    }
}
