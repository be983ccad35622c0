//! Opens a `SQLite` file: created with permissions for its owner only, and tested before a pool
//! uses it.

use super::database::Database;
use super::dialect::Dialect;
use super::failure::failed;
use shared::ports::store::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use std::fmt::Write;
use std::fs::OpenOptions;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// A database that ends with its only connection.
pub(crate) const IN_MEMORY: &str = "sqlite::memory:";

/// The same in a temporary file without a name, which only its connection can read and which the
/// system deletes, also after a crash (source: sqlite.org/inmemorydb.html, temporary databases).
pub(crate) const UNNAMED: &str = "sqlite:";

/// Read connections beside the single writer: watchers, handlers and the board read concurrently.
const READERS: u32 = 4;

/// A lock that lasts longer is not that of a program that opens the file.
const OPEN_WITHIN: Duration = Duration::from_secs(5);
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// For every connection. A commit survives a crash of the program without an fsync. A power failure
/// may lose the last commits, but never a part of one.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -16000;
    PRAGMA mmap_size = 268435456;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;";

/// Connects to the database of `url`.
pub(crate) async fn connect(url: &str) -> Result<Database, StoreError> {
    sqlx::any::install_default_drivers();
    let options = AnyConnectOptions::from_str(url).map_err(failed)?;
    let of_one_connection = [IN_MEMORY, UNNAMED].contains(&url);
    if !of_one_connection {
        try_out(&options).await?;
    }
    let writer = pool(1).connect_with(options.clone()).await;
    let writer: AnyPool = writer.map_err(failed)?;
    let reader = if of_one_connection {
        writer.clone()
    } else {
        pool(READERS).connect_lazy_with(options)
    };
    Ok(Database {
        dialect: Dialect::Sqlite,
        server: None,
        writer,
        reader,
    })
}

/// The URI by which another connection reads the file of the database; none for a database on a server or
/// in memory.
pub(crate) async fn file(db: &Database) -> Result<Option<String>, StoreError> {
    if db.dialect != Dialect::Sqlite {
        return Ok(None);
    }
    let main = sqlx::query("SELECT file FROM pragma_database_list WHERE name = 'main'");
    let row = db.one(main).await?;
    let path = row.text("file")?;
    let uri = || file_url(Path::new(path)).replacen("sqlite:", "file:", 1) + "?mode=ro";
    Ok((!path.is_empty()).then(uri))
}

/// Tries one connection, to get its error: a pool would retry until its time-out, and then report
/// only that.
async fn try_out(options: &AnyConnectOptions) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(options).await.map_err(failed)?;
    connection.execute(PRAGMAS).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// Opens a file that other programs may open at the same time.
///
/// `SQLite` waits for most locks by itself, but not for those of a program that switches a new file
/// to WAL mode, or that cleans up as the last one to close it.
pub(crate) async fn with_lock_retry<T, F>(open: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let started = Instant::now();
    loop {
        match open().await {
            Err(StoreError::Unavailable(_)) if started.elapsed() < OPEN_WITHIN => {
                tokio::time::sleep(RETRY_DELAY).await;
            }
            ended => return ended,
        }
    }
}

/// Connections stay open, since there is no server that could close them.
fn pool(size: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(PRAGMAS).await.map(|_| ()) })
        })
}

/// Creates the file with permissions for its owner only, since it contains tokens. `SQLite` gives
/// the same permissions to the files that it creates beside it.
///
/// An existing file is not opened: when it is closed again, the system would release the locks that
/// `SQLite` holds on it in this process (source: sqlite.org/howtocorrupt.html, section 2.2).
pub(crate) fn make_file(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(StoreError::Unusable(format!(
            "there is no directory {}: create it, or set DATABASE_URL to another path",
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

/// The driver's URL of a path, with other characters percent-encoded.
pub(crate) fn file_url(path: &Path) -> String {
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
