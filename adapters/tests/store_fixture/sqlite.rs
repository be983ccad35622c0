//! A new `SQLite` database.

use super::Home;
use adapters::store::SqlStore;

/// A separate database, which ends with the value.
pub async fn open() -> SqlStore {
    SqlStore::open("sqlite::memory:").await.unwrap()
}

/// A separate database in a file, with several connections.
pub fn home() -> impl Future<Output = Home> {
    let folder = tempfile::tempdir().unwrap();
    std::future::ready(Home {
        url: format!("sqlite://{}", folder.path().join("store.db").display()),
        _folder: Some(folder),
    })
}
