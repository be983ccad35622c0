//! The lines of `doctor` about the shops: real calls to each active one.

use super::check_list::CheckList;
use crate::commands::accounts::{advice, check};
use app::accounts::{AccountEntry, AccountsFile};
use shared::domain::account::AccountId;
use shared::ports::shop::Shop;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Asks BASE about each active shop.
pub(super) async fn shops(
    shop: &dyn Shop,
    accounts: Option<&AccountsFile>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    for account in active(accounts) {
        let id = &account.id;
        let checked = check::ask(shop, id).await;
        let message = checked.map(|found| check::connected(&found));
        list.note(part(id), message.map_err(|error| advice::of(id, &error)))?;
    }
    Ok(())
}

/// Says that no vendor was asked, since the programs cannot work as they are set up.
pub(super) fn none_asked(
    amazon: Text,
    accounts: Option<&AccountsFile>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let not_asked = || {
        text!(
            "問い合わせていません。上の NG を直してから、もう一度実行してください",
            "not asked: correct what is NG above, and run this again"
        )
    };
    list.hint(amazon, not_asked())?;
    for account in active(accounts) {
        list.hint(part(&account.id), not_asked())?;
    }
    Ok(())
}

fn active(accounts: Option<&AccountsFile>) -> impl Iterator<Item = &AccountEntry> {
    let accounts = accounts.map(AccountsFile::accounts).unwrap_or_default();
    accounts.iter().filter(|account| account.active)
}

fn part(id: &AccountId) -> Text {
    text!("BASEへの接続 {id}", "BASE account {id}")
}
