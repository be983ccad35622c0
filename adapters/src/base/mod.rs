//! The shops at BASE: edits an item, asks for one, and keeps each account's tokens.
//!
//! Path of a call: [`BaseShop::edit`] takes a token of `keeper`, sends a form, lets `decode` read the
//! answer and `refusal` say what a refused one means. Counting calls is the limiter's, repeating is
//! the job's.
//!
//! Source: BASE API documentation (`baseinc/api-docs`, `docs.thebase.in`).

mod account_calls;
pub mod decode;
mod exchange;
mod manual;
mod proxy_breaker;
mod refusal;
mod token_manager;
mod token_rejections;
mod token_state;

use async_trait::async_trait;
use refusal::Refusal;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use shared::domain::account::AccountId;
use shared::domain::lane::Lane;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::shop_page::{PAGE, ShopPage};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Limiter, Permit};
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::{AccountStore, TokenStore};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use token_manager::Keeper;
use token_state::Access;

/// Where BASE is, and the accounts there.
#[derive(Debug, Clone)]
pub struct BaseConfig {
    /// The client of [`crate::http::client`].
    pub http: reqwest::Client,
    /// [`BaseConfig::BASE_URL`], without a slash at the end.
    pub base_url: String,
    /// One for each account; an account without is answered [`ShopError::Reauthorise`].
    pub accounts: Vec<BaseCredentials>,
}

impl BaseConfig {
    /// The API's only host.
    pub const BASE_URL: &str = "https://api.thebase.in";
}

/// What the accounts file says of one account.
#[derive(Debug, Clone)]
pub struct BaseCredentials {
    /// The account.
    pub account: AccountId,
    /// Id of the application.
    pub client_id: String,
    /// Secret of the application.
    pub client_secret: SecretString,
    /// The refresh token that a person wrote into the file. It is used once: BASE gives a new one
    /// each time, and the newest stands in the [`TokenStore`]. `None` where the first pair comes from
    /// [`BaseShop::authorise`].
    pub refresh_token: Option<SecretString>,
    /// The redirect URI of the authorisation; the papers ask for it, BASE does without.
    pub redirect_uri: Option<String>,
    /// The way that all of the account's requests take, token requests too; `None` for the client of all.
    pub proxy: Option<ThroughProxy>,
}

/// A client whose requests go through a proxy ([`crate::http::HttpSettings::proxy`]). Debug does not show
/// which.
#[derive(Clone)]
pub struct ThroughProxy(pub reqwest::Client);

impl fmt::Debug for ThroughProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ThroughProxy(…)")
    }
}

const MAX_ANSWER: usize = 1024 * 1024;
/// A hundred items with their descriptions, each of which may be long.
const MAX_PAGE: usize = 32 * 1024 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// What outlives a call: shared with the refresh, which goes on when its caller is gone.
struct Outside {
    http: reqwest::Client,
    base_url: String,
    clock: Arc<dyn Clock>,
    tokens: Arc<dyn TokenStore>,
    accounts: Arc<dyn AccountStore>,
}

/// Edits items at BASE. One for a process: all callers share an account's token.
pub struct BaseShop {
    outside: Arc<Outside>,
    limiter: Arc<dyn Limiter>,
    keepers: HashMap<AccountId, Arc<Keeper>>,
}

impl BaseShop {
    /// Opens nothing yet; the first call connects.
    pub fn new(
        config: BaseConfig,
        clock: Arc<dyn Clock>,
        limiter: Arc<dyn Limiter>,
        tokens: Arc<dyn TokenStore>,
        accounts: Arc<dyn AccountStore>,
    ) -> Self {
        let outside = Arc::new(Outside {
            http: config.http,
            base_url: config.base_url,
            clock,
            tokens,
            accounts,
        });
        let keepers = config.accounts.into_iter().map(|credentials| {
            let account = credentials.account.clone();
            let keeper = Keeper::new(credentials, Arc::clone(&outside));
            (account, Arc::new(keeper))
        });
        Self {
            keepers: keepers.collect(),
            outside,
            limiter,
        }
    }

    /// An account without credentials is one that a person has to see to.
    fn keeper(&self, account: &AccountId) -> Result<&Arc<Keeper>, ShopError> {
        self.keepers
            .get(account)
            .ok_or_else(|| ShopError::Reauthorise(account.clone()))
    }

    /// Sends one call about one item and reads its answer, whatever its status.
    async fn call(
        &self,
        permit: Permit,
        keeper: &Keeper,
        request: RequestBuilder,
        access: &Access,
    ) -> Result<decode::ShownItem, ShopError> {
        let request = request.header(AUTHORIZATION, bearer(access)?);
        let (status, body) = keeper.send(request, MAX_ANSWER).await?;
        let answer = decode::answer(status, &body);
        self.sort(permit, keeper, access, answer).await
    }

    /// What an answer says of the call: its token, its quota, itself.
    async fn sort<T>(
        &self,
        permit: Permit,
        keeper: &Keeper,
        access: &Access,
        answer: Result<T, decode::NoItem>,
    ) -> Result<T, ShopError> {
        match answer {
            Ok(told) => {
                keeper.accepted(access).await;
                Ok(told)
            }
            Err(refused) => Err(self.refused(&permit, keeper, access, &refused).await),
        }
    }

    /// What a refused call means for its caller; keeper and limiter are told.
    async fn refused(
        &self,
        permit: &Permit,
        keeper: &Keeper,
        access: &Access,
        refused: &decode::NoItem,
    ) -> ShopError {
        match refusal::sort(refused) {
            Refusal::Token => keeper.refused(access).await,
            Refusal::Quota(window) => {
                self.limiter.close(&permit.lane, window).await;
                ShopError::Quota(window)
            }
            Refusal::Call(error) => {
                if !matches!(error, ShopError::Unavailable(_)) {
                    keeper.accepted(access).await;
                }
                error
            }
        }
    }
}

#[async_trait]
impl Shop for BaseShop {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Base(account.clone())
    }

    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError> {
        self.keeper(account)?
            .access(token_manager::LASTING)
            .await
            .map(drop)
    }

    /// Dropping the future after the call has left means that its answer is lost; the edit may be
    /// done, and doing it again changes nothing.
    #[tracing::instrument(name = "base.edit", skip_all, fields(account = %account, item = item.0))]
    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<(), ShopError> {
        let keeper = self.keeper(account)?;
        let access = keeper.access(token_manager::LAST_MOMENT).await?;
        let request = keeper
            .http()
            .post(format!("{}/1/items/edit", self.outside.base_url))
            .header(CONTENT_TYPE, FORM)
            .body(edit_form(item, state));

        let shown = self.call(permit, keeper, request, &access).await?;

        let applied = shown.id == item
            && shown.state.price == state.price
            && shown.state.visible == state.visible;
        if applied {
            Ok(())
        } else {
            Err(ShopError::Refused("not_applied".to_owned()))
        }
    }

    #[tracing::instrument(name = "base.items", skip_all, fields(account = %account, offset))]
    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        offset: u32,
    ) -> Result<ShopPage, ShopError> {
        let keeper = self.keeper(account)?;
        let access = keeper.access(token_manager::LAST_MOMENT).await?;
        // In the order of creation, so that new items come last and shift no page; of the images as
        // little as can be had.
        let query = format!(
            "order=created&sort=asc&limit={PAGE}&offset={offset}&max_image_no=1&image_size=76"
        );
        let url = format!("{}/1/items?{query}", self.outside.base_url);
        let request = keeper.http().get(url);

        let request = request.header(AUTHORIZATION, bearer(&access)?);
        let (status, body) = keeper.send(request, MAX_PAGE).await?;
        let answer = decode::page(status, &body);
        self.sort(permit, keeper, &access, answer).await
    }

    #[tracing::instrument(name = "base.item", skip_all, fields(account = %account, item = item.0))]
    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ShopState>, ShopError> {
        let keeper = self.keeper(account)?;
        let access = keeper.access(token_manager::LAST_MOMENT).await?;
        // As a query parameter the id is refused.
        let url = format!("{}/1/items/detail/{}", self.outside.base_url, item.0);
        let request = keeper.http().get(url);

        match self.call(permit, keeper, request, &access).await {
            Ok(shown) if shown.id == item => Ok(Some(shown.state)),
            Ok(_) => Err(ShopError::Unavailable(
                "answered with another item".to_owned(),
            )),
            Err(ShopError::UnknownItem(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The body of `items/edit`: what is left out stays as it is.
fn edit_form(item: ItemId, state: &ShopState) -> String {
    let mut fields = vec![
        ("item_id", item.0),
        ("price", i64::from(state.price)),
        ("visible", i64::from(state.visible)),
    ];
    fields.extend(state.stock.map(|stock| ("stock", i64::from(stock))));
    serde_urlencoded::to_string(fields).expect("pairs of a name and a number are always a form")
}

fn bearer(access: &Access) -> Result<HeaderValue, ShopError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", access.token.expose_secret()))
        .map_err(|_| ShopError::Unavailable("the access token is no token".to_owned()))?;
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
