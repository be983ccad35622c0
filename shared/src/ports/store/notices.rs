//! The outbox: what people are to be told, a row for each event and channel.
//!
//! A row is `due` until it is claimed for a message, `sending` while that message is on its way, and
//! then `sent`, `perhaps` (nobody can say), `refused` or `expired`; `quiet` is an event that is no
//! news, so that it is not looked at again.

use super::{RunRow, StoreError};
use crate::domain::notice::Notice;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Why nobody can say whether a message was sent, where its sender has died.
pub const ENDED_BEFORE_ANSWER: &str = "the program ended before it knew the answer";

/// An event to write for some channels.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNotice {
    /// Its name (see [`Notice::event`]).
    pub event: String,
    /// The facts; `None` for what is no news.
    pub notice: Option<Notice>,
    /// When it was seen.
    pub at: DateTime<Utc>,
}

/// What a message is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClaimedNotices {
    /// The notices, oldest first.
    pub notices: Vec<Notice>,
    /// How often these were tried, this time included.
    pub attempt: u32,
    /// Earlier notices of this channel that were not, or not surely, delivered, and of which no message
    /// has told yet.
    pub lost: u64,
}

/// The terms of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeClaim {
    /// The id of the message, drawn by the caller.
    pub message: Uuid,
    /// Now.
    pub now: DateTime<Utc>,
    /// Who has not settled by then is taken for dead.
    pub until: DateTime<Utc>,
    /// No claim so soon after the last message of the channel: what happens meanwhile is gathered.
    pub gather: TimeDelta,
    /// At most so many notices.
    pub most: u32,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The channel took it.
    Sent,
    /// It was refused, and is due again at this instant. The whole channel waits until then.
    RetryAt(DateTime<Utc>, String),
    /// Nobody can say whether it was posted; it is not sent again.
    Unknown(String),
    /// It will never be taken.
    Refused(String),
}

/// How the outbox of a channel stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelView {
    /// The channel.
    pub channel: String,
    /// Notices that wait, or are on their way.
    pub waiting: u64,
    /// Notices that may have been posted or not.
    pub unknown: u64,
    /// Notices that were refused, or became too old.
    pub lost: u64,
    /// The last message that was taken.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// Not before this instant, while notices wait.
    pub not_before: Option<DateTime<Utc>>,
    /// What the channel said last of those that are not sent.
    pub error: Option<String>,
}

/// Keeps the outbox.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Runs that are held now or ended after `since`, and of which the outbox of one of `channels` has
    /// no row yet; dry ones never. The oldest first, a few at a time.
    async fn runs_without_notice(
        &self,
        channels: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<RunRow>, StoreError>;

    /// Writes a row for each channel and event that has none; gives how many were new.
    async fn write_notices(
        &self,
        channels: &[String],
        notices: &[NewNotice],
    ) -> Result<u64, StoreError>;

    /// Takes what is due on the channel for one message; nothing while another message is on its way
    /// or the channel rests. Of several callers one gets it.
    async fn claim_notices(
        &self,
        channel: &str,
        claim: &NoticeClaim,
    ) -> Result<ClaimedNotices, StoreError>;

    /// Says what became of a claimed message. Of no effect when its time was over before.
    async fn settle_notices(
        &self,
        message: Uuid,
        outcome: &DeliveryOutcome,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Messages whose sender has died become `perhaps`, what has been due since before `expired` is
    /// not sent any more, and what was settled before `forgotten` is deleted. Gives how many messages'
    /// notices were left by the dead.
    async fn tidy_notices(
        &self,
        now: DateTime<Utc>,
        expired: DateTime<Utc>,
        forgotten: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// How the outbox stands, by channel.
    async fn notice_channels(&self) -> Result<Vec<ChannelView>, StoreError>;
}
