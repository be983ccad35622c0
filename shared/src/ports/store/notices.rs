//! The outbox of notices: one row for each event and channel.
//!
//! A row is `due` until a message claims it, `sending` while that message is in flight, and then
//! `sent`, `perhaps` (delivery unknown), `refused` or `expired`. A `quiet` row marks an event that
//! is not worth a notice, so that it is not evaluated again.

use super::{RunRow, StoreError};
use crate::domain::notice::Notice;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// The reason of an unknown delivery whose sender was killed.
pub const ENDED_BEFORE_ANSWER: &str = "the program ended before it knew the answer";

/// An event to record for some channels.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNotice {
    /// Its key (see [`Notice::event`]).
    pub event: String,
    /// The notice; `None` for an event that is not worth one.
    pub notice: Option<Notice>,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// The notices that one message has claimed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClaimedNotices {
    /// The notices, oldest first.
    pub notices: Vec<Notice>,
    /// The number of attempts with these notices, including this one.
    pub attempt: u32,
    /// Earlier notices of this channel that were lost or whose delivery is unknown, and that no
    /// message has mentioned yet.
    pub lost: u64,
}

/// A message that claims due notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeClaim {
    /// The id of the message, chosen by the caller.
    pub message: Uuid,
    /// Now.
    pub now: DateTime<Utc>,
    /// The deadline: a sender that has not settled by then counts as killed.
    pub until: DateTime<Utc>,
    /// The shortest time between two messages of a channel, in which events gather.
    pub gather: TimeDelta,
    /// At most this many notices.
    pub most: u32,
}

/// The result of the delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The channel accepted it.
    Sent,
    /// The channel refused it for now. The whole channel waits until this instant, then tries
    /// again.
    RetryAt(DateTime<Utc>, String),
    /// It may have been posted; it is not sent again. Stored as `perhaps`.
    Unknown(String),
    /// The channel will never accept it.
    Refused(String),
}

/// The outbox of a channel, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// The channel.
    pub channel: String,
    /// Notices that are due or in flight.
    pub waiting: u64,
    /// Notices whose delivery is unknown; they are not sent again.
    pub perhaps: u64,
    /// Notices that were refused, or not accepted within a day.
    pub lost: u64,
    /// When the channel last accepted a message.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// The next message is not sent before this instant; `None` if no notice waits.
    pub not_before: Option<DateTime<Utc>>,
    /// The last error of notices that are not sent.
    pub error: Option<String>,
}

/// Stores the outbox.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Runs that are held or ended after `since`, and that have no row for one of `channels`.
    /// Without dry runs, the oldest first, a few at a time.
    async fn runs_without_notice(
        &self,
        channels: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<RunRow>, StoreError>;

    /// Writes a row for each channel and event without one; returns the number of new rows.
    async fn write_notices(
        &self,
        channels: &[String],
        notices: &[NewNotice],
    ) -> Result<u64, StoreError>;

    /// Claims the due notices of the channel for one message; none while another message is in
    /// flight or the channel backs off. Of several callers only one gets them.
    async fn claim_notices(
        &self,
        channel: &str,
        claim: &NoticeClaim,
    ) -> Result<ClaimedNotices, StoreError>;

    /// Writes the outcome of a claimed message. Without effect after the deadline of the claim.
    async fn settle_notices(
        &self,
        message: Uuid,
        outcome: &DeliveryOutcome,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Ends the pause of a channel that accepts messages again: its notices are due now. Returns how many
    /// waited for a later attempt.
    async fn end_back_off(&self, channel: &str, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// Settles the notices of killed senders as `perhaps`, expires those that are due since before
    /// `expired`, and deletes those settled before `forgotten`. Returns how many became `perhaps`.
    async fn tidy_notices(
        &self,
        now: DateTime<Utc>,
        expired: DateTime<Utc>,
        forgotten: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// The outbox by channel.
    async fn notice_channels(&self) -> Result<Vec<ChannelView>, StoreError>;
}
