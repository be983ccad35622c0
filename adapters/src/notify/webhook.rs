//! A webhook that accepts Slack's `{"text": …}`: Slack, Mattermost, and Discord with an address that ends
//! in `/slack`.
//!
//! Source: docs.slack.dev, "Sending messages using incoming webhooks" and "Rate limits", 2026-11: one
//! message a second, a 429 has `Retry-After`. The address alone allows posting, so it is a secret.

use super::{ChannelAnswer, exchange, outcome, shorten};
use crate::http::HttpClient;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use shared::ports::notifier::{ChannelMessage, Notifier, NotifyError};
use std::time::Duration;

/// Discord accepts at most 2,000 characters.
const LONGEST: usize = 1_900;
/// The pause after a 429 without `Retry-After`.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that `Retry-After` may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// Posts messages to one webhook.
pub struct WebhookNotifier {
    http: HttpClient,
    url: SecretString,
}

impl WebhookNotifier {
    /// Posts to `url`, over a client of [`super::http`].
    pub fn new(http: HttpClient, url: SecretString) -> Self {
        Self { http, url }
    }
}

#[async_trait]
impl Notifier for WebhookNotifier {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn post(&self, message: &ChannelMessage) -> Result<(), NotifyError> {
        let request = self
            .http
            .post(self.url.expose_secret())
            .header("content-type", "application/json")
            .body(json!({ "text": text(message) }).to_string());
        outcome(&exchange(&self.http, request).await?, pause)
    }
}

fn pause(answer: &ChannelAnswer) -> Duration {
    let requested = answer.number("retry-after").map(Duration::from_secs);
    requested
        .unwrap_or(PAUSE)
        .clamp(Duration::from_secs(1), LONGEST_PAUSE)
}

/// Title and body. Slack interprets `<…>` (links, mentions) and its three escapes; Discord shows them as
/// they are.
fn text(message: &ChannelMessage) -> String {
    let all = format!("{}\n{}", message.title.replace('\n', " "), message.body);
    shorten(&all, LONGEST)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_link_nor_mention_people() {
        let message = ChannelMessage {
            title: "A & B".to_owned(),
            body: "<!channel>".to_owned(),
        };

        assert_eq!(text(&message), "A &amp; B\n&lt;!channel&gt;");
    }
}
