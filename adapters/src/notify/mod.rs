//! Channels on which people are told. Each gives a message its own markup and says by its answers what
//! has to be done about a failure; when to send again is not decided here.

mod chatwork;
mod webhook;

pub use chatwork::{Chatwork, ChatworkConfig};
pub use webhook::Webhook;

use crate::http::{HttpError, HttpSettings, client, excerpt, read_capped};
use shared::ports::notifier::NotifyError;
use std::time::Duration;

/// An answer is a number, or one line.
const MAX_ANSWER: usize = 64 * 1024;

/// The client for channels: nobody waits for a message, but its sender must not be taken for dead (a
/// minute, `producer/src/notices`).
///
/// # Errors
///
/// [`HttpError::Client`] when the machine has no usable root certificates.
pub fn http() -> Result<reqwest::Client, HttpError> {
    client(&HttpSettings {
        total_timeout: Duration::from_secs(15),
        ..HttpSettings::default()
    })
}

/// A whole answer.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    /// A header that is a number; fractions are cut.
    fn number(&self, name: &str) -> Option<u64> {
        let text = self.headers.get(name)?.to_str().ok()?;
        text.split('.').next()?.trim().parse().ok()
    }

    /// What a log may say of it.
    fn why(&self) -> String {
        let said = excerpt(&self.text, 120);
        format!("http {} {said}", self.status).trim().to_owned()
    }
}

/// Sends, and reads the answer. That no connection was made is the only failure after which it is sure
/// that nothing was posted.
async fn exchange(request: reqwest::RequestBuilder) -> Result<Answer, NotifyError> {
    let sent = request.send().await.map_err(|error| {
        let never_left = error.is_connect() || error.is_builder();
        let why = HttpError::from(error).to_string();
        if never_left {
            NotifyError::Later { why, after: None }
        } else {
            NotifyError::Perhaps(why)
        }
    })?;
    let status = sent.status();
    let headers = sent.headers().clone();
    let body = match read_capped(sent, MAX_ANSWER).await {
        Ok(body) => body,
        // The status line has said it all.
        Err(_) if status.is_success() || status.is_client_error() => Vec::new(),
        Err(error) => return Err(NotifyError::Perhaps(error.to_string())),
    };
    Ok(Answer {
        status: status.as_u16(),
        headers,
        text: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// What an answer means on either channel, but for the pause after a 429.
///
/// 502 and 504 are the word of a gateway that knows nothing of what became of the post behind it.
fn judge(
    answer: &Answer,
    pause: impl FnOnce(&Answer) -> Option<Duration>,
) -> Result<(), NotifyError> {
    let why = answer.why();
    match answer.status {
        200..=299 => Ok(()),
        429 => Err(NotifyError::Later {
            after: pause(answer),
            why,
        }),
        502 | 504 => Err(NotifyError::Perhaps(why)),
        408 | 500..=599 => Err(NotifyError::Later { why, after: None }),
        400 | 413 | 422 => Err(NotifyError::Rejected(why)),
        _ => Err(NotifyError::Forbidden(why)),
    }
}

/// `text` with at most `most` characters; what is cut off is marked.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    format!("{kept}\n…")
}
