//! The address of a watcher outside, which gets a request after each run and gives the alarm when none
//! comes any more.
//!
//! Source: healthchecks.io, "Pinging API", 2026-11: a GET (also of a HEAD or POST) of the address tells
//! success, with `/fail` appended failure; 200 is the answer. The address alone allows that, so it is a
//! secret.

use super::exchange;
use crate::http::HttpClient;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use shared::ports::notifier::NotifyError;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// It did what it was for.
    Success,
    /// It did not.
    Failure,
}

/// Sends the requests.
pub struct HeartbeatUrl {
    http: HttpClient,
    url: SecretString,
}

impl HeartbeatUrl {
    /// Requests `url`, over a client of [`super::http`].
    pub fn new(http: HttpClient, url: SecretString) -> Self {
        Self { http, url }
    }

    /// Tells that a run has ended.
    ///
    /// # Errors
    ///
    /// The watcher did not take it; no error contains the address, nor what the watcher said, which may
    /// repeat it.
    pub async fn ping(&self, end: RunEnd) -> Result<(), NotifyError> {
        let address = address(self.url.expose_secret(), end);
        let status = exchange(&self.http, self.http.get(address)).await?.status;
        match status {
            200..=299 => Ok(()),
            429 | 500..=599 => Err(NotifyError::Later {
                why: format!("http {status}"),
                after: None,
            }),
            _ => Err(NotifyError::Forbidden(format!("http {status}"))),
        }
    }
}

fn address(given: &str, end: RunEnd) -> String {
    match (end, Url::parse(given)) {
        (RunEnd::Failure, Ok(mut url)) => {
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().push("fail");
            }
            url.into()
        }
        _ => given.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_below_the_address_whatever_its_query() {
        for (given, failure) in [
            (
                "https://hc-ping.com/some-id",
                "https://hc-ping.com/some-id/fail",
            ),
            (
                "https://hc-ping.com/key/slug/",
                "https://hc-ping.com/key/slug/fail",
            ),
            (
                "https://hc-ping.com/key/slug?create=1",
                "https://hc-ping.com/key/slug/fail?create=1",
            ),
            (
                "https://watcher.example.com",
                "https://watcher.example.com/fail",
            ),
        ] {
            assert_eq!(address(given, RunEnd::Failure), failure);
            assert_eq!(address(given, RunEnd::Success), given);
        }
    }
}
