//! Amazon's Selling Partner API, as far as it is needed: `getItemOffersBatch` for prices and stock,
//! `searchCatalogItems` for texts and images.
//!
//! Path of a call: [`SpApi::offers`], or [`SpApi::basic_info`], takes a token of `lwa`, sends what `request` wrote over a
//! connection that `warmth` has kept, lets
//! `refusal` sort what is not 200, and `decode` or `catalog` read the rest. Pacing is the limiter's, repeating is
//! the job's.

pub mod catalog;
pub mod decode;
mod keep_alive;
mod lwa;
mod refusal;
mod request;

use crate::http::{HttpError, read_capped};
use async_trait::async_trait;
use chrono::TimeDelta;
use keep_alive::Warmth;
use lwa::{Access, Lwa};
use refusal::Refusal;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::lane::Lane;
use shared::domain::observation::ItemAnswer;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Limiter, Permit};
use shared::ports::marketplace::{InfoPage, Marketplace, MarketplaceError};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::time::Instant;

/// Where Amazon is, and with what we ask it.
#[derive(Debug, Clone)]
pub struct SpApiConfig {
    /// The client of [`crate::http::client`].
    pub http: reqwest::Client,
    /// `https://sellingpartnerapi-fe.amazon.com` for Japan, without a slash at the end.
    pub base_url: String,
    /// `https://api.amazon.com`, without a slash at the end.
    pub lwa_url: String,
    /// `A1VC38T7YXB528` for Amazon.co.jp.
    pub marketplace_id: String,
    /// Id of the application; names the lane.
    pub client_id: String,
    /// Secret of the application; Amazon makes it end now and then.
    pub client_secret: SecretString,
    /// The seller's consent; does not rotate.
    pub refresh_token: SecretString,
}

impl SpApiConfig {
    /// Host of the far east region (source: "SP-API endpoints").
    pub const BASE_URL: &str = "https://sellingpartnerapi-fe.amazon.com";
    /// Host of Login with Amazon (source: "Connecting to the Selling Partner API").
    pub const LWA_URL: &str = "https://api.amazon.com";
    /// Amazon.co.jp (source: "Marketplace IDs").
    pub const JAPAN: &str = "A1VC38T7YXB528";
}

/// A batch of twenty with twenty offers each is about 300 KiB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
const MAX_REFUSAL: usize = 64 * 1024;

/// A token that [`SpApi::prepare`] hands over outlives the longest wait for a permit.
const LASTING: TimeDelta = TimeDelta::seconds(60);
/// A token must outlive the way to Amazon.
const LAST_MOMENT: TimeDelta = TimeDelta::seconds(2);

const TOKEN_HEADER: &str = "x-amz-access-token";
const RATE_HEADER: &str = "x-amzn-ratelimit-limit";
const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// Asks Amazon. One for a process: all callers share its token.
pub struct SpApi {
    config: SpApiConfig,
    lwa: Lwa,
    warmth: Warmth,
    limiter: Arc<dyn Limiter>,
}

impl SpApi {
    /// Opens nothing yet; the first call connects.
    pub fn new(config: SpApiConfig, clock: Arc<dyn Clock>, limiter: Arc<dyn Limiter>) -> Self {
        let lwa = Lwa::new(&config, clock);
        let warmth = Warmth::of(config.http.clone(), &config.base_url);
        Self {
            config,
            lwa,
            warmth,
            limiter,
        }
    }

    async fn tell_limiter(
        &self,
        permit: &Permit,
        sent: &Result<Response, reqwest::Error>,
        late: Micros,
    ) {
        let feedback = match sent {
            Ok(response) => Feedback {
                refused: response.status() == StatusCode::TOO_MANY_REQUESTS,
                rate_header: rate_told(response.headers()),
                late,
            },
            Err(_) => Feedback {
                late,
                ..Feedback::default()
            },
        };
        self.limiter
            .feedback(&permit.lane, permit.granted_at, feedback)
            .await;
    }

    /// Sends `request` with an access token, tells the limiter what became of it, and gives the body of
    /// an answer that is 200.
    async fn exchange(
        &self,
        permit: &Permit,
        request: RequestBuilder,
    ) -> Result<Vec<u8>, MarketplaceError> {
        let started = Instant::now();
        let access = self.lwa.access(LAST_MOMENT).await?;
        let request = request.header(TOKEN_HEADER, token_header(&access)?);
        if lapsed(permit) {
            return Err(MarketplaceError::Lapsed);
        }
        let late = Micros::try_from(started.elapsed().as_micros()).unwrap_or(Micros::MAX);
        let sent = request.send().await;
        self.tell_limiter(permit, &sent, late).await;

        let response = sent.map_err(|error| unread(&error.into()))?;
        self.warmth.used();
        self.read(response, &access).await
    }

    async fn read(&self, response: Response, access: &Access) -> Result<Vec<u8>, MarketplaceError> {
        let status = response.status();
        if status == StatusCode::OK {
            self.lwa.accepted(access);
            let body = read_capped(response, MAX_ANSWER).await;
            return body.map_err(|error| unread(&error));
        }
        let request_id = request_id(response.headers());
        // What a refusal says of itself is a help, and its status alone says enough.
        let body = read_capped(response, MAX_REFUSAL).await.unwrap_or_default();
        match refusal::sort(status, &body, &request_id) {
            Refusal::Token => Err(self.lwa.refused(access).await),
            Refusal::Request(error) => Err(error),
        }
    }
}

#[async_trait]
impl Marketplace for SpApi {
    fn lane(&self) -> Lane {
        Lane::ItemOffers(self.config.client_id.clone())
    }

    async fn prepare(&self) -> Result<(), MarketplaceError> {
        self.lwa.access(LASTING).await.map(drop)
    }

    async fn stay_warm(&self) -> Infallible {
        self.warmth.stay().await
    }

    /// Dropping the future after the request has left means that its answer is lost; the permit is
    /// spent either way.
    #[tracing::instrument(name = "spapi.offers", skip_all, fields(asins = batch.len()))]
    async fn offers(
        &self,
        permit: Permit,
        batch: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
        let request = self
            .config
            .http
            .post(format!("{}{}", self.config.base_url, request::PATH))
            .header(CONTENT_TYPE, "application/json")
            .body(request::body(batch, &self.config.marketplace_id));
        let body = self.exchange(&permit, request).await?;
        decode::offers(&body, batch.asins())
    }

    fn info_lane(&self) -> Lane {
        Lane::CatalogItems(self.config.client_id.clone())
    }

    /// As [`SpApi::offers`]. A GET with a content type is answered by an HTML 400
    /// (selling-partner-api-models issue 4007), so that this one has none.
    #[tracing::instrument(name = "spapi.basic_info", skip_all, fields(asins = batch.len()))]
    async fn basic_info(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError> {
        let place = &self.config.marketplace_id;
        let url = catalog::url(&self.config.base_url, place, batch, page)
            .ok_or_else(|| MarketplaceError::Refused("its address is none".to_owned()))?;
        let body = self.exchange(&permit, self.config.http.get(url)).await?;
        catalog::items(&body, batch.asins(), place)
    }
}

/// A process may be stopped, or its machine, at any line.
fn lapsed(permit: &Permit) -> bool {
    let now = Instant::now().into_std();
    permit.good_until.is_some_and(|until| now > until)
}

/// An answer that is too large is no answer to be had again in smaller.
fn unread(error: &HttpError) -> MarketplaceError {
    match error {
        HttpError::TooLarge(_) => MarketplaceError::Malformed(error.to_string()),
        HttpError::NoWay(_) | HttpError::NoAnswer(_) | HttpError::Client(_) => {
            MarketplaceError::Unavailable(error.to_string())
        }
    }
}

fn token_header(access: &Access) -> Result<HeaderValue, MarketplaceError> {
    let mut value = HeaderValue::from_str(access.token.expose_secret())
        .map_err(|_| MarketplaceError::Unavailable("the access token is no token".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Requests a second; best effort of Amazon's, not on every status (source: "Usage plans and rate
/// limits").
fn rate_told(headers: &HeaderMap) -> Option<f64> {
    let rate: f64 = headers
        .get(RATE_HEADER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

/// What Amazon's support asks for.
fn request_id(headers: &HeaderMap) -> String {
    let id = headers
        .get(REQUEST_ID_HEADER)
        .and_then(|id| id.to_str().ok());
    crate::http::excerpt(id.unwrap_or("none"), 64)
}
