//! Renewals that a person asks for. They go the way of all others: one at a time for an account, under
//! its lease, and on the disk before anybody is told.

use super::exchange::{Grant, NoPair};
use super::token_manager::{Keeper, LEASE_LOOKS, LEASE_PAUSE};
use super::token_state::State;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use shared::ports::shop::ShopError;
use std::sync::Arc;
use tracing::Instrument;

/// What a person has asked for.
enum Asked {
    Renewal,
    Authorisation {
        code: SecretString,
        redirect_uri: String,
    },
}

impl Keeper {
    /// Renews now, whatever the present tokens are and whether or not the account is marked. If the
    /// future is dropped, a renewal that has begun goes on and is stored.
    pub(super) async fn renew_now(self: &Arc<Self>) -> Result<DateTime<Utc>, ShopError> {
        self.by_hand(Asked::Renewal).await
    }

    /// Exchanges a code; as [`Keeper::renew_now`].
    pub(super) async fn authorise(
        self: &Arc<Self>,
        code: SecretString,
        redirect_uri: String,
    ) -> Result<DateTime<Utc>, ShopError> {
        self.by_hand(Asked::Authorisation { code, redirect_uri })
            .await
    }

    async fn by_hand(self: &Arc<Self>, asked: Asked) -> Result<DateTime<Utc>, ShopError> {
        let mut state = self.state().lock_owned().await;
        let keeper = Arc::clone(self);
        let work = async move { keeper.by_hand_alone(&mut state, asked).await };
        let done = tokio::spawn(work.in_current_span()).await;
        done.unwrap_or_else(|_| {
            Err(ShopError::Unavailable(
                "the renewal was broken off".to_owned(),
            ))
        })
    }

    async fn by_hand_alone(
        &self,
        state: &mut State,
        asked: Asked,
    ) -> Result<DateTime<Utc>, ShopError> {
        for _ in 0..LEASE_LOOKS {
            if self.take_lease().await? {
                let done = match asked {
                    Asked::Renewal => self.renew_stored(state).await,
                    Asked::Authorisation { code, redirect_uri } => {
                        self.redeem(state, &code, &redirect_uri).await
                    }
                };
                self.end_lease().await;
                return done;
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        Err(ShopError::Renewing)
    }

    async fn renew_stored(&self, state: &mut State) -> Result<DateTime<Utc>, ShopError> {
        let stored = self.stored().await?.map(|token| token.refresh_token);
        let Some(refresh_token) = stored.or_else(|| self.first_refresh_token()) else {
            return Err(self.never_authorised().await);
        };
        self.refresh(state, &refresh_token).await?;
        Ok(refreshed_at(state))
    }

    async fn redeem(
        &self,
        state: &mut State,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<DateTime<Utc>, ShopError> {
        let grant = Grant::Code { code, redirect_uri };
        let pair = self
            .exchange(grant)
            .await
            .map_err(|no_pair| match no_pair {
                NoPair::Refused(code) => ShopError::Refused(code),
                NoPair::Unanswered(error) => error,
                NoPair::Unavailable(what) => {
                    ShopError::Unavailable(format!("authorisation: {what}"))
                }
            })?;
        self.take(state, pair).await?;
        self.refusals_are_over().await;
        Ok(refreshed_at(state))
    }
}

/// Of the pair that was taken just now.
fn refreshed_at(state: &State) -> DateTime<Utc> {
    let held = state.held.as_ref();
    held.map_or(DateTime::UNIX_EPOCH, |held| held.token.refreshed_at)
}
