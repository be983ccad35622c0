//! The client of one vendor: its requests go over the network, or are handed to a [`Transport`] that
//! answers in their place.

use super::error::HttpError;
use async_trait::async_trait;
use reqwest::{IntoUrl, Request, RequestBuilder, Response};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Answers requests in place of the network, for a simulation without sockets.
#[async_trait]
pub trait Transport: Send + Sync {
    /// The answer to `request`. The client gives up when its time is over, and drops the future.
    ///
    /// # Errors
    ///
    /// [`HttpError::NotSent`] without a connection, [`HttpError::Interrupted`] where the connection ends
    /// before the answer begins. A body that ends early is an error of its stream.
    async fn answer(&self, request: Request) -> Result<Response, HttpError>;
}

/// The client that [`client`](super::client) builds. Cheap to clone, all clones share their connections.
#[derive(Clone)]
pub struct HttpClient {
    network: reqwest::Client,
    instead: Option<Instead>,
}

#[derive(Clone)]
struct Instead {
    transport: Arc<dyn Transport>,
    total_timeout: Duration,
}

impl HttpClient {
    pub(super) fn new(network: reqwest::Client) -> Self {
        let instead = None;
        Self { network, instead }
    }

    /// The same client, whose requests `transport` answers, each within `total_timeout`.
    #[must_use]
    pub fn answered_by(mut self, transport: Arc<dyn Transport>, total_timeout: Duration) -> Self {
        self.instead = Some(Instead {
            transport,
            total_timeout,
        });
        self
    }

    /// A `GET` of `url`, for [`Self::send`].
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.network.get(url)
    }

    /// A `POST` to `url`, for [`Self::send`].
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.network.post(url)
    }

    /// A `HEAD` of `url`, for [`Self::send`].
    pub fn head(&self, url: impl IntoUrl) -> RequestBuilder {
        self.network.head(url)
    }

    /// Sends `request`, and returns the answer when its head has arrived.
    ///
    /// # Errors
    ///
    /// [`HttpError::NotSent`] where the vendor cannot have received it; else it may have acted.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, HttpError> {
        let Some(instead) = &self.instead else {
            return Ok(request.send().await?);
        };
        let request = request.build()?;
        let within = request.timeout().copied();
        let within = within.unwrap_or(instead.total_timeout);
        let answer = tokio::time::timeout(within, instead.transport.answer(request));
        let no_answer = |_| HttpError::Unreachable("no answer in time".to_owned());
        answer.await.map_err(no_answer)?
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, client};
    use tokio::time::Instant;

    const SECOND: Duration = Duration::from_secs(1);

    struct Silent;

    #[async_trait]
    impl Transport for Silent {
        async fn answer(&self, _: Request) -> Result<Response, HttpError> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_transport_that_does_not_answer_is_given_up_when_the_time_is_over() {
        let http = client(&HttpSettings::default()).unwrap();
        let http = http.answered_by(Arc::new(Silent), 30 * SECOND);
        let ask = || http.get("http://nowhere.invalid/");

        for (request, within) in [(ask(), 30), (ask().timeout(7 * SECOND), 7)] {
            let asked = Instant::now();

            let answer = http.send(request).await;

            assert!(matches!(answer, Err(HttpError::Unreachable(_))));
            assert_eq!(asked.elapsed(), within * SECOND);
        }
    }
}
