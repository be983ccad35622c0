//! What the subcommands of `accounts` work with.

use crate::database::CommandStore;
use app::accounts::{AccountCredentials, AccountsFile};
use app::config::Settings;
use app::wiring::{self, Shops};
use ui::command_error::CommandError;

/// What the subcommands work with.
pub(super) struct AccountsTools<'a> {
    pub(super) file: &'a AccountsFile,
    pub(super) settings: &'a Settings,
    pub(super) store: &'a CommandStore,
}

impl AccountsTools<'_> {
    /// The clients of the shops of these credentials.
    pub(super) async fn shops(
        &self,
        credentials: Vec<AccountCredentials>,
    ) -> Result<Shops, CommandError> {
        let store = self.store.open().await?;
        wiring::shops(self.settings, store, self.file, credentials).await
    }
}
