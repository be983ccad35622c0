//! A channel that notifies people: a chat room or a webhook.

use async_trait::async_trait;
use std::time::Duration;

/// One message, in plain text. The channel adds its own markup, and makes sure that nothing in the
/// text acts as markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelMessage {
    /// One line.
    pub title: String,
    /// Lines below it.
    pub body: String,
}

/// Why a message was not posted, or may not have been. A variant for each reaction.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// It was refused or not sent, and may be accepted later: not before `after`, if the channel
    /// said when.
    #[error("not accepted now: {why}")]
    Later {
        /// The channel's answer, or why it was not reached.
        why: String,
        /// The pause that the channel asked for.
        after: Option<Duration>,
    },
    /// The channel refuses it until a person changes a setting or a permission.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// The channel will never accept this message; it may accept others.
    #[error("not accepted: {0}")]
    Rejected(String),
    /// It was sent, and no complete answer came: it may have been posted, so sending it again could
    /// post it twice.
    #[error("it is unknown whether it was posted: {0}")]
    Unknown(String),
}

/// One channel that notifies people.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Its name in rows, logs and texts: `chatwork`, `webhook`.
    fn name(&self) -> &'static str;

    /// Posts the message, within seconds. No error contains a secret.
    async fn post(&self, message: &ChannelMessage) -> Result<(), NotifyError>;
}
