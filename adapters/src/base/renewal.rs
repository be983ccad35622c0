//! The exchange of a refresh token, which BASE accepts once: a pair that comes is stored, however late.

use super::exchange::{ExchangeError, TokenGrant};
use super::token_manager::{LEASE_PAUSE, TokenManager};
use super::token_state::{AccessToken, RefreshGrant, TokenState};
use crate::call_watch::CALLS;
use shared::ports::shop::ShopError;
use shared::ports::store::StoredToken;
use std::sync::Arc;
use tokio::sync::oneshot;
use tracing::Instrument as _;

type Answer = Result<StoredToken, ExchangeError>;

impl TokenManager {
    /// Exchanges the refresh token. An answer that is too late for this call is still awaited, and its pair
    /// stored: the same token is refused the next time.
    pub(super) async fn exchange_once(self: &Arc<Self>, sent: &RefreshGrant) -> Answer {
        let (manager, sent) = (Arc::clone(self), sent.clone());
        let (answered, mut answer) = oneshot::channel::<Answer>();
        let exchange = async move {
            let pair = manager.exchange(TokenGrant::Refresh(&sent.token)).await;
            if let Err(Ok(late)) = answered.send(pair) {
                manager.keep_late(&sent, late).await;
            }
        };
        tokio::spawn(exchange.in_current_span());
        let callee = format!("BASE (tokens of shop {})", self.records.account);
        let in_time = tokio::time::timeout(self.renewal, &mut answer);
        if let Ok(Ok(pair)) = CALLS.call(&callee, in_time, Result::is_ok).await {
            return pair;
        }
        answer.close();
        let in_time = answer.try_recv();
        in_time.unwrap_or_else(|_| Err(no_answer("no answer in time")))
    }

    /// Stores the pair that BASE gave for the refresh token `sent`, and takes it into use, unless a
    /// successor of `sent` is stored by now: that one is newer.
    pub(super) async fn keep(
        &self,
        state: &mut TokenState,
        sent: &RefreshGrant,
        pair: StoredToken,
    ) -> Result<AccessToken, ShopError> {
        // A store that does not answer is asked again by the one that stores.
        if let Ok(true) = self
            .records
            .has_successor(sent, self.connection.now())
            .await
            && let Some(newer) = self.records.pair().await?
        {
            return Ok(state.replace(newer));
        }
        self.store(state, pair).await
    }

    /// As every refresh, after the others of this process and under the account's lease: a process that
    /// was refused the same token meanwhile has then marked the account, and this clears the mark.
    async fn keep_late(&self, sent: &RefreshGrant, pair: StoredToken) {
        let account = &self.records.account;
        tracing::warn!(%account, "BASE answered a token refresh of account {account} late; stores the new pair");
        let mut state = self.state.lock().await;
        while !matches!(
            self.records.take_lease(self.connection.now()).await,
            Ok(true)
        ) {
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        if let Err(error) = self.keep(&mut state, sent, pair).await {
            tracing::warn!(%account, "could not store the new pair of account {account} yet: {error}");
        }
        self.records.release_lease().await;
    }
}

fn no_answer(why: &str) -> ExchangeError {
    ExchangeError::NoAnswer(ShopError::Unavailable(format!("token refresh: {why}")))
}
