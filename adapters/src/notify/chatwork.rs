//! Chatwork: one message into one room.
//!
//! Source: developer.chatwork.com, 2026-11. An account has 300 calls in 5 minutes, which the headers
//! report; a room takes 10 posts in 10 s, which only a refusal reports. A post has no idempotency key, so
//! sending it again posts it twice.

use super::{ChannelAnswer, exchange, outcome, shorten};
use crate::clock::SystemClock;
use crate::http::{FORM, HttpClient, form};
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use shared::ports::clock::Clock as _;
use shared::ports::notifier::{ChannelMessage, Notifier, NotifyError};
use std::time::Duration;

/// Chatwork accepted about 40,000 characters in a test of 2017, and refused 80,000; few people read more.
const LONGEST: usize = 10_000;
/// The pause after a refusal for the room, whose limit no header reports.
const ROOM_PAUSE: Duration = Duration::from_secs(10);
/// The account's window. A reset later than that comes from a clock that differs.
const WINDOW: Duration = Duration::from_secs(300);

/// Posts messages into one room.
pub struct ChatworkNotifier {
    /// The client of [`super::http`].
    pub http: HttpClient,
    /// Without a slash at the end.
    pub base_url: String,
    /// The API token.
    pub token: SecretString,
    /// The room's number.
    pub room_id: String,
}

#[async_trait]
impl Notifier for ChatworkNotifier {
    fn name(&self) -> &'static str {
        "chatwork"
    }

    async fn post(&self, message: &ChannelMessage) -> Result<(), NotifyError> {
        let (base, room) = (&self.base_url, &self.room_id);
        let request = self
            .http
            .post(format!("{base}/v2/rooms/{room}/messages"))
            .header("x-chatworktoken", self.token.expose_secret())
            .header("content-type", FORM)
            .body(form(&[
                ("body", body(message).as_str()),
                ("self_unread", "1"),
            ]));
        outcome(&exchange(&self.http, request).await?, pause)
    }
}

/// The pause after a 429: until the account's window resets, or 10 s for the room.
fn pause(answer: &ChannelAnswer) -> Duration {
    let reset = answer.number("x-ratelimit-reset");
    if answer.number("x-ratelimit-remaining") != Some(0) {
        return ROOM_PAUSE;
    }
    let now = u64::try_from(SystemClock.now().timestamp()).unwrap_or(0);
    let pause = reset.map_or(WINDOW, |reset| {
        Duration::from_secs(reset.saturating_sub(now))
    });
    pause.clamp(ROOM_PAUSE, WINDOW)
}

/// The message as a box with a title.
fn body(message: &ChannelMessage) -> String {
    let title = plain(&message.title.replace('\n', " "));
    let text = plain(&shorten(&message.body, LONGEST));
    format!("[info][title]{title}[/title]{text}[/info]")
}

/// `text` without Chatwork's markup. Chatwork has no escape sequence, so a bracket becomes its full-width
/// form: a name can then neither close the box nor mention people (`[toall]`).
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
    fn a_name_can_neither_close_the_box_nor_mention_people() {
        let message = ChannelMessage {
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
        let message = ChannelMessage {
            title: "t".to_owned(),
            body: "あ".repeat(LONGEST + 1),
        };

        let body = body(&message);

        assert!(body.ends_with("あ\n…[/info]"));
        assert!(body.chars().count() <= LONGEST + 40);
    }
}
