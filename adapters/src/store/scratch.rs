//! A temporary copy of the database, for a dry run to change.

use super::SqlStore;
use super::db::{
    Database, Dialect, StoredRow, commit, read_all, rows, run, schema, sqlite, statement,
};
use shared::ports::clock::Clock as _;
use shared::ports::store::StoreError;
use sqlx::{AnyConnection, AssertSqlSafe};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

statement!(CANCEL_OPEN_RUNS, "scratch/cancel_open_runs.sql");
statement!(CANCEL_OPEN_GUARDS, "scratch/cancel_open_guards.sql");

/// The tables that a dry run reads, in the order of their references. Rows of earlier runs and
/// observations are not copied.
const TABLES: &[&str] = &[
    "accounts",
    "tokens",
    "lanes",
    "products",
    "cache_entries",
    "listings",
    "desired_states",
    "applied_states",
    "runs",
];

/// Rows in one page: a few megabytes of JSON.
const PAGE: u32 = 5_000;

impl SqlStore {
    /// A copy of the database in a temporary `SQLite` file, which is deleted with the returned
    /// value. In the copy, open runs are cancelled, so that a new one can start, and nothing is
    /// held.
    pub async fn scratch_copy(&self) -> Result<Self, StoreError> {
        let folder = TempDir::with_prefix("miseban-").map_err(|error| {
            let advice = "a dry run needs a writable directory for temporary files";
            StoreError::Unusable(format!("{error}: {advice}"))
        })?;
        let path = folder.path().join("copy.db");
        let copy = match self.db.dialect {
            Dialect::Sqlite => copy_file(&self.db, &path, folder).await?,
            Dialect::Postgres => copy_rows(&self.db, &path, folder).await?,
        };
        let now = self.clock.now();
        copy.run(CANCEL_OPEN_RUNS.bind(now)).await?;
        copy.run(CANCEL_OPEN_GUARDS.bind(now)).await?;
        let clock = Arc::clone(&self.clock);
        let copy = Self::over(copy).with_token_keys(self.keys.clone());
        Ok(Self { clock, ..copy })
    }
}

async fn copy_file(db: &Database, path: &Path, folder: TempDir) -> Result<Database, StoreError> {
    let target = if db.in_memory {
        // With the scheme `sqlite:` the copy of a database in memory would be in memory, too.
        sqlite::file_url(path).replacen("sqlite:", "file:", 1) + "?mode=rwc"
    } else {
        path.to_string_lossy().into_owned()
    };
    db.run(sqlx::query("VACUUM INTO $1").bind(target)).await?;
    sqlite::connect(&sqlite::file_url(path), Some(folder)).await
}

/// Copies all tables as of one moment.
async fn copy_rows(db: &Database, path: &Path, folder: TempDir) -> Result<Database, StoreError> {
    sqlite::make_file(path)?;
    let copy = sqlite::connect(&sqlite::file_url(path), Some(folder)).await?;
    schema::migrate(&copy).await?;
    let mut reader = db.reader().await?;
    let mut from = db.survey(&mut reader).await?;
    let mut writer = copy.writer().await?;
    let mut to = copy.begin(&mut writer).await?;
    for table in TABLES {
        copy_table(&mut from, &mut to, table).await?;
    }
    commit(to).await?;
    commit(from).await?;
    drop(writer);
    Ok(copy)
}

async fn copy_table(
    from: &mut AnyConnection,
    to: &mut AnyConnection,
    table: &str,
) -> Result<(), StoreError> {
    let insert = insert(to, table).await?;
    let declare = format!(
        "DECLARE page NO SCROLL CURSOR FOR
        SELECT CAST(row_to_json(t) AS TEXT) AS row FROM {table} AS t"
    );
    run(from, sqlx::query(AssertSqlSafe(declare)).persistent(false)).await?;
    loop {
        let fetch = format!("FETCH {PAGE} FROM page");
        let page = rows(from, sqlx::query(AssertSqlSafe(fetch)).persistent(false)).await?;
        if page.is_empty() {
            break;
        }
        let texts: Result<Vec<&str>, StoreError> = page.iter().map(|row| row.text("row")).collect();
        let json = format!("[{}]", texts?.join(","));
        run(to, sqlx::query(AssertSqlSafe(insert.clone())).bind(json)).await?;
    }
    run(from, sqlx::query("CLOSE page")).await?;
    Ok(())
}

/// The statement that inserts a page, with the columns that the table has in the copy.
async fn insert(to: &mut AnyConnection, table: &str) -> Result<String, StoreError> {
    let columns = sqlx::query("SELECT name FROM pragma_table_info($1)").bind(table);
    let name = |row: &StoredRow| Ok(row.text("name")?.to_owned());
    let names: Vec<String> = read_all(to, columns, name).await?;
    let value = |name: &String| format!("r.value->>'{name}'");
    let values: Vec<String> = names.iter().map(value).collect();
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM jsonb_each($1) AS r",
        names.join(", "),
        values.join(", ")
    ))
}
