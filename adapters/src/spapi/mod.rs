//! Amazon's Selling Partner API, as far as it is needed: `getItemOffersBatch` for prices and stock,
//! `searchCatalogItems` for texts and images.
//!
//! A call takes these steps: [`SpApi::offers`], or [`SpApi::basic_info`], gets an access token from `lwa`,
//! sends what `request` wrote over a connection that `keep_alive` has kept open, has `refusal` classify
//! an answer that is not 200, and `decode` or `catalog` read one that is. The limiter paces the calls;
//! the job repeats them.

pub mod catalog;
mod config;
pub mod decode;
mod keep_alive;
mod lwa;
mod no_credentials;
mod operation;
mod refusal;
mod refusal_streak;
mod request;

pub use config::SpApiConfig;
pub use no_credentials::NoCredentials;

use crate::call_watch::CALLS;
use crate::http::{HttpError, excerpt, read_capped};
use async_trait::async_trait;
use chrono::TimeDelta;
use keep_alive::KeepAlive;
use lwa::{Lwa, LwaAccess};
use operation::AmazonOperation;
use refusal::RequestRefusal;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
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

/// A batch of twenty with twenty offers each is about 300 KiB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
const MAX_REFUSAL: usize = 64 * 1024;

/// A token from [`SpApi::prepare`] outlives the longest wait for a permit.
const LASTING: TimeDelta = TimeDelta::seconds(60);
/// A token must outlive the request to Amazon.
const LAST_MOMENT: TimeDelta = TimeDelta::seconds(2);

const TOKEN_HEADER: &str = "x-amz-access-token";
const RATE_HEADER: &str = "x-amzn-ratelimit-limit";
const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The client of Amazon's API. One for a process: all callers share its token.
pub struct SpApi {
    config: SpApiConfig,
    lwa: Lwa,
    keep_alive: KeepAlive,
    limiter: Arc<dyn Limiter>,
    offers: AmazonOperation,
    search: AmazonOperation,
}

impl SpApi {
    /// Connects with the first call only.
    pub fn new(config: SpApiConfig, clock: Arc<dyn Clock>, limiter: Arc<dyn Limiter>) -> Self {
        let lwa = Lwa::new(&config, clock);
        let keep_alive = KeepAlive::new(config.http.clone(), &config.base_url);
        Self {
            config,
            lwa,
            keep_alive,
            limiter,
            offers: AmazonOperation::item_offers(),
            search: AmazonOperation::catalog_search(),
        }
    }

    /// Sends `request` with an access token, reports the outcome to the limiter, and returns the body of
    /// an answer that is 200.
    async fn exchange(
        &self,
        permit: &Permit,
        request: RequestBuilder,
        operation: &AmazonOperation,
    ) -> Result<Vec<u8>, MarketplaceError> {
        let started = Instant::now();
        let access = self.lwa.access(LAST_MOMENT).await?;
        let request = request.header(TOKEN_HEADER, token_header(&access)?);
        if lapsed(permit) {
            return Err(MarketplaceError::Lapsed);
        }
        let late = Micros::try_from(started.elapsed().as_micros()).unwrap_or(Micros::MAX);
        let answer = async {
            let response = match self.config.http.send(request).await {
                Ok(response) => response,
                Err(error) => {
                    let no_answer_came = Feedback {
                        late,
                        ..Feedback::default()
                    };
                    self.report(permit, no_answer_came).await;
                    return Err(RequestRefusal::Request(no_answer(&error)));
                }
            };
            self.keep_alive.used();
            self.read_and_report(permit, response, &access, late).await
        };
        match CALLS.call(operation.callee, answer, is_answer).await {
            Ok(body) => {
                operation.refusals.answered();
                Ok(body)
            }
            Err(RequestRefusal::Token) => Err(self.lwa.rejected(&access).await),
            Err(RequestRefusal::Content(what)) => Err(operation.refusals.refused(what)),
            Err(RequestRefusal::Access(what)) => Err(operation.denied(&what)),
            Err(RequestRefusal::Request(error)) => Err(error),
        }
    }

    /// A refused quota is reported before its body is read. A 200 may hold one, too.
    async fn read_and_report(
        &self,
        permit: &Permit,
        response: Response,
        access: &LwaAccess,
        late: Micros,
    ) -> Result<Vec<u8>, RequestRefusal> {
        let status = response.status();
        let mut feedback = Feedback {
            refused: status == StatusCode::TOO_MANY_REQUESTS,
            rate_header: rate_header(response.headers()),
            late,
        };
        if status != StatusCode::OK {
            self.report(permit, feedback).await;
            return self.read(response, access).await;
        }
        let read = self.read(response, access).await;
        let throttled = RequestRefusal::is_throttled;
        feedback.refused = read.as_ref().is_err_and(throttled);
        self.report(permit, feedback).await;
        read
    }

    async fn report(&self, permit: &Permit, feedback: Feedback) {
        self.limiter
            .feedback(&permit.lane, permit.granted_at, feedback)
            .await;
    }

    async fn read(
        &self,
        response: Response,
        access: &LwaAccess,
    ) -> Result<Vec<u8>, RequestRefusal> {
        let status = response.status();
        let request_id = request_id(response.headers());
        if status != StatusCode::OK {
            // The body of a refusal helps, but the status alone is enough.
            let body = read_capped(response, MAX_REFUSAL).await.unwrap_or_default();
            return Err(refusal::sort(status, &body, &request_id));
        }
        let body = read_capped(response, MAX_ANSWER).await;
        let body = body.map_err(|error| RequestRefusal::Request(no_answer(&error)))?;
        if body.trim_ascii().is_empty() {
            let what = format!("http 200 with an empty answer, request {request_id}");
            let error = MarketplaceError::Unavailable(what);
            return Err(RequestRefusal::Request(error));
        }
        if let Some(refused) = refusal::within(&body, &request_id) {
            return Err(refused);
        }
        self.lwa.accepted(access);
        Ok(body)
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

    async fn keep_alive(&self) -> Infallible {
        self.keep_alive.run().await
    }

    /// If the future is dropped after the request was sent, the answer is lost; the permit is spent either
    /// way.
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
        let body = self.exchange(&permit, request, &self.offers).await?;
        decode::offers(&body, batch.asins())
    }

    fn info_lane(&self) -> Lane {
        Lane::CatalogItems(self.config.client_id.clone())
    }

    /// As [`SpApi::offers`]. Amazon answers a GET with a content type with an HTML 400
    /// (selling-partner-api-models issue 4007), so this one has none.
    #[tracing::instrument(name = "spapi.basic_info", skip_all, fields(asins = batch.len()))]
    async fn basic_info(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError> {
        let place = &self.config.marketplace_id;
        let url = catalog::url(&self.config.base_url, place, batch, page)
            .ok_or_else(|| MarketplaceError::Refused("its address is not valid".to_owned()))?;
        let request = self.config.http.get(url);
        let body = self.exchange(&permit, request, &self.search).await?;
        catalog::items(&body, batch.asins(), place)
    }
}

/// The process or its machine may have been suspended since the permit was granted.
fn lapsed(permit: &Permit) -> bool {
    let now = Instant::now().into_std();
    permit.good_until.is_some_and(|until| now > until)
}

/// Not an outage.
fn is_answer<T>(answer: &Result<T, RequestRefusal>) -> bool {
    !matches!(
        answer,
        Err(RequestRefusal::Request(MarketplaceError::Unavailable(_)))
    )
}

/// An answer that is too large will be too large again.
fn no_answer(error: &HttpError) -> MarketplaceError {
    match error {
        HttpError::TooLarge(_) => MarketplaceError::Malformed(error.to_string()),
        HttpError::NotSent(_)
        | HttpError::Unreachable(_)
        | HttpError::Interrupted(_)
        | HttpError::Client(_) => MarketplaceError::Unavailable(error.to_string()),
    }
}

fn token_header(access: &LwaAccess) -> Result<HeaderValue, MarketplaceError> {
    let mut value = HeaderValue::from_str(access.token.expose_secret())
        .map_err(|_| MarketplaceError::Unavailable("the access token is malformed".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Requests a second. Amazon does not send it with every status (source: "Usage plans and rate
/// limits").
fn rate_header(headers: &HeaderMap) -> Option<f64> {
    let text = headers.get(RATE_HEADER)?.to_str().ok()?;
    let rate: f64 = text.trim().parse().ok()?;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

/// The id that Amazon's support asks for.
fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get(REQUEST_ID_HEADER);
    excerpt(id.and_then(|id| id.to_str().ok()).unwrap_or("none"), 64)
}
