//! `accounts check`: asks BASE for each active shop whether it accepts calls, whose token it is, and
//! whether the token may read and edit items.

use super::advice;
use super::tools::AccountsTools;
use crate::output::CommandOutput;
use app::accounts::AccountEntry;
use app::config::environment;
use app::wiring::Shops;
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::ports::shop::{CheckedShop, Shop, ShopError};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use ui::command_error::{CommandError, Exit};
use ui::layout::clean;
use ui::message::{Lang, Text, text};

/// A refused refresh token is known to be invalid when no other program has stored its successor for 12 s.
const REFRESH_TAKES: Duration = Duration::from_secs(20);

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
    /// The shop's id at BASE, if the token may read it.
    shop_id: Option<String>,
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
    let checked = |result, found: CheckedShop, text: Text| AccountCheck {
        id: id.clone(),
        result,
        shop_name: found.name,
        shop_id: found.shop_id,
        problem: (result == CheckOutcome::Ng).then(|| text.of(lang).to_owned()),
        text,
    };
    if !account.active {
        let text = text!("停止中(問い合わせません)", "inactive, not checked");
        return checked(CheckOutcome::Inactive, CheckedShop::default(), text);
    }
    match ask(&shops.base, id).await {
        Ok(found) => {
            let text = connected(&found);
            checked(CheckOutcome::Ok, found, text)
        }
        Err(error) => {
            let problem = advice::of(id, &error);
            checked(CheckOutcome::Ng, CheckedShop::default(), problem)
        }
    }
}

/// Asks BASE about the shop, and waits for a token refresh that has begun.
pub async fn ask(shop: &dyn Shop, id: &AccountId) -> Result<CheckedShop, ShopError> {
    let until = Instant::now() + REFRESH_TAKES;
    loop {
        match shop.check(id).await {
            // Each try waits some seconds itself.
            Err(ShopError::Renewing) if Instant::now() < until => {}
            checked => return checked,
        }
    }
}

/// What a check of a shop has found.
pub fn connected(found: &CheckedShop) -> Text {
    let short = |text: &str| -> String { clean(text).chars().take(60).collect() };
    let Some(id) = found.shop_id.as_deref().map(short) else {
        return text!(
            "つながりました(権限 read_users がないので、どのショップかは確かめられません)",
            "connected (which shop it is cannot be told without the scope read_users)"
        );
    };
    let name = short(found.name.as_deref().unwrap_or_default());
    text!(
        "つながりました(BASEでの名前: {name}、shop_id {id})",
        "connected (name at BASE: {name}, shop_id {id})"
    )
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
