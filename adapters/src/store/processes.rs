//! The rows of the programs that work on this database.

use super::SqlStore;
use super::db::{StoredRow, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::jobs::QueueName;
use shared::ports::store::{ProcessRole, ProcessRow, ProcessStore, StoreError};
use uuid::Uuid;

statement!(HEAR, "processes/hear.sql");
statement!(PROCESSES, "processes/processes.sql");
statement!(FORGET, "processes/forget.sql");

#[async_trait]
impl ProcessStore for SqlStore {
    async fn hear(&self, process: &ProcessRow) -> Result<(), StoreError> {
        let queues: Vec<&str> = process.queues.iter().map(|queue| queue.as_str()).collect();
        let hear = HEAR
            .bind(process.id)
            .bind(process.role.as_str())
            .bind(process.name.as_str())
            .bind(queues.join(","))
            .bind(process.started_at)
            .bind(process.heard_at)
            .bind(process.stopped_at);
        self.db.run(hear).await.map(drop)
    }

    async fn processes(&self) -> Result<Vec<ProcessRow>, StoreError> {
        let rows: Vec<Option<ProcessRow>> = self.db.read_all(&PROCESSES, process).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    async fn forget_processes(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.db.run(FORGET.bind(before)).await.map(drop)
    }
}

/// `None` for a role that only a newer program knows; such a queue is left out.
fn process(row: &StoredRow) -> Result<Option<ProcessRow>, StoreError> {
    let Some(role) = ProcessRole::from_word(row.text("role")?) else {
        return Ok(None);
    };
    let queues = row.text("queues")?.split(',');
    Ok(Some(ProcessRow {
        id: row.word("id", |id| Uuid::try_parse(id).ok())?,
        role,
        name: row.text("name")?.to_owned(),
        queues: queues.filter_map(QueueName::from_word).collect(),
        started_at: row.at("started_at")?,
        heard_at: row.at("heard_at")?,
        stopped_at: row.maybe_at("stopped_at")?,
    }))
}
