//! A new `SQLite` database.

use super::Home;
use adapters::store::SqlStore;

/// A database of its own, which ends with the value.
pub async fn open() -> SqlStore {
    SqlStore::open("sqlite::memory:").await.unwrap()
}

/// A database in a file, with the connections that a file has.
pub fn home() -> impl Future<Output = Home> {
    let folder = tempfile::tempdir().unwrap();
    std::future::ready(Home {
        url: format!("sqlite://{}", folder.path().join("store.db").display()),
        _folder: Some(folder),
    })
}
