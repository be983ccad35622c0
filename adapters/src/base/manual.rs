//! Token refreshes and authorisations that a person asks for. They follow the same rules as all others:
//! one at a time for an account, under its lease, and stored before use.

use super::exchange::{ExchangeError, TokenGrant};
use super::refusal::GrantRefusal;
use super::token_manager::{LEASE_CHECKS, LEASE_PAUSE, TokenManager, complete};
use super::token_state::{RefreshGrant, TokenState};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use shared::ports::shop::ShopError;
use std::sync::Arc;

/// What a person asks for.
pub(super) enum ManualRequest {
    /// New tokens now, even if the present ones are valid or the account is marked.
    Refresh,
    /// The exchange of a code.
    Authorisation {
        code: SecretString,
        redirect_uri: String,
    },
}

impl TokenManager {
    /// Returns the time from which the new refresh token counts its life. If the future is dropped, an
    /// exchange that has begun continues and is stored.
    pub(super) async fn manual(
        self: &Arc<Self>,
        request: ManualRequest,
    ) -> Result<DateTime<Utc>, ShopError> {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        let manager = Arc::clone(self);
        complete(async move { manager.manual_locked(&mut state, request).await }).await
    }

    async fn manual_locked(
        self: &Arc<Self>,
        state: &mut TokenState,
        request: ManualRequest,
    ) -> Result<DateTime<Utc>, ShopError> {
        for _ in 0..LEASE_CHECKS {
            if self.records.take_lease(self.connection.now()).await? {
                let done = match request {
                    ManualRequest::Refresh => self.refresh_stored(state).await,
                    ManualRequest::Authorisation { code, redirect_uri } => {
                        self.redeem(state, &code, &redirect_uri).await
                    }
                };
                self.records.release_lease().await;
                let refreshed_at = state.pair.as_ref().map(|pair| pair.refreshed_at);
                return done.map(|()| refreshed_at.unwrap_or_default());
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        Err(ShopError::Renewing)
    }

    async fn refresh_stored(self: &Arc<Self>, state: &mut TokenState) -> Result<(), ShopError> {
        let now = self.connection.now();
        let newest = self.records.newest(state.pair.as_ref(), now).await?;
        match newest.as_ref().map(RefreshGrant::from).or(self.first()) {
            Some(grant) => self.refresh(state, &grant).await.map(drop),
            None => Err(self.never_authorised().await),
        }
    }

    async fn redeem(
        &self,
        state: &mut TokenState,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<(), ShopError> {
        let exchange = self.exchange(TokenGrant::Code { code, redirect_uri });
        let in_time = tokio::time::timeout(self.renewal, exchange).await;
        let no_answer = |_| ShopError::Unavailable("authorisation: no answer in time".to_owned());
        let pair = match in_time.map_err(no_answer)? {
            Ok(pair) => pair,
            Err(ExchangeError::NoAnswer(error)) => return Err(error),
            Err(ExchangeError::Refused(refusal)) => {
                return Err(match refusal {
                    GrantRefusal::Grant(why) => ShopError::Refused(why),
                    GrantRefusal::Account(refusal) => self.barred(refusal).await,
                    GrantRefusal::Unavailable(what) => {
                        ShopError::Unavailable(format!("authorisation: {what}"))
                    }
                });
            }
        };
        self.store(state, pair).await?;
        self.clear_rejections().await;
        Ok(())
    }
}
