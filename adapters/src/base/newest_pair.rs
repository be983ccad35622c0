//! Which token pair of an account is the newest: the stored one, or one that this process holds because the
//! store was taken back to an earlier state.

use super::token_manager::{LEASE_PAUSE, TokenManager};
use super::token_state::{RefreshGrant, TokenLookup, TokenState};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;
use shared::ports::shop::ShopError;
use shared::ports::store::StoredToken;
use tokio::time::Instant;

/// Between two comparisons of the pair with the stored one: shorter than another process waits for it
/// ([`TokenManager::other_pair`], a quarter of a renewal).
const COMPARE_EVERY: TimeDelta = TimeDelta::seconds(10);

impl TokenManager {
    /// Stores the pair again if the store has lost it, and takes a newer one over. Others need it: with the
    /// older one, BASE refuses them. A store that does not answer is asked later.
    pub(super) async fn keep_stored(&self, state: &mut TokenState) {
        let now = self.connection.now();
        if state.pair.is_none() || (now - state.compared_at).abs() < COMPARE_EVERY {
            return;
        }
        state.compared_at = now;
        if let Ok(Some(newest)) = self.records.newest(state.pair.as_ref(), now).await
            && state
                .pair
                .as_ref()
                .is_some_and(|held| held.refreshed_at < newest.refreshed_at)
        {
            state.replace(newest);
        }
    }

    /// Looks for an access token that lasts longer than `at_least`.
    pub(super) async fn look_up(
        &self,
        state: &TokenState,
        at_least: TimeDelta,
    ) -> Result<TokenLookup, ShopError> {
        let now = self.connection.now();
        let newest = self.records.newest(state.pair.as_ref(), now).await?;
        self.records.check_mark(newest.as_ref(), now).await?;
        Ok(match newest {
            Some(token) if self.lasts(&token, at_least) && !state.was_rejected(&token) => {
                TokenLookup::Valid(token)
            }
            Some(token) => TokenLookup::RefreshWith(RefreshGrant::from(&token)),
            None => self
                .first()
                .map_or(TokenLookup::Missing, TokenLookup::RefreshWith),
        })
    }

    /// The refresh token of the accounts file.
    pub(super) fn first(&self) -> Option<RefreshGrant> {
        let token = self.credentials.refresh_token.clone()?;
        Some(RefreshGrant {
            token,
            issued_at: None,
        })
    }

    /// The valid pair after BASE refused the token `sent`: another process was faster, or it still holds the
    /// pair that the store has lost, and stores it again soon.
    pub(super) async fn other_pair(
        &self,
        state: &TokenState,
        sent: &RefreshGrant,
    ) -> Result<Option<StoredToken>, ShopError> {
        let from_store = sent.issued_at.is_some();
        let waits = from_store.then_some(self.renewal / 4);
        let until = Instant::now() + waits.unwrap_or_default();
        loop {
            let now = self.connection.now();
            let newest = self.records.newest(state.pair.as_ref(), now).await?;
            let other = newest.filter(|pair| {
                pair.refresh_token.expose_secret() != sent.token.expose_secret()
                    && !state.was_rejected(pair)
            });
            if other.is_some() || Instant::now() >= until {
                return Ok(other);
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
    }

    pub(super) fn lasts(&self, token: &StoredToken, at_least: TimeDelta) -> bool {
        token.access_expires_at - self.connection.now() > at_least
    }
}
