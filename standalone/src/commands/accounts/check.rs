//! `accounts check`: sends one request to each active shop.

use super::advice;
use super::tools::AccountsTools;
use crate::output::CommandOutput;
use app::accounts::AccountEntry;
use app::config::environment;
use app::wiring::Shops;
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::lane::Priority;
use shared::ports::limiter::Grant;
use shared::ports::shop::{Shop as _, ShopError};
use std::fmt::Write as _;
use ui::command_error::{CommandError, Exit};
use ui::layout::{clean, when};
use ui::message::{Lang, Text, text};

#[derive(Serialize)]
struct CheckView {
    accounts: Vec<AccountCheck>,
}

#[derive(Serialize)]
struct AccountCheck {
    id: AccountId,
    result: CheckOutcome,
    /// The shop's name at BASE, if the token may read it.
    shop_name: Option<String>,
    /// What is wrong, and what to do.
    problem: Option<String>,
    #[serde(skip)]
    text: Text,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum CheckOutcome {
    Ok,
    Ng,
    /// Inactive, so no request was sent.
    Inactive,
}

/// Checks the active shops, or one; [`Exit::Failed`] when a check fails.
pub(super) async fn check(
    tools: &AccountsTools<'_>,
    only: Option<&AccountId>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let file = tools.file;
    let chosen: Vec<&AccountEntry> = match only {
        Some(id) => vec![file.account(id)?],
        None => file.accounts().iter().collect(),
    };
    let credentials = match only {
        Some(id) if chosen[0].active => file.credentials_of(id, &environment)?,
        Some(_) => Vec::new(),
        None => file.credentials(&environment)?,
    };
    let shops = tools.shops(credentials).await?;
    let mut accounts = Vec::new();
    for account in chosen {
        accounts.push(look(account, &shops, out.lang).await);
    }
    let failed = accounts
        .iter()
        .any(|checked| checked.result == CheckOutcome::Ng);
    out.show(&CheckView { accounts }, render)?;
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

async fn look(account: &AccountEntry, shops: &Shops, lang: Lang) -> AccountCheck {
    let id = &account.id;
    let checked = |result, shop_name: Option<String>, text: Text| AccountCheck {
        id: id.clone(),
        result,
        shop_name,
        problem: (result == CheckOutcome::Ng).then(|| text.of(lang).to_owned()),
        text,
    };
    if !account.active {
        let text = text!("停止中(問い合わせません)", "inactive, not checked");
        return checked(CheckOutcome::Inactive, None, text);
    }
    match ask(id, shops).await {
        Ok(Some(name)) => {
            let shown: String = clean(&name).chars().take(60).collect();
            let text = text!(
                "つながりました(BASEでの名前: {shown})",
                "connected (name at BASE: {shown})"
            );
            checked(CheckOutcome::Ok, Some(name), text)
        }
        Ok(None) => checked(CheckOutcome::Ok, None, text!("つながりました", "connected")),
        Err(problem) => checked(CheckOutcome::Ng, None, problem),
    }
}

/// Retries once with a new token if BASE revoked the token early.
async fn ask(id: &AccountId, shops: &Shops) -> Result<Option<String>, Text> {
    match ask_once(id, shops).await? {
        Err(ShopError::TokenExpired) => ask_once(id, shops).await?,
        answered => answered,
    }
    .map_err(|error| advice::of(id, &error))
}

async fn ask_once(
    id: &AccountId,
    shops: &Shops,
) -> Result<Result<Option<String>, ShopError>, Text> {
    let lane = shops.base.lane(id);
    let permit = match shops.limiter.acquire(&lane, Priority::Urgent).await {
        Ok(Grant::Go(permit)) => permit,
        Ok(Grant::Closed(until)) => {
            let until = when(until);
            return Err(text!(
                "利用上限に達しています。{until} に枠が戻ります",
                "the quota is used up until {until}"
            ));
        }
        Ok(Grant::Later(_)) => {
            return Err(text!(
                "ほかの問い合わせで混み合っています。少し待ってから、もう一度実行してください",
                "other requests are using the rate limit: try again in a moment"
            ));
        }
        Err(error) => {
            return Err(text!(
                "利用上限を確かめられません({error})",
                "the rate limit cannot be checked ({error})"
            ));
        }
    };
    Ok(shops.base.shop_name(permit, id).await)
}

fn render(view: &CheckView, lang: Lang) -> String {
    let mut text = String::new();
    for checked in &view.accounts {
        let mark = match checked.result {
            CheckOutcome::Ok => "ok",
            CheckOutcome::Ng => "NG",
            CheckOutcome::Inactive => "--",
        };
        let (id, message) = (&checked.id, checked.text.of(lang));
        let _ = writeln!(text, "{mark}  {id}: {message}");
    }
    text
}
