//! Tokens. Each is on the disk before it is used, since the shop issues a refresh token only once.

use super::seal::TokenField;
use crate::store::SqlStore;
use crate::store::db::{Dialect, Statement, StoredRow, commit, failed, row, rows, run, statement};
use async_trait::async_trait;
use shared::ports::store::{StoreError, StoredToken, TokenAge, TokenStore};
use sqlx::Executor;

statement!(TOKEN, "accounts/token.sql");
statement!(SAVE, "accounts/save_token.sql");
statement!(RESTORE, "accounts/restore_token.sql");
statement!(AGES, "accounts/token_ages.sql");
statement!(TOKENS, "accounts/tokens.sql");
statement!(RESEAL, "accounts/reseal_token.sql");

const ACCESS: &str = "access_token";
const REFRESH: &str = "refresh_token";

impl SqlStore {
    /// Seals with the newest key every token that is plain or sealed with the old key, and leaves
    /// no plain copy in a `SQLite` file; returns how many. Without a key it only checks that all
    /// are plain. Many processes may call it at once, while others refresh tokens.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] when a token is sealed with a key that this program does not have;
    /// nothing is changed then.
    pub async fn seal_tokens(&self) -> Result<u64, StoreError> {
        let mut writer = self.db.writer().await?;
        let found = rows(&mut writer, &TOKENS).await?;
        let mut sealed = Vec::new();
        for row in &found {
            let owner = row.text("owner")?;
            let again = |column: &'static str| {
                let (value, field) = (row.text(column)?, TokenField { owner, column });
                let plain = self.keys.open(value, field)?;
                let value = value.to_owned();
                Ok((
                    self.keys.is_newest(&value),
                    value,
                    self.keys.seal(&plain, field)?,
                ))
            };
            let (access, refresh) = (again(ACCESS)?, again(REFRESH)?);
            if !(access.0 && refresh.0) {
                let reseal = RESEAL.bind(owner);
                let reseal = reseal.bind(access.1).bind(refresh.1);
                sealed.push(reseal.bind(access.2).bind(refresh.2));
            }
        }
        if sealed.is_empty() {
            return Ok(0);
        }
        let in_file = self.db.dialect == Dialect::Sqlite;
        if in_file {
            // Overwrites old values with zeros; the checkpoint below then truncates the log.
            run(&mut writer, sqlx::query("PRAGMA secure_delete = ON")).await?;
        }
        let mut count = 0;
        for reseal in sealed {
            // Writes nothing when another process has refreshed or sealed the token meanwhile.
            count += run(&mut writer, reseal).await?;
        }
        if in_file {
            run(&mut writer, sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")).await?;
        }
        Ok(count)
    }

    /// Does not replace a token that is sealed with a key that this program does not have.
    ///
    /// With `synchronous = FULL` a commit waits for the disk. If the call is cancelled in between,
    /// the connection keeps that setting until the next token is saved: slower, and as safe.
    async fn write_token(
        &self,
        statement: &'static Statement,
        owner: &str,
        token: &StoredToken,
    ) -> Result<u64, StoreError> {
        let seal = |plain, column| self.keys.seal(plain, TokenField { owner, column });
        let save = statement
            .bind(owner)
            .bind(seal(&token.access_token, ACCESS)?)
            .bind(seal(&token.refresh_token, REFRESH)?)
            .bind(token.access_expires_at)
            .bind(token.refreshed_at)
            .bind(token.seed.as_str());
        let mut writer = self.db.writer().await?;
        let before = row(&mut writer, TOKEN.bind(owner)).await?;
        if let Some(before) = before {
            self.keys.key_of(before.text(REFRESH)?)?;
        }
        if self.db.dialect == Dialect::Postgres {
            let mut transaction = self.db.begin(&mut writer).await?;
            run(&mut transaction, "SET LOCAL synchronous_commit = on").await?;
            let written = run(&mut transaction, save).await?;
            commit(transaction).await?;
            return Ok(written);
        }
        let full = writer.execute("PRAGMA synchronous = FULL").await;
        full.map_err(failed)?;
        let saved = run(&mut writer, save).await;
        let normal = writer.execute("PRAGMA synchronous = NORMAL").await;
        normal.map_err(failed)?;
        saved
    }
}

#[async_trait]
impl TokenStore for SqlStore {
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError> {
        self.db
            .read_first(TOKEN.bind(owner), |row| {
                let secret = |column| {
                    self.keys
                        .open(row.text(column)?, TokenField { owner, column })
                };
                Ok(StoredToken {
                    access_token: secret(ACCESS)?,
                    refresh_token: secret(REFRESH)?,
                    access_expires_at: row.at("access_expires_at")?,
                    refreshed_at: row.at("refreshed_at")?,
                    seed: row.text("seed")?.to_owned(),
                })
            })
            .await
    }

    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError> {
        self.write_token(&SAVE, owner, token).await.map(drop)
    }

    async fn restore_token(&self, owner: &str, token: &StoredToken) -> Result<bool, StoreError> {
        let written = self.write_token(&RESTORE, owner, token).await?;
        Ok(written > 0)
    }

    async fn token_ages(&self) -> Result<Vec<TokenAge>, StoreError> {
        let age = |row: &StoredRow| {
            Ok(TokenAge {
                owner: row.text("owner")?.to_owned(),
                access_expires_at: row.at("access_expires_at")?,
                refreshed_at: row.at("refreshed_at")?,
            })
        };
        self.db.read_all(&AGES, age).await
    }
}
