//! A webhook that takes Slack's `{"text": …}`: Slack itself, Mattermost, and Discord by the address that
//! ends in `/slack`.
//!
//! Source: docs.slack.dev, "Sending messages using incoming webhooks" and "Rate limits", 2026-11: one message a
//! second, a 429 tells `Retry-After`. The address is all that is needed to post: it is a secret.

use super::{Answer, cut, exchange, judge};
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use shared::ports::notifier::{Message, Notifier, NotifyError};
use std::time::Duration;

/// Discord takes no more than 2,000.
const LONGEST: usize = 1_900;
/// Without `Retry-After`, and no longer than this with it.
const PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// See the head of this file.
pub struct Webhook {
    http: reqwest::Client,
    url: SecretString,
}

impl Webhook {
    /// Posts to `url`, over a client of [`super::http`].
    pub fn new(http: reqwest::Client, url: SecretString) -> Self {
        Self { http, url }
    }
}

#[async_trait]
impl Notifier for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn post(&self, message: &Message) -> Result<(), NotifyError> {
        let request = self
            .http
            .post(self.url.expose_secret())
            .header("content-type", "application/json")
            .body(json!({ "text": text(message) }).to_string());
        let answer = exchange(request).await?;
        judge(&answer, |answer| Some(pause(answer)))
    }
}

fn pause(answer: &Answer) -> Duration {
    let told = answer.number("retry-after").map(Duration::from_secs);
    told.unwrap_or(PAUSE)
        .clamp(Duration::from_secs(1), LONGEST_PAUSE)
}

/// Title and lines. Slack acts on `<…>` (links, calls of people), and takes its three escapes; Discord
/// shows these as they are.
fn text(message: &Message) -> String {
    let all = format!("{}\n{}", message.title.replace('\n', " "), message.body);
    cut(&all, LONGEST)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_link_nor_call_people() {
        let message = Message {
            title: "A & B".to_owned(),
            body: "<!channel>".to_owned(),
        };

        assert_eq!(text(&message), "A &amp; B\n&lt;!channel&gt;");
    }
}
