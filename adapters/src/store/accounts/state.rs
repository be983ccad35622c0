//! Accounts as the accounts file gives them, and what is remembered of each.

use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{commit, row, rows, run};
use crate::store::db::statement::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use shared::ports::store::{AccountRow, AccountStore, ReauthoriseMark, StoreError};

statement!(ACCOUNTS, "accounts/accounts.sql");
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
struct Row<'a> {
    id: &'a AccountId,
    platform: &'a Platform,
    name: &'a str,
    active: u8,
}

#[async_trait]
impl AccountStore for SqlStore {
    /// Updates of an account that becomes inactive end as failed with `account_inactive`: nobody
    /// may send them, and their run must not wait for them.
    async fn sync_accounts(&self, accounts: &[AccountRow]) -> Result<(), StoreError> {
        let mut given: Vec<Row> = accounts
            .iter()
            .map(|account| Row {
                id: &account.id,
                platform: &account.platform,
                name: &account.name,
                active: u8::from(account.active),
            })
            .collect();
        // In one order whoever does it, so that two wait for each other and do not block.
        given.sort_unstable_by_key(|row| row.id);
        let given = json(&given)?;
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        run(&mut transaction, self.db.query(&SYNC).bind(given.clone())).await?;
        run(&mut transaction, self.db.query(&DEACTIVATE).bind(given)).await?;
        run(&mut transaction, self.db.query(&SETTLE_INACTIVE)).await?;
        commit(transaction).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let mut reader = self.db.reader().await?;
        rows(&mut reader, self.db.query(&ACCOUNTS))
            .await?
            .iter()
            .map(|row| {
                Ok(AccountRow {
                    id: row.word("id", |id| AccountId::parse(id).ok())?,
                    platform: row.word("platform", |name| Platform::parse(name).ok())?,
                    name: row.text("name")?.to_owned(),
                    active: row.yes("active")?,
                    parked_until: row.maybe_at("parked_until")?,
                    reauthorise_since: row.maybe_at("reauthorise_since")?,
                    reauthorise_why: row.maybe_text("reauthorise_why")?.map(ToOwned::to_owned),
                    reauthorise_seed: row.maybe_text("reauthorise_seed")?.map(ToOwned::to_owned),
                    proxy_failed_since: row.maybe_at("proxy_failed_since")?,
                    tokens_refused_since: row.maybe_at("tokens_refused_since")?,
                })
            })
            .collect()
    }

    async fn park(&self, account: &AccountId, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let park = self.db.query(&PARK);
        let park = park.bind(account.to_string()).bind(instant(until));
        Ok(run(&mut *self.db.writer().await?, park).await? > 0)
    }

    async fn set_reauthorise(
        &self,
        account: &AccountId,
        mark: Option<ReauthoriseMark<'_>>,
    ) -> Result<bool, StoreError> {
        let id = account.to_string();
        let set = match mark {
            Some(mark) => {
                let set = self.db.query(&MARK).bind(id).bind(instant(mark.since));
                set.bind(mark.why.to_owned()).bind(mark.seed.to_owned())
            }
            None => self.db.query(&CLEAR).bind(id),
        };
        Ok(run(&mut *self.db.writer().await?, set).await? > 0)
    }

    async fn set_proxy_failed(
        &self,
        account: &AccountId,
        failed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let id = account.to_string();
        let set = match failed {
            Some((since, until)) => {
                let park = self.db.query(&PARK_BEHIND_PROXY).bind(id);
                park.bind(instant(since)).bind(instant(until))
            }
            None => self.db.query(&UNPARK_BEHIND_PROXY).bind(id),
        };
        run(&mut *self.db.writer().await?, set).await.map(drop)
    }

    async fn set_tokens_refused(
        &self,
        account: &AccountId,
        now: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let id = account.to_string();
        let mut writer = self.db.writer().await?;
        let Some(now) = now else {
            run(&mut writer, self.db.query(&TOKENS_ACCEPTED).bind(id)).await?;
            return Ok(None);
        };
        let note = self.db.query(&TOKENS_REFUSED).bind(id).bind(instant(now));
        match row(&mut writer, note).await? {
            Some(row) => row.maybe_at("tokens_refused_since"),
            None => Ok(None),
        }
    }
}
