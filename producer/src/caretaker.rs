//! Keeps the tokens of shops alive that have nothing to do: a refresh token that nobody uses ends after
//! 30 days, and each use gives a new one.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::{AccountId, REFRESH_TOKEN_LIVES};
use shared::ports::context::Context;
use shared::ports::store::StoreError;
use tokio::task::JoinSet;

/// Between two looks.
const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

/// Renews what has lived for half of its time. Inactive shops get no request.
pub struct Caretaker {
    ctx: Context,
    next_look: DateTime<Utc>,
    /// One shop that cannot be reached must not hold the schedule up. What has begun is finished by the
    /// token's keeper also when this ends.
    renewals: JoinSet<()>,
}

impl Caretaker {
    /// Looks at once, and then every hour.
    pub fn new(ctx: Context) -> Self {
        Self {
            next_look: ctx.clock.now(),
            renewals: JoinSet::new(),
            ctx,
        }
    }

    /// Begins the renewals that are due, if it is time to look.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked; the next call looks again.
    pub async fn look(&mut self) -> Result<(), StoreError> {
        let now = self.ctx.clock.now();
        while self.renewals.try_join_next().is_some() {}
        if now < self.next_look || !self.renewals.is_empty() {
            return Ok(());
        }
        for account in self.due(now).await? {
            let shop = self.ctx.shop.clone();
            self.renewals.spawn(async move {
                match shop.prepare(&account).await {
                    Ok(()) => tracing::info!(%account, "renewed the tokens of account {account}: half of their time was over"),
                    Err(error) => tracing::warn!(%account, %error, "the tokens of account {account} could not be renewed, which is tried again in an hour"),
                }
            });
        }
        self.next_look = now + LOOK_EVERY;
        Ok(())
    }

    /// Waits for the renewals that have begun.
    pub async fn ended(&mut self) {
        while self.renewals.join_next().await.is_some() {}
    }

    async fn due(&self, now: DateTime<Utc>) -> Result<Vec<AccountId>, StoreError> {
        let ages = self.ctx.store.token_ages().await?;
        let accounts = self.ctx.store.accounts().await?.into_iter();
        let alive =
            accounts.filter(|account| account.active && account.reauthorise_since.is_none());
        let ids = alive.map(|account| account.id);
        Ok(ids
            .filter(|id| {
                let age = ages.iter().find(|age| age.is_of(id));
                age.is_some_and(|age| now - age.refreshed_at >= REFRESH_TOKEN_LIVES / 2)
            })
            .collect())
    }
}
