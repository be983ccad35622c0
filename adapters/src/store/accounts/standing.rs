//! What a platform says of an account: a refusal of the shop or its application, and whose token it is.

use crate::store::SqlStore;
use crate::store::db::{StoredRow, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::{AccountId, AccountRefusal, LONGEST_PARK, RefusedParty};
use shared::ports::store::{ShopBinding, StandingStore, StoreError};

statement!(REFUSE, "accounts/refuse_account.sql");
statement!(ACCEPT, "accounts/accept_account.sql");
statement!(BIND, "accounts/bind_shop.sql");

#[async_trait]
impl StandingStore for SqlStore {
    async fn set_refused(
        &self,
        account: &AccountId,
        refused: Option<(&AccountRefusal, DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let set = match refused {
            Some((refusal, since, until)) => {
                let set = REFUSE.bind(account).bind(since).bind(until);
                let set = set.bind(refusal.party.as_str()).bind(refusal.why.as_str());
                set.bind(since + LONGEST_PARK)
            }
            None => ACCEPT.bind(account),
        };
        self.db.run(set).await.map(drop)
    }

    async fn bind_shop(&self, account: &AccountId, shop: &ShopBinding) -> Result<(), StoreError> {
        let bind = BIND.bind(account).bind(shop.shop_id.as_str());
        self.db.run(bind.bind(shop.seed.as_deref())).await.map(drop)
    }
}

/// The refusal in a row of `accounts`.
pub(super) fn refused(
    row: &StoredRow,
) -> Result<Option<(DateTime<Utc>, AccountRefusal)>, StoreError> {
    let Some(since) = row.maybe_at("refused_since")? else {
        return Ok(None);
    };
    let party = row.maybe_word("refused_party", RefusedParty::from_word)?;
    let refusal = AccountRefusal {
        party: party.unwrap_or(RefusedParty::Shop),
        why: row.maybe_string("refused_why")?.unwrap_or_default(),
    };
    Ok(Some((since, refusal)))
}

/// The shop in a row of `accounts`.
pub(super) fn shop(row: &StoredRow) -> Result<Option<ShopBinding>, StoreError> {
    let seed = row.maybe_string("shop_seed")?;
    let bound = row.maybe_string("shop_id")?;
    Ok(bound.map(|shop_id| ShopBinding { shop_id, seed }))
}
