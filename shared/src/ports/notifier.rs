//! Where people are told: a room, a channel, whatever takes a text.

use async_trait::async_trait;
use std::time::Duration;

/// One message, in plain text. A channel gives it its own markup, and sees to it that nothing in the
/// text acts as markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub title: String,
    /// Lines below it.
    pub body: String,
}

/// Why a message is not, or not surely, where it should be. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// It was refused, or never left, and may be taken later: not before `after`, if that was told.
    #[error("not taken now: {why}")]
    Later {
        /// What was said.
        why: String,
        /// The pause that was asked for.
        after: Option<Duration>,
    },
    /// It is refused until a person has changed a setting or a right.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// This message will never be taken; others may.
    #[error("not accepted: {0}")]
    Rejected(String),
    /// It left, and no whole answer came: it may have been posted, so that a second try could double
    /// it.
    #[error("perhaps posted: {0}")]
    Perhaps(String),
}

/// One place where people are told.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Its name in rows, logs and texts: `chatwork`, `webhook`.
    fn name(&self) -> &'static str;

    /// Posts the message, within seconds. No error holds a secret.
    async fn post(&self, message: &Message) -> Result<(), NotifyError>;
}
