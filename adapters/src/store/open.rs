//! Opening a database: the file is made for its owner only, brought to the newest schema, and each
//! refusal says what to do.

use super::SqlStore;
use super::columns::instant;
use super::database::{Database, commit, run};
use super::failure::failed;
use super::schema;
use super::statement::{Dialect, statement};
use chrono::Utc;
use shared::ports::store::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use std::fmt::Write;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

statement!(CANCEL_OPEN_RUNS, "sql/cancel_open_runs.sql");

/// Readers beside the one writer: watchers, handlers and the board ask at the same time.
const READERS: u32 = 4;

/// For every connection. A commit is safe against a crash of the program without an fsync, and
/// against a power cut as a whole: the last ones may be lost, none is half there.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -16000;
    PRAGMA mmap_size = 268435456;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;";

impl SqlStore {
    /// Opens the database of `url`, makes it if there is none, and brings it to the newest schema.
    ///
    /// `sqlite://PATH`, where PATH is taken as it stands (`sqlite://miseban.db`,
    /// `sqlite:///var/lib/miseban.db`); `sqlite::memory:` for one that ends with this value.
    ///
    /// # Errors
    ///
    /// [`StoreError::Newer`] for a database of a newer program, [`StoreError::Unusable`] for a path
    /// that cannot be used, with what to do about it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = match place(url)? {
            Place::Memory => Self::connect("sqlite::memory:", None).await?,
            Place::File(path) => {
                make_file(&path)?;
                Self::connect(&file_url(&path), None).await?
            }
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Opens a database that is there already and leaves its schema as it is.
    ///
    /// # Errors
    ///
    /// As [`SqlStore::open`]; [`StoreError::Unusable`] when there is no such file.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        let store = match place(url)? {
            Place::Memory => Self::connect("sqlite::memory:", None).await?,
            Place::File(path) if path.is_file() => Self::connect(&file_url(&path), None).await?,
            Place::File(path) => {
                let path = path.display();
                let advice = "import listings first, or set DATABASE_URL to the right path";
                return Err(StoreError::Unusable(format!(
                    "there is no {path}: {advice}"
                )));
            }
        };
        schema::refuse_newer(&store.db.writer).await?;
        Ok(store)
    }

    /// The version of the schema; 0 for an empty database.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        schema::version(&self.db.writer).await
    }

    /// The newest version of the schema that this program knows.
    pub fn known_version() -> i64 {
        schema::known()
    }

    /// Brings the database to the newest schema. Idempotent.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        schema::migrate(&self.db.writer).await
    }

    /// A copy of the whole database in a temporary file, which vanishes with the returned value:
    /// what is done to it is done to nothing. Runs that are open here are cancelled there, so that
    /// one can start.
    pub async fn scratch_copy(&self) -> Result<Self, StoreError> {
        let folder = TempDir::with_prefix("miseban-").map_err(|error| {
            let advice = "a dry run needs a writable directory for temporary files";
            StoreError::Unusable(format!("{error}: {advice}"))
        })?;
        let path = folder.path().join("copy.db");
        let target = if self.db.in_memory {
            // Otherwise the copy of a database in memory would be one in memory.
            file_url(&path).replacen("sqlite:", "file:", 1) + "?mode=rwc"
        } else {
            path.to_string_lossy().into_owned()
        };
        let mut writer = self.db.writer().await?;
        run(&mut writer, sqlx::query("VACUUM INTO $1").bind(target)).await?;
        drop(writer);
        let copy = Self::connect(&file_url(&path), Some(folder)).await?;
        let mut transaction = copy.db.begin().await?;
        let cancel = copy.db.query(&CANCEL_OPEN_RUNS).bind(instant(Utc::now()));
        run(&mut transaction, cancel).await?;
        commit(transaction).await?;
        Ok(copy)
    }

    /// Closes all connections, so that the file can be moved or read by others; calls after it
    /// fail.
    pub async fn close(&self) {
        self.db.reader.close().await;
        self.db.writer.close().await;
    }

    async fn connect(url: &str, scratch: Option<TempDir>) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let options = AnyConnectOptions::from_str(url).map_err(failed)?;
        let in_memory = url.ends_with(":memory:");
        if !in_memory {
            try_out(&options).await?;
        }
        let writer = pool(1, PRAGMAS).connect_with(options.clone()).await;
        let writer: AnyPool = writer.map_err(failed)?;
        let reader = if in_memory {
            // A database in memory belongs to its connection.
            writer.clone()
        } else {
            pool(READERS, PRAGMAS).connect_lazy_with(options)
        };
        Ok(Self {
            db: Arc::new(Database {
                dialect: Dialect::Sqlite,
                writer,
                reader,
                in_memory,
                _scratch: scratch,
            }),
        })
    }
}

/// A pool would ask again and again for a connection that never comes, and then say that it had to
/// wait.
async fn try_out(options: &AnyConnectOptions) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(options).await.map_err(failed)?;
    connection.execute(PRAGMAS).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// Connections stay open: there is no server at the other end that could close them.
fn pool(size: u32, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(pragmas).await.map(|_| ()) })
        })
}

enum Place {
    Memory,
    File(PathBuf),
}

fn place(url: &str) -> Result<Place, StoreError> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        let advice = "DATABASE_URL has to look like sqlite://miseban.db";
        let scheme = url.split(':').next().unwrap_or_default();
        return Err(StoreError::Unusable(format!(
            "{scheme:?} is no database that this program knows: {advice}"
        )));
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    match rest.split('?').next().unwrap_or_default() {
        ":memory:" => Ok(Place::Memory),
        "" => {
            let advice = "DATABASE_URL names no file; write sqlite://miseban.db";
            Err(StoreError::Unusable(advice.to_owned()))
        }
        path => Ok(Place::File(PathBuf::from(path))),
    }
}

/// Makes the file readable by its owner only, since tokens are in it; `SQLite` gives the files that
/// it puts beside it the same permissions.
fn make_file(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(StoreError::Unusable(format!(
            "there is no directory {}: make it, or set DATABASE_URL to another path",
            folder.display()
        )));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| {
        let advice = "give this user write access to it and to its directory";
        StoreError::Unusable(format!("{}: {error}: {advice}", path.display()))
    })
}

/// The driver wants everything unusual in a path as `%XX`.
fn file_url(path: &Path) -> String {
    let mut url = "sqlite:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b':' => {
                url.push(char::from(*byte));
            }
            other => {
                let _ = write!(url, "%{other:02X}");
            }
        }
    }
    url
}
