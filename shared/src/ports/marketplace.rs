//! Amazon, as the job handlers use it.

use super::limiter::Permit;
use crate::domain::asin::{Asin, AsinBatch};
use crate::domain::basic_info::BasicInfo;
use crate::domain::lane::Lane;
use crate::domain::observation::ItemAnswer;
use crate::domain::retry::Remedy;
use async_trait::async_trait;
use std::convert::Infallible;
use std::time::Duration;

/// Why a whole request failed. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum MarketplaceError {
    /// It exceeded the quota; the lane is paused already.
    #[error("amazon refused the request: the quota is exceeded")]
    Throttled,
    /// The process was suspended between its permit and the request: nothing was sent.
    #[error("the permit expired before the request could be sent")]
    Lapsed,
    /// Down or overloaded: 5xx, a cut connection, a time-out.
    #[error("amazon is not available: {0}")]
    Unavailable(String),
    /// An answer that cannot be read.
    #[error("amazon's answer cannot be read: {0}")]
    Malformed(String),
    /// Amazon refuses the content of this request.
    #[error("amazon refuses the request: {0}")]
    Refused(String),
    /// Amazon refuses the whole request, perhaps because of one of its ASINs; it does not say which.
    #[error("amazon refuses the request, perhaps because of one of its ASINs: {0}")]
    MalformedAsin(String),
    /// The access token expired before its time; it is dropped, and the same request succeeds with another
    /// permit.
    #[error("amazon's access token has expired")]
    TokenExpired,
    /// The credentials are not accepted: a person has to act.
    #[error("amazon does not accept the credentials: {0}")]
    Credentials(String),
}

impl MarketplaceError {
    /// The one place that decides what a job does about this error.
    pub fn remedy(&self) -> Remedy {
        match self {
            // The limiter has paused the lane, so the job needs no pause of its own.
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
    /// The information by ASIN, without the ASINs that Amazon does not know.
    pub items: Vec<(Asin, BasicInfo)>,
    /// The token of the next page, if there is one.
    pub next: Option<String>,
}

/// The client of Amazon.
#[async_trait]
pub trait Marketplace: Send + Sync {
    /// Whether it can be asked: not without credentials.
    fn has_credentials(&self) -> bool {
        true
    }

    /// The lane on which [`Marketplace::offers`] needs its permit.
    fn lane(&self) -> Lane;

    /// Gets an access token that lasts, so that only the request itself remains to be done when the permit
    /// is granted.
    async fn prepare(&self) -> Result<(), MarketplaceError>;

    /// Keeps a connection to Amazon open until it is dropped: while a permit is awaited, so that only the
    /// request itself remains to be done then.
    async fn keep_alive(&self) -> Infallible;

    /// Asks for the offers on every ASIN of `batch` in one request, and spends `permit`.
    ///
    /// Returns one entry for each ASIN, in batch order; an ASIN that is not in the answer is
    /// [`ItemAnswer::Absent`].
    ///
    /// # Errors
    ///
    /// Only where the whole batch failed: see [`MarketplaceError::remedy`]. With
    /// [`MarketplaceError::MalformedAsin`] one ASIN may have made it fail for all.
    async fn offers(
        &self,
        permit: Permit,
        batch: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError>;

    /// The lane on which [`Marketplace::basic_info`] needs its permit.
    fn info_lane(&self) -> Lane;

    /// Asks for the basic information of `batch` in one request, or for a further page of its answer, and
    /// spends `permit`.
    ///
    /// # Errors
    ///
    /// Only where the whole request failed. With [`MarketplaceError::MalformedAsin`] one ASIN made the
    /// request fail for all: a request without it succeeds.
    async fn basic_info(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError>;
}
