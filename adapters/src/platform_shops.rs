//! Routes each call to the shop of the account's platform.

use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::lane::Lane;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::shop_page::{ItemView, PageCursor, ShopPage};
use shared::ports::limiter::Permit;
use shared::ports::shop::{CheckedShop, Shop, ShopError};
use std::collections::HashMap;
use std::sync::Arc;

/// The shops of all platforms as one [`Shop`].
pub struct PlatformShops {
    by_account: HashMap<AccountId, Arc<dyn Shop>>,
    other: Arc<dyn Shop>,
}

impl PlatformShops {
    /// A router without accounts. `other` answers for every account that is not added, with
    /// [`ShopError::Reauthorise`].
    pub fn new(other: Arc<dyn Shop>) -> Self {
        Self {
            by_account: HashMap::new(),
            other,
        }
    }

    /// Adds the shop of one platform, and the accounts there.
    #[must_use]
    pub fn with(
        mut self,
        shop: &Arc<dyn Shop>,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Self {
        let routes = accounts.into_iter().map(|id| (id, Arc::clone(shop)));
        self.by_account.extend(routes);
        self
    }

    fn shop(&self, account: &AccountId) -> &dyn Shop {
        self.by_account.get(account).unwrap_or(&self.other).as_ref()
    }
}

#[async_trait]
impl Shop for PlatformShops {
    fn lane(&self, account: &AccountId) -> Lane {
        self.shop(account).lane(account)
    }

    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError> {
        self.shop(account).prepare(account).await
    }

    async fn check(&self, account: &AccountId) -> Result<CheckedShop, ShopError> {
        self.shop(account).check(account).await
    }

    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        self.shop(account).edit(permit, account, item, state).await
    }

    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        self.shop(account).items(permit, account, cursor).await
    }

    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        self.shop(account).item(permit, account, item).await
    }
}
