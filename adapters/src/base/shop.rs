//! The port `Shop` for BASE: edits an item, reads one, reads a page of them.

use super::config::{BaseConfig, BaseCredentials};
use super::connection::Connection;
use super::decode::{self, ApiFailure, ShownItem};
use super::page::{self, PAGE};
use super::refusal::{self, CallRefusal};
use super::token_manager::{LAST_MOMENT, LASTING, TokenManager};
use super::token_records::TokenRecords;
use super::token_state::AccessToken;
use crate::http::form;
use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use shared::domain::shop_page::{ItemView, PageCursor, ShopPage};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Limiter, Permit};
use shared::ports::shop::{CheckedShop, Shop, ShopError};
use shared::ports::store::{AccountStore, TokenStore};
use std::collections::HashMap;
use std::sync::Arc;

const MAX_ANSWER: usize = 1024 * 1024;
/// A hundred items with their descriptions, each of which may be long.
const MAX_PAGE: usize = 32 * 1024 * 1024;

/// Edits items at BASE. One for a process: all callers share the token of an account.
pub struct BaseShop {
    quota: WindowQuota,
    pub(super) limiter: Arc<dyn Limiter>,
    managers: HashMap<AccountId, Arc<TokenManager>>,
}

impl BaseShop {
    /// Connects with the first call only.
    pub fn new(
        mut config: BaseConfig,
        clock: Arc<dyn Clock>,
        limiter: Arc<dyn Limiter>,
        tokens: Arc<dyn TokenStore>,
        accounts: Arc<dyn AccountStore>,
    ) -> Self {
        let (all, quota) = (std::mem::take(&mut config.accounts), config.quota);
        let manager = move |credentials: BaseCredentials| {
            let account = credentials.account.clone();
            let (clock, accounts) = (Arc::clone(&clock), Arc::clone(&accounts));
            let records =
                TokenRecords::new(&credentials, Arc::clone(&tokens), Arc::clone(&accounts));
            let connection = Connection::new(&config, &credentials, clock, accounts);
            let manager = TokenManager::new(credentials, connection, records, config.renewal);
            (account, Arc::new(manager))
        };
        Self {
            quota,
            managers: all.into_iter().map(manager).collect(),
            limiter,
        }
    }

    /// An account without credentials needs a person.
    pub(super) fn manager(&self, account: &AccountId) -> Result<&Arc<TokenManager>, ShopError> {
        let manager = self.managers.get(account);
        manager.ok_or_else(|| ShopError::Reauthorise {
            account: account.clone(),
            why: "it has no credentials".to_owned(),
        })
    }

    /// Sends one call about one item and reads its answer, whatever its status.
    async fn call(
        &self,
        permit: Permit,
        manager: &TokenManager,
        request: RequestBuilder,
        access: &AccessToken,
    ) -> Result<ShownItem, ShopError> {
        let request = request.header(AUTHORIZATION, bearer(access)?);
        manager.pass()?;
        let (status, body) = manager.connection.send(request, MAX_ANSWER).await?;
        let answer = decode::item(status, &body);
        self.sort(permit, manager, access, answer).await
    }

    /// Decides what an answer means for its caller, and reports it to the token manager and the limiter.
    pub(super) async fn sort<T>(
        &self,
        permit: Permit,
        manager: &TokenManager,
        access: &AccessToken,
        answer: Result<T, ApiFailure>,
    ) -> Result<T, ShopError> {
        let failure = match answer {
            Ok(answer) => {
                manager.accepted(access).await;
                manager.admitted().await;
                return Ok(answer);
            }
            Err(failure) => failure,
        };
        if let ApiFailure::Error {
            code, description, ..
        } = &failure
        {
            let account = &manager.records.account;
            tracing::info!(%account, "BASE refused a call of account {account}: {code} {description}");
        }
        let refusal = refusal::sort(&failure);
        if !matches!(
            refusal,
            CallRefusal::Token | CallRefusal::Call(ShopError::Unavailable(_))
        ) {
            manager.accepted(access).await;
        }
        Err(match refusal {
            CallRefusal::Token => manager.rejected(access).await,
            CallRefusal::Quota(window, code) => {
                self.limiter.close(&permit.lane, window).await;
                ShopError::Quota { window, code }
            }
            CallRefusal::Scope(why) => manager.lacks_scope(access, &why).await,
            CallRefusal::Account(refusal) => manager.barred(refusal).await,
            CallRefusal::Unknown(refusal, error) => manager.unknown(refusal, error).await,
            CallRefusal::Call(error) => {
                if !matches!(error, ShopError::Unavailable(_)) {
                    manager.admitted().await;
                }
                error
            }
        })
    }
}

#[async_trait]
impl Shop for BaseShop {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: account.clone(),
            quota: self.quota,
        })
    }

    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError> {
        let manager = self.manager(account)?;
        manager.access(LASTING).await?;
        self.verify(account, manager).await
    }

    async fn check(&self, account: &AccountId) -> Result<CheckedShop, ShopError> {
        match self.check_once(account).await {
            // BASE has ended the token early; the next one is new.
            Err(ShopError::TokenExpired) => self.check_once(account).await,
            checked => checked,
        }
    }

    /// If the future is dropped after the request was sent, the answer is lost. The edit may be made;
    /// making it again changes nothing.
    #[tracing::instrument(name = "base.edit", skip_all, fields(account = %account, item = item.0))]
    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        let manager = self.manager(account)?;
        let access = manager.access(LAST_MOMENT).await?;
        let request = manager
            .connection
            .post("/1/items/edit", edit_form(item, state));

        let shown = self.call(permit, manager, request, &access).await?;
        manager.confirm(shown.id == item).await;
        state_of(item, &shown)
    }

    #[tracing::instrument(name = "base.items", skip_all, fields(account = %account, offset = tracing::field::Empty))]
    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        let offset = offset(cursor)?;
        tracing::Span::current().record("offset", offset);
        let manager = self.manager(account)?;
        let access = manager.access(LAST_MOMENT).await?;
        // By order of creation, so that new items come last and shift no page; as few and as small
        // images as possible.
        let query = format!(
            "order=created&sort=asc&limit={PAGE}&offset={offset}&max_image_no=1&image_size=76"
        );
        let request = manager.connection.get(&format!("/1/items?{query}"));

        let request = request.header(AUTHORIZATION, bearer(&access)?);
        manager.pass()?;
        let (status, body) = manager.connection.send(request, MAX_PAGE).await?;
        let answer = page::page(status, &body);
        let page = self.sort(permit, manager, &access, answer).await?;
        let next = offset.saturating_add(PAGE);
        let next = (!page.is_last).then(|| PageCursor(next.to_string()));
        Ok(ShopPage {
            items: page.items,
            next,
        })
    }

    #[tracing::instrument(name = "base.item", skip_all, fields(account = %account, item = item.0))]
    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        let manager = self.manager(account)?;
        let access = manager.access(LAST_MOMENT).await?;
        // BASE refuses the id as a query parameter.
        let path = format!("/1/items/detail/{}", item.0);
        let request = manager.connection.get(&path);

        match self.call(permit, manager, request, &access).await {
            Ok(shown) => {
                manager.confirm(shown.id == item).await;
                state_of(item, &shown).map(Some)
            }
            Err(ShopError::UnknownItem(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The state in an answer, which must be about the `item` that was asked for.
fn state_of(item: ItemId, shown: &ShownItem) -> Result<ItemView, ShopError> {
    if shown.id == item {
        Ok(shown.view)
    } else {
        let other = "answered with another item".to_owned();
        Err(ShopError::Unavailable(other))
    }
}

/// A cursor of BASE is the number of items before the page.
fn offset(cursor: Option<&PageCursor>) -> Result<u32, ShopError> {
    let Some(PageCursor(text)) = cursor else {
        return Ok(0);
    };
    let offset = text.parse();
    offset.map_err(|_| ShopError::Refused("bad_cursor".to_owned()))
}

/// The body of `items/edit`: a field that is left out keeps its value.
fn edit_form(item: ItemId, state: &ShopState) -> String {
    let mut fields = vec![
        ("item_id", item.0),
        ("price", i64::from(state.price)),
        ("visible", i64::from(state.visible)),
    ];
    fields.extend(state.stock.map(|stock| ("stock", i64::from(stock))));
    form(&fields)
}

pub(super) fn bearer(access: &AccessToken) -> Result<HeaderValue, ShopError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", access.token.expose_secret()))
        .map_err(|_| ShopError::Unavailable("the access token is malformed".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::money::Yen;

    #[test]
    fn an_edit_sends_a_stock_only_if_there_is_one() {
        let mut state = ShopState {
            price: Yen(3250),
            visible: true,
            stock: Some(1),
        };
        assert_eq!(
            edit_form(ItemId(1234), &state),
            "item_id=1234&price=3250&visible=1&stock=1"
        );

        state.stock = None;

        assert_eq!(
            edit_form(ItemId(1234), &state),
            "item_id=1234&price=3250&visible=1"
        );
    }
}
