//! `accounts`: lists the shops of the accounts file, checks their connection, refreshes their
//! tokens and authorises them at BASE.

pub mod advice;
mod authorize;
mod callback;
pub mod check;
mod prompt;
mod response;
mod text;
mod tools;
mod view;

use crate::cli::AccountsCommand;
use crate::database::CommandStore;
use crate::output::CommandOutput;
use app::accounts::AccountsFile;
use app::config::{Settings, environment};
use chrono::TimeDelta;
use shared::domain::account::{AccountId, REFRESH_TOKEN_LIVES};
use shared::ports::store::{AccountStore as _, CatalogueStore as _, TokenAge, TokenStore as _};
use tools::AccountsTools;
use ui::command_error::{CommandError, Exit};
use ui::layout::when;
use ui::message::text;
use view::{AccountView, AccountsView};

/// Runs a subcommand of `accounts`.
///
/// # Errors
///
/// An accounts file or a database that cannot be used, a shop that is not in the file, a shop that
/// BASE rejects.
pub async fn accounts(
    command: &AccountsCommand,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let file = AccountsFile::read(&settings.base.accounts_file)?;
    let tools = AccountsTools {
        file: &file,
        settings,
        store,
    };
    match command {
        AccountsCommand::Ls(_) => ls(&tools, out).await,
        AccountsCommand::Check(args) => check::check(&tools, args.id.as_ref(), out).await,
        AccountsCommand::Refresh(args) => refresh(&tools, &args.id, out).await,
        AccountsCommand::Authorize(args) => authorize::authorize(&tools, args, out).await,
    }
}

/// Lists from the file and the database, without any request.
async fn ls(tools: &AccountsTools<'_>, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let store = tools.store.existing().await?;
    let rows = store.accounts().await?.into_iter();
    let facts = view::AccountFacts {
        rows: rows.map(|row| (row.id.clone(), row)).collect(),
        ages: TokenAge::by_account(store.token_ages().await?),
        counts: store.listing_counts().await?,
        proxies: tools.file.proxies_shown(&environment)?,
        now: store.clock().now(),
        warned_before: warned_before(tools.settings),
    };
    let shops = tools.file.accounts().iter();
    let view = AccountsView {
        accounts: shops.map(|shop| AccountView::of(shop, &facts)).collect(),
    };
    out.show(&view, text::render)?;
    Ok(Exit::Done)
}

/// How long before their expiry tokens are first reported: the longest of `TOKEN_WARNING_DAYS`.
pub fn warned_before(settings: &Settings) -> TimeDelta {
    let days = settings.token_warning_days.iter().max();
    TimeDelta::days(days.copied().unwrap_or_default().into())
}

async fn refresh(
    tools: &AccountsTools<'_>,
    id: &AccountId,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let credentials = tools.file.credentials_of(id, &environment)?;
    let shops = tools.shops(credentials).await?;
    let refreshed = shops.base.renew(id).await;
    let refreshed = refreshed.map_err(|error| CommandError::Failed(advice::of(id, &error)))?;
    let until = when(refreshed + REFRESH_TOKEN_LIVES);
    out.line(&text!(
        "ショップ {id} のトークンを更新し、保存しました。何もしなくても {until} まで有効です",
        "the tokens of account {id} are refreshed and stored; even unused, they are valid until {until}"
    ))?;
    Ok(Exit::Done)
}
