//! The name of the installation: all programs over one database.

use super::SqlStore;
use super::db::{StoredRow, statement};
use shared::ports::store::StoreError;
use uuid::Uuid;

statement!(INSTALLATION, "installation/installation.sql");
statement!(NAME, "installation/name_installation.sql");

impl SqlStore {
    /// What tells this database from every other one. A backup keeps it.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn installation(&self) -> Result<String, StoreError> {
        if let Some(known) = self.named_installation().await? {
            return Ok(known);
        }
        let name = Uuid::now_v7().simple().to_string();
        self.db.run(NAME.bind(name.as_str())).await?;
        // Another program may have named it at the same moment.
        Ok(self.named_installation().await?.unwrap_or(name))
    }

    async fn named_installation(&self) -> Result<Option<String>, StoreError> {
        let id = |row: &StoredRow| Ok(row.text("id")?.to_owned());
        self.db.read_first(&INSTALLATION, id).await
    }
}
