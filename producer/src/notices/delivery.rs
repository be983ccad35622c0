//! Sends the notices of the outbox: claim, post, settle.
//!
//! A post cannot be undone and carries no idempotency key, so the row becomes `sending` before the
//! post. A refused message is sent again. A message that may have been posted is not: the next
//! message mentions it instead.

use super::Notifications;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::notifier::{Notifier, NotifyError};
use shared::ports::store::{DeliveryOutcome, NoticeClaim, StoreError};
use std::time::Duration;
use ui::notices;
use uuid::Uuid;

/// Longer than the time-out of a channel and all tries to settle together.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// At most this many notices in one message; a digest counts most of them.
const MAX_NOTICES: u32 = 200;
/// Pauses after refusals without a pause of their own; the last one repeats.
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::seconds(10),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
];
/// Slack takes one message a second; a refusal would begin another pause.
const AFTER_A_MESSAGE: Duration = Duration::from_millis(1_100);
/// How often an outcome is written while the database is down.
const SETTLE_TRIES: u32 = 10;
const SETTLE_PAUSE: Duration = Duration::from_secs(2);

/// What became of the notices that waited on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingNotices {
    /// None waited.
    None,
    /// This many were sent.
    Sent(u64),
    /// They are still to be sent: the channel put them off, or another process has just claimed them.
    Waiting,
    /// They may not have arrived, and are not sent again.
    GivenUp,
}

impl Notifications {
    /// Sends at most one message on each channel.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn send_due(&self) -> Result<(), StoreError> {
        for channel in &self.channels {
            self.send_on(&**channel).await?;
        }
        Ok(())
    }

    /// Sends what waits on `channel`, which has just accepted a message; whichever process put it off.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn send_waiting(&self, channel: &dyn Notifier) -> Result<WaitingNotices, StoreError> {
        let name = channel.name();
        let outbox = self.store.notice_channels().await?;
        if !outbox
            .iter()
            .any(|one| one.channel == name && one.waiting > 0)
        {
            return Ok(WaitingNotices::None);
        }
        tokio::time::sleep(AFTER_A_MESSAGE).await;
        self.store.end_back_off(name, self.clock.now()).await?;
        self.send_on(channel).await
    }

    async fn send_on(&self, channel: &dyn Notifier) -> Result<WaitingNotices, StoreError> {
        let now = self.clock.now();
        let claim = NoticeClaim {
            message: Uuid::now_v7(),
            now,
            until: now + LEASE,
            gather: self.policy.gather,
            most: MAX_NOTICES,
        };
        let name = channel.name();
        let claimed = self.store.claim_notices(name, &claim).await?;
        let count = claimed.notices.len();
        if count == 0 && claimed.lost == 0 {
            return Ok(WaitingNotices::Waiting);
        }
        if count == 0 {
            // Only a newer program can read the rows: they get no message.
            let why = "written by a newer program".to_owned();
            let refused = DeliveryOutcome::Refused(why);
            self.settle(claim.message, &refused).await?;
            return Ok(WaitingNotices::GivenUp);
        }
        let message = notices::message(&claimed.notices, claimed.lost, self.policy.lang);
        let outcome = match channel.post(&message).await {
            Ok(()) => {
                tracing::info!(channel = name, "sent {count} notices to {name}");
                DeliveryOutcome::Sent
            }
            Err(error) => failed_outcome(&error, name, claimed.attempt, self.clock.now()),
        };
        self.settle(claim.message, &outcome).await?;
        Ok(match outcome {
            DeliveryOutcome::Sent => WaitingNotices::Sent(count as u64),
            DeliveryOutcome::RetryAt(..) => WaitingNotices::Waiting,
            DeliveryOutcome::Unknown(_) | DeliveryOutcome::Refused(_) => WaitingNotices::GivenUp,
        })
    }

    /// Retries, since an outcome that is not written counts as unknown.
    async fn settle(&self, message: Uuid, outcome: &DeliveryOutcome) -> Result<(), StoreError> {
        let mut tries = 1..SETTLE_TRIES;
        loop {
            let now = self.clock.now();
            let settled = self.store.settle_notices(message, outcome, now).await;
            if settled.is_ok() || tries.next().is_none() {
                return settled;
            }
            tokio::time::sleep(SETTLE_PAUSE).await;
        }
    }
}

fn failed_outcome(
    error: &NotifyError,
    name: &str,
    attempt: u32,
    now: DateTime<Utc>,
) -> DeliveryOutcome {
    let why = error.to_string();
    match error {
        NotifyError::Later { after, .. } => {
            let then = now + pause(attempt, *after);
            tracing::warn!(channel = name, %error, attempt, "could not send to {name}; retrying at {then}");
            DeliveryOutcome::RetryAt(then, why)
        }
        // A person has to correct the settings and restart; until then it retries seldom.
        NotifyError::Forbidden(_) => {
            tracing::error!(channel = name, %error, "{name} refuses messages: check its settings with miseban notify --test");
            DeliveryOutcome::RetryAt(now + PAUSES[PAUSES.len() - 1], why)
        }
        NotifyError::Unknown(_) => {
            tracing::warn!(channel = name, %error, "the delivery of a message to {name} is unknown; it is not sent again");
            DeliveryOutcome::Unknown(why)
        }
        NotifyError::Rejected(_) => {
            tracing::error!(channel = name, %error, "{name} rejected a message; it is not sent again");
            DeliveryOutcome::Refused(why)
        }
    }
}

/// The pause that the channel asked for; later refusals wait at least the pause of [`PAUSES`].
fn pause(attempt: u32, asked: Option<Duration>) -> TimeDelta {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let own = PAUSES[place.min(PAUSES.len() - 1)];
    match asked.and_then(|asked| TimeDelta::from_std(asked).ok()) {
        Some(asked) if attempt <= 1 => asked,
        Some(asked) => asked.max(own),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pause_is_the_one_asked_for_and_later_ones_grow() {
        let asked = Some(Duration::from_secs(15));

        let pauses = [1, 2, 3, 5, 99].map(|attempt| pause(attempt, asked).num_seconds());

        assert_eq!(pauses, [15, 30, 120, 1800, 1800]);
        assert_eq!(pause(1, None).num_seconds(), 10);
        assert_eq!(
            pause(4, Some(Duration::from_secs(3600))).num_seconds(),
            3600
        );
    }
}
