//! Opening a database, and errors with advice.

use crate::world::{account_row, at, backfilled, open, shop, started};
use adapters::store::{SqlStore, TokenKey, TokenKeys};
use secrecy::SecretBox;
use shared::jobs::QueueName;
use shared::ports::store::{
    AccountStore, CatalogueStore, ProcessStore, StoreError, StoredToken, TokenStore,
};
use sqlx::Connection;
use std::path::Path;
use std::sync::Arc;

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn message(refusal: Result<SqlStore, StoreError>) -> String {
    match refusal {
        Err(StoreError::Unusable(text)) => text,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_file_keeps_its_rows_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder
        .path()
        .join("店 100% #1?.db")
        .with_file_name("店 100% #1.db"));
    let store = SqlStore::open(&url).await.unwrap();
    shop(&store, "a", 3).await;
    store.close().await;

    let again = SqlStore::open(&url).await.unwrap();

    assert_eq!(again.listed_asins(None).await.unwrap().len(), 3);
    assert!(folder.path().join("店 100% #1.db").is_file());
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open(&url(&folder.path().join("a.db")))
        .await
        .unwrap();
    shop(&store, "a", 1).await;

    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();

    assert_eq!(files.len(), 3, "database, log and index of the log");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

#[tokio::test]
async fn a_program_of_a_later_version_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder.path().join("a.db"));
    let store = SqlStore::open(&url).await.unwrap();
    sqlx::any::install_default_drivers();
    let mut raw = sqlx::AnyConnection::connect(&url).await.unwrap();
    let programs = "INSERT INTO processes (id, role, name, queues, started_at, heard_at) VALUES
        ('00000000-0000-0000-0000-000000000001', 'overseer', 'box:1', 'sync',
            '2026-11-22T00:00:00.000000Z', '2026-11-22T00:00:00.000000Z'),
        ('00000000-0000-0000-0000-000000000002', 'worker', 'box:2', 'sync,later',
            '2026-11-22T00:00:00.000000Z', '2026-11-22T00:00:00.000000Z')";
    sqlx::raw_sql(programs).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    let known = store.processes().await.unwrap();

    let known: Vec<_> = known
        .iter()
        .map(|program| (program.name.as_str(), program.queues.as_slice()))
        .collect();
    assert_eq!(known, [("box:2", [QueueName::Sync].as_slice())]);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder.path().join("a.db"));
    SqlStore::open(&url).await.unwrap().close().await;
    sqlx::any::install_default_drivers();
    let mut raw = sqlx::AnyConnection::connect(&url).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations
        (version, description, success, checksum, execution_time) VALUES (99, 'new', 1, x'00', 1)";
    sqlx::raw_sql(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    for refused in [
        SqlStore::open(&url).await,
        SqlStore::open_existing(&url).await,
    ] {
        let Err(StoreError::Newer { found, known }) = refused else {
            panic!("it was not refused as newer");
        };
        assert_eq!((found, known), (99, SqlStore::known_version()));
    }
}

#[tokio::test]
async fn a_directory_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere");

    let text = message(SqlStore::open(&url(&missing.join("a.db"))).await);

    assert!(
        text.contains("nowhere") && text.contains("create it"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_directory_that_cannot_be_written_is_refused() {
    let text = message(SqlStore::open("sqlite:///proc/miseban.db").await);

    assert!(text.contains("write access"), "{text}");
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prices.csv");
    std::fs::write(&path, "asin,price\n".repeat(200)).unwrap();

    let text = message(SqlStore::open(&url(&path)).await);

    assert!(text.contains("DATABASE_URL"), "{text}");
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("asin,price")
    );
}

#[tokio::test]
async fn a_url_of_another_scheme_is_refused() {
    for text in ["", "miseban.db", "mysql://localhost/x", "sqlite://"] {
        assert!(
            message(SqlStore::open(text).await).contains("sqlite://"),
            "{text:?}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = SqlStore::open_existing(&url(&folder.path().join("a.db"))).await;
    assert!(message(missing).contains("there is no"));
}

#[tokio::test]
async fn a_locked_database_is_unavailable_and_not_unusable() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder.path().join("a.db"));
    let store = SqlStore::open(&url).await.unwrap();
    let mut raw = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut raw)
        .await
        .unwrap();

    let refused = store.sync_accounts(&[account_row("a", true)]).await;

    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    sqlx::raw_sql("ROLLBACK").execute(&mut raw).await.unwrap();
    store
        .sync_accounts(&[account_row("a", true)])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_copy_of_a_database_in_memory_works_too() {
    let store = open().await;
    shop(&store, "a", 20).await;
    let run = started(&store, 0).await;
    backfilled(&store, run).await;

    let copy = store.scratch_copy().await.unwrap();

    assert_eq!(copy.listed_asins(None).await.unwrap().len(), 20);
}

#[tokio::test]
async fn a_file_whose_tokens_were_sealed_contains_no_plain_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let store = SqlStore::open(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let token = StoredToken {
        access_token: "plain-access-token".to_owned().into(),
        refresh_token: "plain-refresh-token".to_owned().into(),
        access_expires_at: at(3600),
        refreshed_at: at(0),
        seed: String::new(),
    };
    store.save_token("base/a", &token).await.unwrap();
    let shows = || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files
            .filter(|bytes| bytes.windows(6).any(|six| six == b"plain-"))
            .count()
    };
    assert!(shows() > 0);
    let key = TokenKey::new(Arc::new(SecretBox::new(Box::new([7; 32]))));
    let keys = TokenKeys {
        newest: Some(key),
        old: None,
    };

    let sealed = store.with_token_keys(keys).seal_tokens().await.unwrap();

    assert_eq!((sealed, shows()), (1, 0));
}
