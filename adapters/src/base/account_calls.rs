//! Calls about an account that a person starts: refresh its tokens, test it, authorise it.

use super::decode::{self, ApiFailure};
use super::manual::ManualRequest;
use super::page;
use super::shop::{BaseShop, bearer};
use super::token_manager::{LAST_MOMENT, TokenManager};
use crate::http::lenient::Object;
use crate::http::repair;
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use shared::domain::account::AccountId;
use shared::domain::lane::Priority;
use shared::domain::quota::Window;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::shop::{CheckedShop, Shop as _, ShopError};
use std::sync::Arc;

const MAX_ANSWER: usize = 64 * 1024;

#[derive(Deserialize)]
struct MeEnvelope {
    user: Option<BaseUser>,
}

#[derive(Deserialize)]
struct BaseUser {
    /// A string in the documentation.
    shop_id: Option<Value>,
    shop_name: Option<String>,
}

/// An edit of no item: BASE counts its items from 1.
const NO_ITEM: &str = "item_id=0";

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
    /// `Refused` for a code that BASE does not accept; `Barred` for a shop, a client or an address;
    /// `Reauthorise` if the person was logged in to another shop; `Renewing` as for [`BaseShop::renew`];
    /// `Unavailable` for what may pass.
    pub async fn authorise(
        &self,
        account: &AccountId,
        code: SecretString,
        redirect_uri: &str,
    ) -> Result<DateTime<Utc>, ShopError> {
        let redirect_uri = redirect_uri.to_owned();
        let request = ManualRequest::Authorisation { code, redirect_uri };
        let manager = self.manager(account)?;
        let since = manager.manual(request).await?;
        manager.unverify().await?;
        match self.verify(account, manager).await {
            Err(error @ ShopError::Reauthorise { .. }) => Err(error),
            // Whoever uses the tokens next asks again.
            _ => Ok(since),
        }
    }

    /// Asks BASE whose token this is, and whether the token may read and edit items. The edit names an item
    /// that cannot exist, so that nothing changes.
    pub(super) async fn check_once(&self, account: &AccountId) -> Result<CheckedShop, ShopError> {
        let manager = self.manager(account)?;
        let found = self.who(account, manager).await?;
        manager.compare(&found).await?;
        let first = manager.connection.get("/1/items?limit=1");
        let read = |status, body: &[u8]| page::page(status, body).map(drop);
        self.ask(account, manager, first, read).await?;
        let edit = manager.connection.post("/1/items/edit", NO_ITEM.into());
        let read = |status, body: &[u8]| decode::item(status, body).map(drop);
        match self.ask(account, manager, edit, read).await {
            Err(error) if error.is_about_the_item() => Ok(found),
            answered => answered.map(|()| found),
        }
    }

    /// Asks BASE whose token this is (`users/me`); knows nothing if the token may not read it, which is
    /// enough for the work.
    pub(super) async fn who(
        &self,
        account: &AccountId,
        manager: &Arc<TokenManager>,
    ) -> Result<CheckedShop, ShopError> {
        let request = manager.connection.get("/1/users/me");
        self.ask(account, manager, request, user).await
    }

    /// Sends one call that is not about an item, under a permit of its own.
    async fn ask<T>(
        &self,
        account: &AccountId,
        manager: &Arc<TokenManager>,
        request: RequestBuilder,
        read: impl FnOnce(u16, &[u8]) -> Result<T, ApiFailure>,
    ) -> Result<T, ShopError> {
        let access = manager.access(LAST_MOMENT).await?;
        let permit = self.own_permit(account).await?;
        let request = request.header(AUTHORIZATION, bearer(&access)?);
        manager.pass()?;
        let (status, body) = manager.connection.send(request, MAX_ANSWER).await?;
        let answer = read(status, &body);
        self.sort(permit, manager, &access, answer).await
    }

    async fn own_permit(&self, account: &AccountId) -> Result<Permit, ShopError> {
        let lane = self.lane(account);
        match self.limiter.acquire(&lane, Priority::Urgent).await {
            Ok(Grant::Go(permit)) => Ok(permit),
            Ok(Grant::Closed(_)) => Err(ShopError::Quota {
                window: Window::Short,
                code: "used_up",
            }),
            Ok(Grant::Later(_)) => {
                let what = "other requests use its quota at present";
                Err(ShopError::Unavailable(what.to_owned()))
            }
            Err(error) => Err(ShopError::Unavailable(error.to_string())),
        }
    }
}

fn user(status: u16, body: &[u8]) -> Result<CheckedShop, ApiFailure> {
    if let Ok(Object(MeEnvelope { user: Some(user) })) = repair::read(body) {
        return Ok(CheckedShop {
            shop_id: user.shop_id.and_then(|id| match id {
                Value::String(id) => Some(id).filter(|id| !id.is_empty()),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            }),
            name: user.shop_name,
        });
    }
    match decode::failure(status, body) {
        // The token was authorised without `read_users`.
        Some(ApiFailure::Error { code, .. }) if code == "invalid_scope" => {
            Ok(CheckedShop::default())
        }
        Some(failure) => Err(failure),
        None => Err(ApiFailure::Unreadable(format!("http {status}: no shop"))),
    }
}
