//! `doctor`: checks everything that a run needs, and says how to fix each problem.

use crate::output::CommandOutput;
use adapters::clock::SystemClock;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::config::source::Environment;
use app::private::readable_by_others;
use shared::ports::clock::Clock as _;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use shared::ports::shop::Shop;
use shared::ports::store::{Store, TokenAge};
use ui::command_error::{CommandError, Exit};
use ui::layout::when;
use ui::message::{Text, text};

/// What is checked. The caller opens the database and builds the clients as far as it can.
pub struct Checked<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Environment variables that the accounts file may refer to.
    pub environment: Environment<'a>,
    /// The opened database, with its schema version.
    pub database: Result<(&'a dyn Store, i64), &'a CommandError>,
    /// The client of Amazon, if it could be built.
    pub marketplace: Option<&'a dyn Marketplace>,
    /// The client of BASE, if it could be built.
    pub shop: Option<&'a dyn Shop>,
}

/// Runs all checks, also after a failure. [`Exit::Failed`] when one fails.
pub async fn doctor(
    checked: Checked<'_>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut list = CheckList { out, failed: false };
    list.note(text!("設定", "settings"), Ok(text!("読めました", "read")))?;
    let credentials = checked.settings.amazon.credentials();
    let message = credentials.map(|_| text!("揃っています", "complete"));
    list.note(
        text!("Amazonの認証情報", "Amazon credentials"),
        message.map_err(message_of),
    )?;
    list.note(
        text!("お知らせ", "notifications"),
        Ok(super::notify::channels_message(checked.settings)),
    )?;
    let accounts = accounts(&checked, &mut list)?;
    database(&checked, accounts.as_ref(), &mut list).await?;
    secret_files(&checked, &mut list)?;
    tokens_near_expiry(&checked, &mut list).await?;
    if let Some(marketplace) = checked.marketplace {
        let reached = marketplace.prepare().await;
        let message = reached.map(|()| text!("つながりました", "connected"));
        list.note(
            text!("Amazonへの接続", "Amazon"),
            message.map_err(|error| amazon(&error)),
        )?;
    }
    if let (Some(shop), Some(accounts)) = (checked.shop, &accounts) {
        for account in accounts.accounts().iter().filter(|account| account.active) {
            let id = &account.id;
            let checked = super::accounts::check::ask(shop, id).await;
            let message = checked.map(|found| super::accounts::check::connected(&found));
            list.note(
                text!("BASEへの接続 {id}", "BASE account {id}"),
                message.map_err(|error| super::accounts::advice::of(id, &error)),
            )?;
        }
    }
    let good = !list.failed;
    Ok(if good { Exit::Done } else { Exit::Failed })
}

/// The printed checks, and whether one has failed.
pub(super) struct CheckList<'p, 'o> {
    pub(super) out: &'p mut CommandOutput<'o>,
    pub(super) failed: bool,
}

impl CheckList<'_, '_> {
    /// Prints the result of one check.
    pub(super) fn note(
        &mut self,
        part: Text,
        result: Result<Text, Text>,
    ) -> Result<(), CommandError> {
        self.failed |= result.is_err();
        let mark = if result.is_ok() { "ok" } else { "NG" };
        let (Ok(message) | Err(message)) = result;
        let (part_ja, part_en, ja, en) = (part.ja, part.en, message.ja, message.en);
        self.out
            .line(&text!("{mark}  {part_ja}: {ja}", "{mark}  {part_en}: {en}"))
    }

    /// What works today and should be corrected.
    fn warn(&mut self, warning: &Text) -> Result<(), CommandError> {
        let (ja, en) = (&warning.ja, &warning.en);
        self.out.line(&text!("--  注意: {ja}", "--  note: {en}"))
    }
}

fn accounts(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<Option<AccountsFile>, CommandError> {
    let part = || text!("ショップ一覧", "accounts file");
    let file = match AccountsFile::read(&checked.settings.base.accounts_file) {
        Ok(file) => file,
        Err(failure) => {
            list.note(part(), Err(message_of(failure)))?;
            return Ok(None);
        }
    };
    let accounts = file.accounts();
    let active = accounts.iter().filter(|account| account.active).count();
    let all = accounts.len();
    let message = file.credentials(checked.environment).map(|_| {
        text!(
            "ショップ{all}件(有効 {active}件)",
            "{all} accounts, {active} active"
        )
    });
    list.note(part(), message.map_err(message_of))?;
    for account in accounts {
        if let Some(warning) = account.without_redirect_uri() {
            list.warn(&warning)?;
        }
    }
    Ok(Some(file))
}

/// Reports shops whose tokens expire soon; prints nothing if there are none.
async fn tokens_near_expiry(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let Ok((store, _)) = &checked.database else {
        return Ok(());
    };
    let Ok(file) = AccountsFile::read(&checked.settings.base.accounts_file) else {
        return Ok(());
    };
    let near = SystemClock.now() + super::accounts::warned_before(checked.settings);
    let ages = TokenAge::by_account(store.token_ages().await?);
    for account in file.accounts() {
        let age = ages.get(account.id.as_str());
        if let Some(ends) = age.map(TokenAge::ends_at).filter(|ends| *ends <= near) {
            let (id, ends) = (&account.id, when(ends));
            let message = text!(
                "{ends} に切れます。miseban accounts refresh {id} で延ばせます",
                "they expire at {ends}: extend them with miseban accounts refresh {id}"
            );
            list.note(text!("トークン {id}", "tokens of {id}"), Err(message))?;
        }
    }
    Ok(())
}

/// Checks the permissions of files with secrets: accounts, settings, database, key.
fn secret_files(checked: &Checked<'_>, list: &mut CheckList<'_, '_>) -> Result<(), CommandError> {
    let settings = checked.settings;
    let files = [
        Some(settings.base.accounts_file.clone()),
        settings.file.clone(),
        settings.database_url.file(),
        settings.token_keys.file.clone(),
    ];
    let open = files.into_iter().flatten();
    let open: Vec<Text> = open.filter_map(|file| readable_by_others(&file)).collect();
    let found = if open.is_empty() {
        Ok(text!("自分だけが読めます", "readable by you only"))
    } else {
        Err(Text::lines(&open))
    };
    list.note(text!("認証情報ファイルの権限", "files with secrets"), found)
}

/// Stores the accounts, as every run does, to check that the database is writable.
async fn database(
    checked: &Checked<'_>,
    accounts: Option<&AccountsFile>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let part = text!("データベース", "database");
    let (store, version) = match &checked.database {
        Ok(opened) => *opened,
        Err(failure) => {
            let message = failure.verdict().0;
            return list.note(
                part,
                Err(message.unwrap_or_else(|| text!("使えません", "unusable"))),
            );
        }
    };
    let written = match accounts {
        Some(accounts) => store.sync_accounts(&accounts.rows()).await,
        None => store.accounts().await.map(|_| ()),
    };
    let message = written.map(|()| {
        text!(
            "使えます(データ形式 {version})",
            "usable (schema version {version})"
        )
    });
    list.note(part, message.map_err(|error| message_of(error.into())))
}

pub(super) fn message_of(failure: CommandError) -> Text {
    match failure {
        CommandError::Usage(text)
        | CommandError::Failed(text)
        | CommandError::Away(text)
        | CommandError::GoesOn(text) => text,
        CommandError::Output(error) => text!("{error}", "{error}"),
    }
}

fn amazon(error: &MarketplaceError) -> Text {
    match error {
        MarketplaceError::Credentials(why) => text!(
            "認証情報が受け付けられません({why})。REFRESH_TOKEN、LWA_APP_ID、LWA_CLIENT_SECRET をセラーセントラルの値と見比べ、期限切れなら作り直してください",
            "the credentials are rejected ({why}): compare REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET with Seller Central, and renew expired ones"
        ),
        other => text!(
            "つながりません({other})。インターネット接続と LWA_BASE_URL を確かめてください",
            "no connection ({other}): check the internet connection and LWA_BASE_URL"
        ),
    }
}
