//! The shop of a dry run: accepts every edit and sends nothing.

use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use shared::domain::shop_page::{ItemView, PageCursor, ShopPage};
use shared::ports::limiter::Permit;
use shared::ports::shop::{Shop, ShopError};

/// A shop without any items. A dry run works on a copy of the database, so the edits that it "applied"
/// are those that a live run would have sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct DryShop;

#[async_trait]
impl Shop for DryShop {
    /// Without a limit, since nothing is sent.
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: account.clone(),
            quota: WindowQuota::UNLIMITED,
        })
    }

    async fn prepare(&self, _account: &AccountId) -> Result<(), ShopError> {
        Ok(())
    }

    async fn edit(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        Ok((*state).into())
    }

    async fn items(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        Ok(ShopPage::default())
    }

    async fn item(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        Ok(None)
    }
}
