//! `doctor`: checks what a run needs, part by part, and says what to do about each that is not right.

use crate::page::Page;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::config::source::Environment;
use app::private::readable_by_others;
use chrono::Utc;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use shared::ports::shop::Shop;
use shared::ports::store::{Store, TokenAge};
use ui::command_error::{CommandError, Exit};
use ui::layout::when;
use ui::message::{Text, text};

/// What is examined. Whoever calls opens the database and builds the clients, as far as that works.
pub struct Patient<'a> {
    /// The settings, which were read already.
    pub settings: &'a Settings,
    /// Variables that the accounts file may name.
    pub environment: Environment<'a>,
    /// The opened database, with its schema version.
    pub database: Result<(&'a dyn Store, i64), &'a CommandError>,
    /// Amazon, if the credentials are there.
    pub marketplace: Option<&'a dyn Marketplace>,
    /// BASE, if the accounts file could be read.
    pub shop: Option<&'a dyn Shop>,
}

/// Examines everything, also when a part fails. [`Exit::Failed`] when one does.
pub async fn doctor(patient: Patient<'_>, page: &mut Page<'_>) -> Result<Exit, CommandError> {
    let mut chart = Chart {
        page,
        failed: false,
    };
    let good = text!("設定", "settings");
    chart.note(good, Ok(text!("読めました", "read")))?;
    let credentials = patient.settings.amazon.credentials();
    let told = credentials.map(|_| text!("揃っています", "all there"));
    chart.note(
        text!("Amazonの認証情報", "Amazon credentials"),
        told.map_err(said),
    )?;
    chart.note(
        text!("お知らせ", "notices"),
        Ok(super::notify::channels_told(patient.settings)),
    )?;
    let accounts = accounts(&patient, &mut chart)?;
    database(&patient, accounts.as_ref(), &mut chart).await?;
    secrets(&patient, &mut chart)?;
    near_their_end(&patient, &mut chart).await?;
    if let Some(marketplace) = patient.marketplace {
        let reached = marketplace.prepare().await;
        let told = reached.map(|()| text!("つながりました", "reached"));
        chart.note(
            text!("Amazonへの接続", "Amazon"),
            told.map_err(|error| amazon(&error)),
        )?;
    }
    if let (Some(shop), Some(accounts)) = (patient.shop, &accounts) {
        for account in accounts.accounts().iter().filter(|account| account.active) {
            let id = &account.id;
            let told = shop
                .prepare(id)
                .await
                .map(|()| text!("つながりました", "reached"));
            let name = text!("BASEへの接続 {id}", "BASE account {id}");
            chart.note(
                name,
                told.map_err(|error| super::accounts::advice::of(id, &error)),
            )?;
        }
    }
    Ok(if chart.failed {
        Exit::Failed
    } else {
        Exit::Done
    })
}

struct Chart<'p, 'o> {
    page: &'p mut Page<'o>,
    failed: bool,
}

impl Chart<'_, '_> {
    fn note(&mut self, part: Text, found: Result<Text, Text>) -> Result<(), CommandError> {
        self.failed |= found.is_err();
        let mark = if found.is_ok() { "ok" } else { "NG" };
        let told = found.unwrap_or_else(|problem| problem);
        let (part_ja, part_en, ja, en) = (part.ja, part.en, told.ja, told.en);
        self.page
            .line(&text!("{mark}  {part_ja}: {ja}", "{mark}  {part_en}: {en}"))
    }
}

fn accounts(
    patient: &Patient<'_>,
    chart: &mut Chart<'_, '_>,
) -> Result<Option<AccountsFile>, CommandError> {
    let part = || text!("ショップ一覧", "accounts file");
    let file = match AccountsFile::read(&patient.settings.base.accounts_file) {
        Ok(file) => file,
        Err(failure) => {
            chart.note(part(), Err(said(failure)))?;
            return Ok(None);
        }
    };
    let (all, active) = (
        file.accounts().len(),
        file.accounts()
            .iter()
            .filter(|account| account.active)
            .count(),
    );
    let told = file
        .credentials(patient.environment)
        .map(|_| {
            text!(
                "{all}店(有効 {active}店)",
                "{all} accounts, {active} active"
            )
        })
        .map_err(said);
    chart.note(part(), told)?;
    Ok(Some(file))
}

/// Shops of the file whose tokens end soon; nothing is said while there is none.
async fn near_their_end(
    patient: &Patient<'_>,
    chart: &mut Chart<'_, '_>,
) -> Result<(), CommandError> {
    let Ok((store, _)) = &patient.database else {
        return Ok(());
    };
    let Ok(file) = AccountsFile::read(&patient.settings.base.accounts_file) else {
        return Ok(());
    };
    let near = Utc::now() + super::accounts::warned_before(patient.settings);
    let ages = store.token_ages().await?;
    for account in file.accounts() {
        let age = ages.iter().find(|age| age.is_of(&account.id));
        if let Some(ends) = age.map(TokenAge::ends_at).filter(|ends| *ends <= near) {
            let (id, ends) = (&account.id, when(ends));
            let told = text!(
                "{ends} に切れます。miseban accounts refresh {id} で延ばせます",
                "they end at {ends}: miseban accounts refresh {id} renews them"
            );
            chart.note(text!("トークン {id}", "tokens of {id}"), Err(told))?;
        }
    }
    Ok(())
}

/// Whatever holds a secret: the accounts file, the settings file, the database, the key's file.
fn secrets(patient: &Patient<'_>, chart: &mut Chart<'_, '_>) -> Result<(), CommandError> {
    let settings = patient.settings;
    let files = [
        Some(settings.base.accounts_file.clone()),
        settings.file.clone(),
        settings.database_url.file(),
        settings.token_keys.file.clone(),
    ];
    let open = files.into_iter().flatten();
    let open: Vec<Text> = open.filter_map(|file| readable_by_others(&file)).collect();
    let found = if open.is_empty() {
        Ok(text!("自分だけが読めます", "for you alone"))
    } else {
        Err(Text::lines(&open))
    };
    chart.note(text!("秘密のあるファイル", "files with secrets"), found)
}

/// Taking over the accounts, as every run does, proves that the database can be written.
async fn database(
    patient: &Patient<'_>,
    accounts: Option<&AccountsFile>,
    chart: &mut Chart<'_, '_>,
) -> Result<(), CommandError> {
    let part = text!("データベース", "database");
    let (store, version) = match &patient.database {
        Ok(opened) => *opened,
        Err(failure) => {
            let told = failure.verdict().0;
            return chart.note(
                part,
                Err(told.unwrap_or_else(|| text!("使えません", "unusable"))),
            );
        }
    };
    let written = match accounts {
        Some(accounts) => store
            .sync_accounts(&accounts.rows())
            .await
            .map_err(CommandError::from),
        None => store
            .accounts()
            .await
            .map(|_| ())
            .map_err(CommandError::from),
    };
    let told = written.map(|()| {
        text!(
            "使えます(版 {version})",
            "usable (schema version {version})"
        )
    });
    chart.note(part, told.map_err(said))
}

fn said(failure: CommandError) -> Text {
    match failure {
        CommandError::Usage(text) | CommandError::Failed(text) | CommandError::Away(text) => text,
        CommandError::Output(error) => text!("{error}", "{error}"),
    }
}

fn amazon(error: &MarketplaceError) -> Text {
    match error {
        MarketplaceError::Credentials(why) => text!(
            "認証情報が受け付けられません({why})。REFRESH_TOKEN、LWA_APP_ID、LWA_CLIENT_SECRET をセラーセントラルの値と見比べ、期限切れなら作り直してください",
            "the credentials are not accepted ({why}): compare REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET with Seller Central, and renew what has ended"
        ),
        other => text!(
            "つながりません({other})。インターネット接続と LWA_BASE_URL を確かめてください",
            "it cannot be reached ({other}): check the internet connection and LWA_BASE_URL"
        ),
    }
}
