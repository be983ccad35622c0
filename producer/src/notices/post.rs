//! From the outbox to the channels: claim, post, settle.
//!
//! A post cannot be taken back and carries no key, so the row says `sending` before it leaves. Refused is
//! sent again; of what may have been posted a person is told, and it stays at that.

use super::Herald;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::notifier::{Notifier, NotifyError};
use shared::ports::store::{ClaimedNotices, DeliveryOutcome, NoticeClaim, StoreError};
use std::time::Duration;
use ui::notices;
use uuid::Uuid;

/// Longer than a channel takes to answer or give up, and than the tries to settle.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Notices of one message; a digest counts most of them.
const MOST: u32 = 200;
/// Pauses after refusals that name none; the last one for all that follow.
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::seconds(10),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
];
/// How often and how fast an outcome is written while the database is away.
const SETTLE_TRIES: u32 = 10;
const SETTLE_PAUSE: Duration = Duration::from_secs(2);

impl Herald {
    /// Sends at most one message on each channel.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub async fn send(&self) -> Result<(), StoreError> {
        for channel in &self.channels {
            self.send_on(&**channel).await?;
        }
        Ok(())
    }

    async fn send_on(&self, channel: &dyn Notifier) -> Result<(), StoreError> {
        let now = self.clock.now();
        let claim = NoticeClaim {
            message: Uuid::now_v7(),
            now,
            until: now + LEASE,
            gather: self.terms.gather,
            most: MOST,
        };
        let name = channel.name();
        let claimed = self.store.claim_notices(name, &claim).await?;
        let count = claimed.notices.len();
        if count == 0 {
            return self.settle_unreadable(&claim, &claimed).await;
        }
        let message = notices::message(&claimed.notices, claimed.lost, self.terms.lang);
        let outcome = match channel.post(&message).await {
            Ok(()) => {
                tracing::info!(channel = name, "sent {count} notices to {name}");
                DeliveryOutcome::Sent
            }
            Err(error) => outcome(&error, name, claimed.attempt, self.clock.now()),
        };
        self.settle(claim.message, &outcome).await
    }

    /// Rows of which a newer program wrote the facts go with no message.
    async fn settle_unreadable(
        &self,
        claim: &NoticeClaim,
        claimed: &ClaimedNotices,
    ) -> Result<(), StoreError> {
        if claimed.lost == 0 {
            return Ok(());
        }
        let outcome = DeliveryOutcome::Refused("written by a newer program".to_owned());
        self.settle(claim.message, &outcome).await
    }

    /// An outcome that is not written would be told as uncertain.
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

fn outcome(error: &NotifyError, name: &str, attempt: u32, now: DateTime<Utc>) -> DeliveryOutcome {
    let why = error.to_string();
    match error {
        NotifyError::Later { after, .. } => {
            let then = now + pause(attempt, *after);
            tracing::warn!(channel = name, %error, attempt, "{name} is tried again at {then}");
            DeliveryOutcome::RetryAt(then, why)
        }
        // A person mends it and starts the program again; meanwhile it is not asked too often.
        NotifyError::Forbidden(_) => {
            tracing::error!(channel = name, %error, "{name} refuses: look at its settings (miseban notify --test)");
            DeliveryOutcome::RetryAt(now + PAUSES[PAUSES.len() - 1], why)
        }
        NotifyError::Unknown(_) => {
            tracing::warn!(channel = name, %error, "a message to {name} may have been posted or not; it is not sent again");
            DeliveryOutcome::Unknown(why)
        }
        NotifyError::Rejected(_) => {
            tracing::error!(channel = name, %error, "{name} does not take this message");
            DeliveryOutcome::Refused(why)
        }
    }
}

/// What the channel asked for, and with each refusal more.
fn pause(attempt: u32, asked: Option<Duration>) -> TimeDelta {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let own = PAUSES[place.min(PAUSES.len() - 1)];
    let asked = asked.and_then(|asked| TimeDelta::from_std(asked).ok());
    match asked {
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
