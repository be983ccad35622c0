//! Channels that notify people. Each one adds its own markup to a message and decides what a failure
//! means; the caller decides when to send again.

mod chatwork;
mod heartbeat;
mod webhook;

pub use chatwork::ChatworkNotifier;
pub use heartbeat::{HeartbeatUrl, RunEnd};
pub use webhook::WebhookNotifier;

use crate::http::{HttpClient, HttpError, HttpSettings, client, excerpt, read_capped};
use reqwest::RequestBuilder;
use shared::ports::notifier::NotifyError;
use std::time::Duration;

/// A valid answer is a number, or one line.
const MAX_ANSWER: usize = 64 * 1024;

/// The client for channels. A delivery must end well within the time after which its sender counts as
/// failed (one minute).
///
/// # Errors
///
/// [`HttpError::Client`] if the machine has no usable root certificates.
pub fn http() -> Result<HttpClient, HttpError> {
    client(&HttpSettings {
        total_timeout: Duration::from_secs(15),
        ..HttpSettings::default()
    })
}

/// A complete answer.
struct ChannelAnswer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl ChannelAnswer {
    /// A header that is a number, without its fraction.
    fn number(&self, name: &str) -> Option<u64> {
        let text = self.headers.get(name)?.to_str().ok()?;
        text.split('.').next()?.trim().parse().ok()
    }

    /// Its text for a log.
    fn why(&self) -> String {
        let text = excerpt(&self.text, 120);
        format!("http {} {text}", self.status).trim().to_owned()
    }
}

/// Sends the request and reads the answer. Only a failure to connect proves that nothing was posted.
async fn exchange(
    http: &HttpClient,
    request: RequestBuilder,
) -> Result<ChannelAnswer, NotifyError> {
    let sent = http.send(request).await.map_err(|error| match error {
        HttpError::NotSent(why) => NotifyError::Later { why, after: None },
        other => NotifyError::Unknown(other.to_string()),
    })?;
    let status = sent.status();
    let headers = sent.headers().clone();
    let body = match read_capped(sent, MAX_ANSWER).await {
        Ok(body) => body,
        // The status line is enough.
        Err(_) if status.is_success() || status.is_client_error() => Vec::new(),
        Err(error) => return Err(NotifyError::Unknown(error.to_string())),
    };
    Ok(ChannelAnswer {
        status: status.as_u16(),
        headers,
        text: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// What an answer means on either channel; `pause` reads the pause after a 429.
///
/// 502 and 504 come from a gateway, which does not know whether the message was posted.
fn outcome(
    answer: &ChannelAnswer,
    pause: impl FnOnce(&ChannelAnswer) -> Duration,
) -> Result<(), NotifyError> {
    let why = answer.why();
    match answer.status {
        200..=299 => Ok(()),
        429 => Err(NotifyError::Later {
            after: Some(pause(answer)),
            why,
        }),
        502 | 504 => Err(NotifyError::Unknown(why)),
        408 | 500..=599 => Err(NotifyError::Later { why, after: None }),
        400 | 413 | 422 => Err(NotifyError::Rejected(why)),
        _ => Err(NotifyError::Forbidden(why)),
    }
}

/// The first `most` characters of `text`, with a mark if it was longer.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    format!("{kept}\n…")
}
