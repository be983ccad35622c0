//! Refreshes the tokens of shops without traffic: an unused BASE refresh token expires after 30
//! days, and each refresh returns a new one.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::{AccountId, REFRESH_TOKEN_LIVES};
use shared::domain::wrong_clock::due;
use shared::ports::context::Context;
use shared::ports::store::{StoreError, TokenAge};
use tokio::task::JoinSet;

/// Pause between two checks.
const CHECK_EVERY: TimeDelta = TimeDelta::hours(1);

/// Refreshes tokens that have reached half of their lifetime. Inactive shops get no request.
pub struct TokenRefresher {
    ctx: Context,
    next_check: DateTime<Utc>,
    /// Tasks, so that one unreachable shop does not block the schedule. An exchange that has begun
    /// is finished by the shop adapter even when this set is dropped.
    refreshes: JoinSet<()>,
}

impl TokenRefresher {
    /// The first check is due at once, later ones every hour.
    pub fn new(ctx: Context) -> Self {
        Self {
            next_check: ctx.clock.now(),
            refreshes: JoinSet::new(),
            ctx,
        }
    }

    /// Starts the refreshes that are due, if the last check is an hour ago.
    ///
    /// # Errors
    ///
    /// When the database does not answer; the next call checks again.
    pub async fn refresh_due(&mut self) -> Result<(), StoreError> {
        let now = self.ctx.clock.now();
        while self.refreshes.try_join_next().is_some() {}
        if now < due(self.next_check, CHECK_EVERY, now) || !self.refreshes.is_empty() {
            return Ok(());
        }
        for account in self.due(now).await? {
            let shop = self.ctx.shop.clone();
            self.refreshes.spawn(async move {
                match shop.prepare(&account).await {
                    Ok(()) => tracing::info!(%account, "refreshed the tokens of account {account} at half of their lifetime"),
                    Err(error) => tracing::warn!(%account, %error, "could not refresh the tokens of account {account}; retrying in an hour"),
                }
            });
        }
        self.next_check = now + CHECK_EVERY;
        Ok(())
    }

    /// Waits for the refreshes that have begun.
    pub async fn finish(&mut self) {
        while self.refreshes.join_next().await.is_some() {}
    }

    async fn due(&self, now: DateTime<Utc>) -> Result<Vec<AccountId>, StoreError> {
        let ages = self.ctx.store.token_ages().await?;
        let ages = TokenAge::by_account(ages);
        let mut accounts = self.ctx.store.accounts().await?;
        accounts.retain(|account| {
            let age = ages.get(account.id.as_str());
            let is_old = age.is_some_and(|age| now - age.refreshed_at >= REFRESH_TOKEN_LIVES / 2);
            account.active && account.reauthorise_since.is_none() && is_old
        });
        Ok(accounts.into_iter().map(|account| account.id).collect())
    }
}
