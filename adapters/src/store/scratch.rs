//! A temporary copy of the database, for a dry run to change.

use super::SqlStore;
use super::db::{
    Database, Dialect, StoredRow, commit, failed, read_all, run, schema, sqlite, statement,
};
use crate::store::db::Session;
use futures::TryStreamExt as _;
use shared::ports::clock::Clock as _;
use shared::ports::store::StoreError;
use sqlx::AssertSqlSafe;
use std::sync::Arc;

statement!(CANCEL_OPEN_RUNS, "scratch/cancel_open_runs.sql");
statement!(CANCEL_OPEN_GUARDS, "scratch/cancel_open_guards.sql");

/// The tables that a dry run reads, in the order of their references. Not the tokens, which it does
/// not need; nor rows of earlier runs and observations.
const TABLES: &[&str] = &[
    "accounts",
    "lanes",
    "products",
    "listings",
    "desired_states",
    "applied_states",
    "runs",
];

/// Rows that are copied in one statement: a few megabytes of JSON.
const PAGE: usize = 5_000;

impl SqlStore {
    /// A copy of the database in a temporary file without a name, which ends with the returned
    /// value, or with the process. In the copy, open runs are cancelled, so that a new one can
    /// start, and nothing is held.
    pub async fn scratch_copy(&self) -> Result<Self, StoreError> {
        let copy = sqlite::connect(sqlite::UNNAMED).await?;
        // It need not survive a crash, so its transactions need no journal on the disk.
        copy.run("PRAGMA journal_mode = MEMORY").await?;
        schema::migrate(&copy).await?;
        match sqlite::file(&self.db).await? {
            Some(file) => copy_file(&file, &copy).await?,
            None => copy_rows(&self.db, &copy).await?,
        }
        let now = self.clock.now();
        copy.run(CANCEL_OPEN_RUNS.bind(now)).await?;
        copy.run(CANCEL_OPEN_GUARDS.bind(now)).await?;
        let clock = Arc::clone(&self.clock);
        Ok(Self {
            clock,
            ..Self::over(copy)
        })
    }
}

/// Copies all tables of a `SQLite` file as of one moment.
async fn copy_file(file: &str, copy: &Database) -> Result<(), StoreError> {
    let mut writer = copy.writer().await?;
    let attach = sqlx::query("ATTACH $1 AS original").bind(file.to_owned());
    run(&mut writer, attach.persistent(false)).await?;
    let mut to = copy.begin(&mut writer).await?;
    for table in TABLES {
        let columns = columns(&mut to, table).await?.join(", ");
        let rows = format!("SELECT {columns} FROM original.{table}");
        let insert = format!("INSERT INTO main.{table} ({columns}) {rows}");
        run(
            &mut to,
            sqlx::query(AssertSqlSafe(insert)).persistent(false),
        )
        .await?;
    }
    commit(to).await?;
    run(
        &mut writer,
        sqlx::query("DETACH original").persistent(false),
    )
    .await?;
    Ok(())
}

/// Copies all tables as of one moment, page by page: a database on a server, or in memory.
async fn copy_rows(db: &Database, copy: &Database) -> Result<(), StoreError> {
    let mut reader = db.reader().await?;
    let mut from = db.survey(&mut reader).await?;
    if let Some(setting) = db.dialect.no_time_limit() {
        run(&mut from, setting).await?;
    }
    let mut writer = copy.writer().await?;
    let mut to = copy.begin(&mut writer).await?;
    for table in TABLES {
        copy_table(&mut from, &mut to, table).await?;
    }
    commit(to).await?;
    commit(from).await
}

async fn copy_table(
    from: &mut dyn Session,
    to: &mut dyn Session,
    table: &str,
) -> Result<(), StoreError> {
    let columns = columns(to, table).await?;
    let insert = insert(table, &columns);
    let select = Dialect::of(from.driver()).rows_as_json(table, &columns);
    let select = sqlx::query(AssertSqlSafe(select)).persistent(false);
    let mut pages = select.fetch(from.driver()).map_err(failed).try_chunks(PAGE);
    while let Some(page) = pages.try_next().await.map_err(|failure| failure.1)? {
        let page: Vec<StoredRow> = page.into_iter().map(StoredRow::from).collect();
        let texts: Result<Vec<&str>, StoreError> = page.iter().map(|row| row.text("row")).collect();
        let json = format!("[{}]", texts?.join(","));
        run(to, sqlx::query(AssertSqlSafe(insert.clone())).bind(json)).await?;
    }
    Ok(())
}

/// The columns of a table of the copy.
async fn columns(copy: &mut dyn Session, table: &str) -> Result<Vec<String>, StoreError> {
    let columns = sqlx::query("SELECT name FROM pragma_table_info($1)").bind(table.to_owned());
    let name = |row: &StoredRow| Ok(row.text("name")?.to_owned());
    read_all(copy, columns, name).await
}

/// The statement that inserts a page.
fn insert(table: &str, columns: &[String]) -> String {
    let value = |name: &String| format!("r.value->>'{name}'");
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM jsonb_each($1) AS r",
        columns.join(", "),
        values.join(", ")
    )
}
