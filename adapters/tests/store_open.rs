//! Opening a database, and being refused.

use adapters::store::SqlStore;
use shared::ports::store::StoreError;

#[tokio::test]
async fn a_new_database_has_the_newest_schema() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();

    let version = store.schema_version().await.unwrap();

    assert_eq!(version, SqlStore::known_version());
    let _ = StoreError::Unusable(String::new());
}
