//! Databases for a store on a `PostgreSQL` server.

use super::Home;
use super::server::{Server, new_database, url};
use adapters::store::SqlStore;

impl Server {
    /// A new database on it.
    pub async fn home(&self) -> Home {
        new_home(&self.url).await
    }
}

/// A separate database, with the connections of one process.
pub async fn open() -> SqlStore {
    home().await.store().await
}

/// A separate, empty database.
pub async fn home() -> Home {
    new_home(url()).await
}

async fn new_home(url: &str) -> Home {
    Home {
        url: new_database(url).await,
        _folder: None,
    }
}
