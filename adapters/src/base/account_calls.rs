//! What a person asks of a shop by hand: renew its tokens, look whether it answers, authorise it.

use super::token_manager::LAST_MOMENT;
use super::{BaseShop, bearer, decode};
use crate::http::lenient::Object;
use chrono::{DateTime, Utc};
use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;
use serde::Deserialize;
use shared::domain::account::AccountId;
use shared::ports::limiter::Permit;
use shared::ports::shop::ShopError;

const MAX_ANSWER: usize = 64 * 1024;

#[derive(Deserialize)]
struct Me {
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    shop_name: Option<String>,
}

impl BaseShop {
    /// Renews the tokens of the account now, also where the present ones would do or where it is
    /// marked for a person. Under the lease that every renewal takes, so that it may be done beside
    /// running workers. Gives the time from which the new refresh token counts its 30 days.
    ///
    /// # Errors
    ///
    /// `Reauthorise` when BASE refuses the refresh token; `Renewing` where another process has been at it
    /// for 10 s; `Unavailable` for what may pass.
    pub async fn renew(&self, account: &AccountId) -> Result<DateTime<Utc>, ShopError> {
        self.keeper(account)?.renew_now().await
    }

    /// Exchanges the code that BASE has given a person's browser, and stores both tokens before it
    /// returns; the account is not marked for a person any more. `redirect_uri` is the one that the
    /// browser was sent with.
    ///
    /// # Errors
    ///
    /// `Refused` for a code, a client or an address that BASE does not accept; `Renewing` as for
    /// [`BaseShop::renew`]; `Unavailable` for what may pass.
    pub async fn authorise(
        &self,
        account: &AccountId,
        code: SecretString,
        redirect_uri: &str,
    ) -> Result<DateTime<Utc>, ShopError> {
        let keeper = self.keeper(account)?;
        keeper.authorise(code, redirect_uri.to_owned()).await
    }

    /// Asks BASE whose token this is (`users/me`), and spends `permit`: the shop's name there, `None`
    /// where the token may not read it. A token that has ended is renewed first; one that BASE refuses
    /// before its time is `TokenExpired`, and the next call renews it.
    ///
    /// # Errors
    ///
    /// As those of an edit.
    #[tracing::instrument(name = "base.me", skip_all, fields(account = %account))]
    pub async fn shop_name(
        &self,
        permit: Permit,
        account: &AccountId,
    ) -> Result<Option<String>, ShopError> {
        let keeper = self.keeper(account)?;
        let access = keeper.access(LAST_MOMENT).await?;
        let request = keeper
            .http()
            .get(format!("{}/1/users/me", self.outside.base_url))
            .header(AUTHORIZATION, bearer(&access)?);
        let (status, body) = keeper.send(request, MAX_ANSWER).await?;
        let me = serde_json::from_slice::<Object<Me>>(&body);
        if let Ok(Object(Me { user: Some(user) })) = me {
            keeper.accepted(&access).await;
            return Ok(user.shop_name);
        }
        let refused = decode::answer(status, &body)
            .err()
            .unwrap_or_else(|| decode::NoItem::Unreadable(format!("http {status}: no shop")));
        match self.refused(&permit, keeper, &access, &refused).await {
            // The token is good, and was authorised without this right: enough for the work.
            ShopError::Refused(code) if code == "invalid_scope" => Ok(None),
            error => Err(error),
        }
    }
}
