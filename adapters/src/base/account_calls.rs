//! Calls about an account that a person starts: refresh its tokens, test it, authorise it.

use super::decode::{ApiFailure, failure};
use super::manual::ManualRequest;
use super::shop::{BaseShop, bearer};
use super::token_manager::LAST_MOMENT;
use crate::http::lenient::Object;
use crate::http::repair;
use chrono::{DateTime, Utc};
use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;
use serde::Deserialize;
use shared::domain::account::AccountId;
use shared::ports::limiter::Permit;
use shared::ports::shop::ShopError;

const MAX_ANSWER: usize = 64 * 1024;

#[derive(Deserialize)]
struct MeEnvelope {
    user: Option<BaseUser>,
}

#[derive(Deserialize)]
struct BaseUser {
    shop_name: Option<String>,
}

impl BaseShop {
    /// Refreshes the tokens of the account now, even if the present ones are valid or the account is
    /// marked. It takes the lease of every refresh, so it may run beside workers. Returns the time from
    /// which the new refresh token counts its 30 days.
    ///
    /// # Errors
    ///
    /// `Reauthorise` when BASE refuses the refresh token; `Renewing` if another process has been
    /// refreshing for 10 s; `Unavailable` for what may pass.
    pub async fn renew(&self, account: &AccountId) -> Result<DateTime<Utc>, ShopError> {
        self.manager(account)?.manual(ManualRequest::Refresh).await
    }

    /// Exchanges the code that BASE gave to a person's browser, stores both tokens before it returns, and
    /// clears the account's mark. `redirect_uri` is the address that the browser was sent to.
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
        let redirect_uri = redirect_uri.to_owned();
        let request = ManualRequest::Authorisation { code, redirect_uri };
        self.manager(account)?.manual(request).await
    }

    /// Asks BASE whose token this is (`users/me`), and spends `permit`. Returns the name of the shop;
    /// `None` if the token has no right to read it. An expired token is refreshed first; one that BASE
    /// rejects before its time is `TokenExpired`, and the next call refreshes it.
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
        let manager = self.manager(account)?;
        let access = manager.access(LAST_MOMENT).await?;
        let connection = &manager.connection;
        let request = connection.get("/1/users/me");
        let request = request.header(AUTHORIZATION, bearer(&access)?);
        let (status, body) = connection.send(request, MAX_ANSWER).await?;
        let answer = match repair::read::<Object<MeEnvelope>>(&body) {
            Ok(Object(MeEnvelope { user: Some(user) })) => Ok(user.shop_name),
            _ => Err(failure(status, &body)
                .unwrap_or_else(|| ApiFailure::Unreadable(format!("http {status}: no shop")))),
        };
        match self.sort(permit, manager, &access, answer).await {
            // The token is valid, but was authorised without this right: enough for the work.
            Err(ShopError::Refused(code)) if code == "invalid_scope" => Ok(None),
            // There is no item in this call.
            Err(ShopError::ItemRefused(code)) => Err(ShopError::Refused(code)),
            sorted => sorted,
        }
    }
}
