//! The shop of a dry run: takes every edit and sends nothing.

use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::lane::Lane;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::shop_page::ShopPage;
use shared::ports::limiter::Permit;
use shared::ports::shop::{Shop, ShopError};

/// A shop that is not there. The dry run works on a copy of the database, so that what it "applied"
/// is what a real run would have sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct DryShop;

#[async_trait]
impl Shop for DryShop {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Base(account.clone())
    }

    async fn prepare(&self, _account: &AccountId) -> Result<(), ShopError> {
        Ok(())
    }

    async fn edit(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _item: ItemId,
        _state: &ShopState,
    ) -> Result<(), ShopError> {
        Ok(())
    }

    async fn items(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _offset: u32,
    ) -> Result<ShopPage, ShopError> {
        Ok(ShopPage::default())
    }

    async fn item(
        &self,
        _permit: Permit,
        _account: &AccountId,
        _item: ItemId,
    ) -> Result<Option<ShopState>, ShopError> {
        Ok(None)
    }
}
