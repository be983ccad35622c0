//! Tokens, on the disk before anybody uses them: the shop gives a refresh token once.

use super::seal::Place;
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant};
use crate::store::db::database::{commit, row, rows, run};
use crate::store::db::dialect::Dialect;
use crate::store::db::failure::failed;
use crate::store::db::statement::statement;
use async_trait::async_trait;
use shared::ports::store::{StoreError, StoredToken, TokenAge, TokenStore};
use sqlx::Executor;

statement!(TOKEN, "accounts/token.sql");
statement!(SAVE, "accounts/save_token.sql");
statement!(AGES, "accounts/token_ages.sql");
statement!(TOKENS, "accounts/tokens.sql");
statement!(RESEAL, "accounts/reseal_token.sql");

const ACCESS: &str = "access_token";
const REFRESH: &str = "refresh_token";

impl SqlStore {
    /// Seals every token that is plain, or sealed with the old key, with the newest key, and leaves no
    /// plain copy in a `SQLite` file; gives how many. Without a key it only looks whether all are plain.
    /// May be done by many processes at once, beside others that renew tokens.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] when a token is sealed with a key that this program does not have: nothing
    /// was changed then.
    pub async fn seal_tokens(&self) -> Result<u64, StoreError> {
        let mut writer = self.db.writer().await?;
        let found = rows(&mut writer, self.db.query(&TOKENS)).await?;
        let mut sealed = Vec::new();
        for row in &found {
            let owner = row.text("owner")?;
            let again = |column: &'static str| {
                let (value, place) = (row.text(column)?, Place { owner, column });
                let plain = self.keys.open(value, place)?;
                let value = value.to_owned();
                Ok((
                    self.keys.is_newest(&value),
                    value,
                    self.keys.seal(&plain, place)?,
                ))
            };
            let (access, refresh) = (again(ACCESS)?, again(REFRESH)?);
            if !(access.0 && refresh.0) {
                let reseal = self.db.query(&RESEAL).bind(owner.to_owned());
                let reseal = reseal.bind(access.1).bind(refresh.1);
                sealed.push(reseal.bind(access.2).bind(refresh.2));
            }
        }
        if sealed.is_empty() {
            return Ok(0);
        }
        let in_file = self.db.dialect == Dialect::Sqlite;
        if in_file {
            // What is overwritten becomes zeros, in the pages and, once the log is cut, beside them.
            run(&mut writer, sqlx::query("PRAGMA secure_delete = ON")).await?;
        }
        let mut count = 0;
        for reseal in sealed {
            // None where another process has renewed or sealed it meanwhile.
            count += run(&mut writer, reseal).await?;
        }
        if in_file {
            run(&mut writer, sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")).await?;
        }
        Ok(count)
    }
}

#[async_trait]
impl TokenStore for SqlStore {
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError> {
        let mut reader = self.db.reader().await?;
        let found = row(&mut reader, self.db.query(&TOKEN).bind(owner.to_owned())).await?;
        found
            .map(|row| {
                let secret = |column| self.keys.open(row.text(column)?, Place { owner, column });
                Ok(StoredToken {
                    access_token: secret(ACCESS)?,
                    refresh_token: secret(REFRESH)?,
                    access_expires_at: row.at("access_expires_at")?,
                    refreshed_at: row.at("refreshed_at")?,
                    seed: row.text("seed")?.to_owned(),
                })
            })
            .transpose()
    }

    /// A token that is sealed with a key that this program does not have stays as it is.
    ///
    /// With `synchronous = FULL` a commit waits for the disk. Cut off in the middle, the connection
    /// keeps that setting until the next token: slower, and as safe.
    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError> {
        let seal = |plain, column| self.keys.seal(plain, Place { owner, column });
        let save = self
            .db
            .query(&SAVE)
            .bind(owner.to_owned())
            .bind(seal(&token.access_token, ACCESS)?)
            .bind(seal(&token.refresh_token, REFRESH)?)
            .bind(instant(token.access_expires_at))
            .bind(instant(token.refreshed_at))
            .bind(token.seed.clone());
        let mut writer = self.db.writer().await?;
        let before = row(&mut writer, self.db.query(&TOKEN).bind(owner.to_owned())).await?;
        if let Some(before) = before {
            self.keys.key_of(before.text(REFRESH)?)?;
        }
        if self.db.dialect == Dialect::Postgres {
            let mut transaction = self.db.begin(&mut writer).await?;
            let durable = sqlx::query("SET LOCAL synchronous_commit = on");
            run(&mut transaction, durable).await?;
            run(&mut transaction, save).await?;
            return commit(transaction).await;
        }
        let full = writer.execute("PRAGMA synchronous = FULL").await;
        full.map_err(failed)?;
        let saved = run(&mut writer, save).await;
        let normal = writer.execute("PRAGMA synchronous = NORMAL").await;
        saved?;
        normal.map(|_| ()).map_err(failed)
    }

    async fn token_ages(&self) -> Result<Vec<TokenAge>, StoreError> {
        let mut reader = self.db.reader().await?;
        let found = rows(&mut reader, self.db.query(&AGES)).await?;
        let age = |row: &sqlx::any::AnyRow| {
            Ok(TokenAge {
                owner: row.text("owner")?.to_owned(),
                access_expires_at: row.at("access_expires_at")?,
                refreshed_at: row.at("refreshed_at")?,
            })
        };
        found.iter().map(age).collect()
    }
}
