//! Chatwork: one message into one room.
//!
//! Source: developer.chatwork.com, 2026-11. 300 calls in 5 minutes an account, told by the headers; 10 posts
//! in 10 s a room, told by nothing but the refusal. A post carries no key, so that a second one doubles.

use super::{Answer, cut, exchange, judge};
use async_trait::async_trait;
use chrono::Utc;
use secrecy::{ExposeSecret as _, SecretString};
use shared::ports::notifier::{Message, Notifier, NotifyError};
use std::time::Duration;

/// About 40,000 characters passed in a test of 2017, 80,000 did not; nobody reads so much.
const LONGEST: usize = 10_000;
/// After a refusal for the room, whose limit no header tells.
const ROOM_PAUSE: Duration = Duration::from_secs(10);
/// The account's window; a reset further away than that is a clock that differs.
const WINDOW: Duration = Duration::from_secs(300);

/// Where to post, and as whom.
#[derive(Debug, Clone)]
pub struct ChatworkConfig {
    /// Of [`super::http`].
    pub http: reqwest::Client,
    /// Without a slash at the end.
    pub base_url: String,
    /// The API token.
    pub token: SecretString,
    /// The room's number.
    pub room_id: String,
}

/// See the head of this file.
pub struct Chatwork {
    config: ChatworkConfig,
}

impl Chatwork {
    /// Posts into the room of `config`.
    pub fn new(config: ChatworkConfig) -> Self {
        Self { config }
    }
}

#[async_trait]
impl Notifier for Chatwork {
    fn name(&self) -> &'static str {
        "chatwork"
    }

    async fn post(&self, message: &Message) -> Result<(), NotifyError> {
        let config = &self.config;
        let (base, room) = (&config.base_url, &config.room_id);
        let form =
            serde_urlencoded::to_string([("body", body(message)), ("self_unread", "1".into())])
                .expect("pairs of strings are always a form");
        let request = config
            .http
            .post(format!("{base}/v2/rooms/{room}/messages"))
            .header("x-chatworktoken", config.token.expose_secret())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = exchange(request).await?;
        judge(&answer, |answer| Some(pause(answer)))
    }
}

/// The account's window has nothing left, or the room is full.
fn pause(answer: &Answer) -> Duration {
    let reset = answer.number("x-ratelimit-reset");
    if answer.number("x-ratelimit-remaining") != Some(0) {
        return ROOM_PAUSE;
    }
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or(0);
    let left = reset.map_or(WINDOW, |reset| {
        Duration::from_secs(reset.saturating_sub(now))
    });
    left.clamp(ROOM_PAUSE, WINDOW)
}

/// The message as a box with a title.
fn body(message: &Message) -> String {
    let title = plain(&message.title.replace('\n', " "));
    let text = plain(&cut(&message.body, LONGEST));
    format!("[info][title]{title}[/title]{text}[/info]")
}

/// `text` without anything that Chatwork would act on. It knows no escape: a bracket becomes its
/// full-width form, so that a name can neither close the box nor call people (`[toall]`).
fn plain(text: &str) -> String {
    let harmless = |c: char| match c {
        '[' => '［',
        ']' => '］',
        '\n' => c,
        c if c.is_control() => '?',
        c => c,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_close_the_box_nor_call_people() {
        let message = Message {
            title: "店 [/title]\n[toall]".to_owned(),
            body: "[/info][To:1]\u{1b}[2J\n2行目 🎉".to_owned(),
        };

        assert_eq!(
            body(&message),
            "[info][title]店 ［/title］ ［toall］[/title]［/info］［To:1］?［2J\n2行目 🎉[/info]"
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_within_the_box() {
        let message = Message {
            title: "t".to_owned(),
            body: "あ".repeat(LONGEST + 1),
        };

        let body = body(&message);

        assert!(body.ends_with("あ\n…[/info]"));
        assert!(body.chars().count() <= LONGEST + 40);
    }
}
