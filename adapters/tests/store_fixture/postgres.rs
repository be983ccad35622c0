//! Homes for a store on a `PostgreSQL` server.

use super::Home;
use super::server::{Server, new_database, url};
use adapters::store::SqlStore;

impl Server {
    /// A new database on it.
    pub async fn home(&self) -> Home {
        new_home(&self.url).await
    }
}

/// A database of its own, with the connections that a process has.
pub async fn open() -> SqlStore {
    home().await.store().await
}

/// A database of its own, still empty.
pub async fn home() -> Home {
    new_home(url()).await
}

async fn new_home(url: &str) -> Home {
    Home {
        url: new_database(url).await,
        _folder: None,
    }
}
