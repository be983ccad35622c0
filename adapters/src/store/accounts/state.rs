//! Accounts: taken over from the accounts file, and the state of each.

use super::standing;
use crate::store::SqlStore;
use crate::store::db::{StoredRow, commit, json, row, run, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::{AccountId, LONGEST_PARK};
use shared::domain::platform::Platform;
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::clock::Clock as _;
use shared::ports::store::{AccountRow, AccountStore, ReauthoriseMark, StoreError};

statement!(ACCOUNTS, "accounts/accounts.sql");
statement!(ACCOUNT, "accounts/account.sql");
statement!(SYNC, "accounts/sync_accounts.sql");
statement!(DEACTIVATE, "accounts/deactivate_absent_accounts.sql");
statement!(SETTLE_INACTIVE, "accounts/settle_inactive_updates.sql");
statement!(PARK, "accounts/park_account.sql");
statement!(MARK, "accounts/mark_account.sql");
statement!(CLEAR, "accounts/clear_account.sql");
statement!(PARK_BEHIND_PROXY, "accounts/park_behind_proxy.sql");
statement!(UNPARK_BEHIND_PROXY, "accounts/unpark_behind_proxy.sql");
statement!(TOKENS_REFUSED, "accounts/note_tokens_refused.sql");
statement!(TOKENS_ACCEPTED, "accounts/clear_tokens_refused.sql");

#[derive(Serialize)]
struct SyncedAccount<'a> {
    id: &'a AccountId,
    platform: &'a Platform,
    name: &'a str,
    active: u8,
}

#[async_trait]
impl AccountStore for SqlStore {
    /// Updates of an account that becomes inactive end as failed with `account_inactive`: they must
    /// not be sent, and their run must not wait for them.
    async fn sync_accounts(&self, accounts: &[AccountRow]) -> Result<(), StoreError> {
        let mut synced: Vec<SyncedAccount> = accounts
            .iter()
            .map(|account| SyncedAccount {
                id: &account.id,
                platform: &account.platform,
                name: &account.name,
                active: u8::from(account.active),
            })
            .collect();
        // Every process locks in the order of ids, so that two wait for each other and do not
        // deadlock.
        synced.sort_unstable_by_key(|row| row.id);
        let synced = json(&synced)?;
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        run(&mut transaction, SYNC.bind(synced.as_str())).await?;
        run(&mut transaction, DEACTIVATE.bind(synced.as_str())).await?;
        run(&mut transaction, &SETTLE_INACTIVE).await?;
        commit(transaction).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.db.read_all(&ACCOUNTS, account_row).await
    }

    async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        self.db.read_first(ACCOUNT.bind(id), account_row).await
    }

    async fn park(&self, account: &AccountId, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let park = PARK.bind(account).bind(until).bind(self.latest_park());
        Ok(self.db.run(park).await? > 0)
    }

    async fn set_reauthorise(
        &self,
        account: &AccountId,
        mark: Option<ReauthoriseMark<'_>>,
    ) -> Result<bool, StoreError> {
        let set = match mark {
            Some(mark) => {
                let set = MARK.bind(account).bind(mark.since);
                set.bind(mark.why).bind(mark.seed).bind(mark.pair_at)
            }
            None => CLEAR.bind(account),
        };
        Ok(self.db.run(set).await? > 0)
    }

    async fn set_proxy_failed(
        &self,
        account: &AccountId,
        failed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let set = match failed {
            Some((since, until)) => {
                let park = PARK_BEHIND_PROXY.bind(account).bind(since);
                park.bind(until).bind(self.latest_park())
            }
            None => UNPARK_BEHIND_PROXY.bind(account),
        };
        self.db.run(set).await.map(drop)
    }

    async fn set_tokens_refused(
        &self,
        account: &AccountId,
        now: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut writer = self.db.writer().await?;
        let Some(now) = now else {
            run(&mut writer, TOKENS_ACCEPTED.bind(account)).await?;
            return Ok(None);
        };
        let note = TOKENS_REFUSED.bind(account).bind(now);
        match row(&mut writer, note).await? {
            Some(row) => row.maybe_at("tokens_refused_since"),
            None => Ok(None),
        }
    }
}

impl SqlStore {
    /// A park that ends later was made under a wrong clock.
    fn latest_park(&self) -> DateTime<Utc> {
        self.clock.now() + LONGEST_PARK + MOST_OFF
    }
}

fn account_row(row: &StoredRow) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: row.word("id", |id| AccountId::parse(id).ok())?,
        platform: row.word("platform", |name| Platform::parse(name).ok())?,
        name: row.text("name")?.to_owned(),
        active: row.yes("active")?,
        parked_until: row.maybe_at("parked_until")?,
        reauthorise_since: row.maybe_at("reauthorise_since")?,
        reauthorise_why: row.maybe_string("reauthorise_why")?,
        reauthorise_seed: row.maybe_string("reauthorise_seed")?,
        proxy_failed_since: row.maybe_at("proxy_failed_since")?,
        tokens_refused_since: row.maybe_at("tokens_refused_since")?,
        refused: standing::refused(row)?,
        shop: standing::shop(row)?,
    })
}
