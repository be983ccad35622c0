//! Tokens, on the disk before anybody uses them: the shop gives a refresh token once.

use super::SqlStore;
use super::columns::{Columns, instant};
use super::database::{commit, row, rows, run};
use super::dialect::Dialect;
use super::failure::failed;
use super::statement::statement;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use shared::ports::store::{StoreError, StoredToken, TokenAge, TokenStore};
use sqlx::Executor;

statement!(TOKEN, "sql/token.sql");
statement!(SAVE, "sql/save_token.sql");
statement!(AGES, "sql/token_ages.sql");

#[async_trait]
impl TokenStore for SqlStore {
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError> {
        let mut reader = self.db.reader().await?;
        let found = row(&mut reader, self.db.query(&TOKEN).bind(owner.to_owned())).await?;
        let secret = |text: &str| SecretString::from(text.to_owned());
        found
            .map(|row| {
                Ok(StoredToken {
                    access_token: secret(row.text("access_token")?),
                    refresh_token: secret(row.text("refresh_token")?),
                    access_expires_at: row.at("access_expires_at")?,
                    refreshed_at: row.at("refreshed_at")?,
                    seed: row.text("seed")?.to_owned(),
                })
            })
            .transpose()
    }

    /// With `synchronous = FULL` a commit waits for the disk. Cut off in the middle, the connection
    /// keeps that setting until the next token: slower, and as safe.
    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError> {
        let save = self
            .db
            .query(&SAVE)
            .bind(owner.to_owned())
            .bind(token.access_token.expose_secret().to_owned())
            .bind(token.refresh_token.expose_secret().to_owned())
            .bind(instant(token.access_expires_at))
            .bind(instant(token.refreshed_at))
            .bind(token.seed.clone());
        let mut writer = self.db.writer().await?;
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
