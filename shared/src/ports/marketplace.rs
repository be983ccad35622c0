//! Amazon, as the handlers see it.

use super::limiter::Permit;
use crate::domain::asin::{Asin, AsinBatch};
use crate::domain::basic_info::BasicInfo;
use crate::domain::lane::Lane;
use crate::domain::observation::ItemAnswer;
use crate::domain::retry::Remedy;
use async_trait::async_trait;
use std::convert::Infallible;
use std::time::Duration;

/// A failure of the whole request. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum MarketplaceError {
    /// The quota refused it; the lane is paused already.
    #[error("amazon refused the request for its quota")]
    Throttled,
    /// The process stood still between its permit and the request: nothing was sent.
    #[error("the permit lapsed before the request could be sent")]
    Lapsed,
    /// Away, or overloaded: 5xx, a cut connection, a time-out.
    #[error("amazon is not available: {0}")]
    Unavailable(String),
    /// An answer that cannot be read.
    #[error("amazon's answer cannot be read: {0}")]
    Malformed(String),
    /// Amazon refuses this request for what it asks.
    #[error("amazon refuses the request: {0}")]
    Refused(String),
    /// Amazon refuses the whole request, since one of its ASINs is malformed; it does not say which.
    #[error("amazon takes one of the ASINs for malformed: {0}")]
    MalformedAsin(String),
    /// The access token had ended before its time; it is dropped, and the same request succeeds with
    /// a permit of its own.
    #[error("amazon's access token had ended")]
    TokenExpired,
    /// The credentials are not accepted: a person has to act.
    #[error("amazon does not accept the credentials: {0}")]
    Credentials(String),
}

impl MarketplaceError {
    /// The one place that decides what a job does about this error.
    pub fn remedy(&self) -> Remedy {
        match self {
            // The limiter has paused the lane; waiting there is all the waiting there is to do.
            Self::Throttled | Self::TokenExpired | Self::Lapsed => Remedy::Wait(Duration::ZERO),
            Self::Unavailable(_) | Self::Malformed(_) => Remedy::TryAgain,
            Self::Refused(_) | Self::MalformedAsin(_) => Remedy::GiveUp,
            Self::Credentials(_) => Remedy::Stop,
        }
    }
}

/// One page of basic information.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfoPage {
    /// What is told, by ASIN; one that Amazon does not know is left out.
    pub items: Vec<(Asin, BasicInfo)>,
    /// Names the next page, if there is one.
    pub next: Option<String>,
}

/// Asks Amazon.
#[async_trait]
pub trait Marketplace: Send + Sync {
    /// The lane on which [`Marketplace::offers`] needs its permit.
    fn lane(&self) -> Lane;

    /// Makes ready for a request, so that nothing but the request itself is left to do once the
    /// permit is there: an access token that will last.
    async fn prepare(&self) -> Result<(), MarketplaceError>;

    /// Keeps the way to Amazon open while a permit is waited for, until it is dropped: nothing but the
    /// request itself is left to do when the slot opens.
    async fn stay_warm(&self) -> Infallible;

    /// Asks for the offers on every ASIN of `batch` in one request, and spends `permit`.
    ///
    /// Returns one entry for each ASIN, in batch order; an ASIN that is not in the answer is
    /// [`ItemAnswer::Absent`].
    ///
    /// # Errors
    ///
    /// Only where the whole batch failed: see [`MarketplaceError::remedy`].
    async fn offers(
        &self,
        permit: Permit,
        batch: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError>;

    /// The lane on which [`Marketplace::basic_info`] needs its permit.
    fn info_lane(&self) -> Lane;

    /// Asks for the basic information of `batch` in one request, or for a further page of the answer
    /// to it, and spends `permit`.
    ///
    /// # Errors
    ///
    /// Only where the whole request failed. [`MarketplaceError::MalformedAsin`] says that one ASIN
    /// spoils it for all: the others are answered when asked without it.
    async fn basic_info(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError>;
}
