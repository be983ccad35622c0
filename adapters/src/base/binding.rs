//! Which shop an account belongs to. Tokens of another shop would find none of the account's items, which
//! would then look deleted.
//!
//! The accounts file may name the shop (`shop_id`); else it is the one in which an item of the account was
//! found first. A token is checked when it is first used, and after each authorisation.

use super::shop::BaseShop;
use super::token_manager::TokenManager;
use crate::lock::lock;
use shared::domain::account::AccountId;
use shared::ports::shop::{CheckedShop, ShopError};
use shared::ports::store::ShopBinding;
use std::sync::Arc;

impl BaseShop {
    /// Makes sure that the token of the account is one of its own shop: asks BASE once in a process, if the
    /// stored answer is of another token.
    ///
    /// # Errors
    ///
    /// `Reauthorise` for a token of another shop; the errors of a call while the shop is known and BASE does
    /// not say whose token it is.
    pub(super) async fn verify(
        &self,
        account: &AccountId,
        manager: &Arc<TokenManager>,
    ) -> Result<(), ShopError> {
        let verified = manager.shop_check.verified.get_or_try_init(|| async {
            let bound = manager.records.shop().await?;
            if manager.is_verified(bound.as_ref()) {
                return Ok(());
            }
            match self.who(account, manager).await {
                Ok(found) => manager.compare(&found).await,
                // Without a known shop there is nothing to compare with.
                Err(ShopError::Unavailable(_) | ShopError::Quota { .. })
                    if manager.expected(bound.as_ref()).is_none() =>
                {
                    Ok(())
                }
                Err(error) => Err(error),
            }
        });
        verified.await.copied()
    }
}

impl TokenManager {
    fn expected<'a>(&'a self, bound: Option<&'a ShopBinding>) -> Option<&'a str> {
        let named = self.credentials.shop_id.as_deref();
        named.or(bound.map(|bound| bound.shop_id.as_str()))
    }

    fn is_verified(&self, bound: Option<&ShopBinding>) -> bool {
        bound.is_some_and(|bound| {
            bound.seed.as_ref() == Some(&self.records.seed)
                && self.expected(Some(bound)) == Some(bound.shop_id.as_str())
        })
    }

    /// Compares the shop of the token with the one of the account. A token of another shop is not used again.
    pub(super) async fn compare(&self, found: &CheckedShop) -> Result<(), ShopError> {
        let Some(shop_id) = &found.shop_id else {
            return Ok(());
        };
        let bound = self.records.shop().await?;
        let expected = self.expected(bound.as_ref());
        if let Some(expected) = expected.filter(|expected| expected != shop_id) {
            self.state.lock().await.pair = None;
            let name = found.name.as_deref().unwrap_or_default();
            let why = format!("token of another shop: shop_id {shop_id} ({name}), not {expected}");
            return Err(self.records.mark(self.connection.now(), &why).await);
        }
        let shop = ShopBinding {
            shop_id: shop_id.clone(),
            seed: Some(self.records.seed.clone()),
        };
        if expected.is_some() {
            return self.records.bind(&shop).await;
        }
        *lock(&self.shop_check.unconfirmed) = Some(shop);
        Ok(())
    }

    /// An item of the account was found in the shop of its token, if `found`: so the account belongs there.
    pub(super) async fn confirm(&self, found: bool) {
        let shop = lock(&self.shop_check.unconfirmed).take_if(|_| found);
        let Some(shop) = shop else {
            return;
        };
        let account = &self.records.account;
        match self.records.bind(&shop).await {
            Ok(()) => {
                let shop_id = &shop.shop_id;
                tracing::info!(%account, "account {account} belongs to the shop {shop_id}");
            }
            Err(error) => {
                tracing::warn!(%account, %error, "could not store the shop of account {account}");
            }
        }
    }

    /// The tokens are new: the shop is checked again with the next use.
    pub(super) async fn unverify(&self) -> Result<(), ShopError> {
        match self.records.shop().await? {
            Some(shop) => self.records.bind(&ShopBinding { seed: None, ..shop }).await,
            None => Ok(()),
        }
    }
}
