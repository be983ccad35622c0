//! `doctor`: checks everything that a run needs, and says how to fix each problem.
//!
//! A line says `ok` or `NG` of what was really done; one that did nothing says so and begins with `--`.

mod amazon;
mod check_list;
mod checked;
mod database;
mod servers;
mod shops;

pub use checked::{Checked, Vendors};

use crate::commands::programs::{self, LivePrograms};
use crate::commands::status::{ScheduleView, late};
use crate::database::CommandStore;
use crate::output::CommandOutput;
use adapters::store::SqlStore;
use amazon::Quota;
use app::accounts::AccountsFile;
use app::config::{self, Settings};
use app::private::readable_by_others;
use app::run_mode::RunMode;
use app::wiring;
use check_list::{CheckList, message_of};
use producer::ScheduleState;
use ui::command_error::{CommandError, Exit};
use ui::layout::amount;
use ui::message::{Text, text};

/// Checks what `settings` name.
///
/// # Errors
///
/// When stdout cannot be written.
pub async fn diagnose(
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let opened = open_with_version(settings, store).await;
    let database = opened.as_ref().map(|(store, version)| (store, *version));
    let app = match database {
        Ok((store, _)) => Ok(wiring::assemble(settings, RunMode::Live, store).await),
        Err(failure) => Err(failure),
    };
    let redis = wiring::link_of(settings, database.ok().map(|(store, _)| store)).await;
    let vendors = match &app {
        Ok(Ok(app)) => Ok(Vendors {
            marketplace: &*app.ctx.marketplace,
            shop: &*app.ctx.shop,
            limiter: &*app.ctx.limiter,
        }),
        Ok(Err(failure)) => Err(failure),
        Err(failure) => Err(*failure),
    };
    let checked = Checked {
        settings,
        environment: &config::environment,
        database,
        redis: redis.as_ref().map(Option::as_ref),
        vendors,
    };
    let exit = doctor(checked, out).await;
    if let Ok(Ok(app)) = &app {
        app.limiter_shutdown.finish().await;
    }
    exit
}

async fn open_with_version(
    settings: &Settings,
    store: &CommandStore,
) -> Result<(SqlStore, i64), CommandError> {
    let store = wiring::with_keys(settings, store.open().await?).await?;
    let version = store.schema_version().await?;
    Ok((store, version))
}

/// Runs all checks, also after a failure. [`Exit::Failed`] when one fails.
///
/// # Errors
///
/// When stdout cannot be written.
pub async fn doctor(
    checked: Checked<'_>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut list = CheckList { out, failed: false };
    settings(&checked, &mut list)?;
    let accounts = accounts(&checked, &mut list)?;
    database::database(&checked, accounts.as_ref(), &mut list).await?;
    database::listings(&checked, &mut list).await?;
    secret_files(&checked, &mut list)?;
    database::tokens(&checked, accounts.as_ref(), &mut list).await?;
    servers::redis(&checked, &mut list).await?;
    let live = work(&checked, &mut list).await?;
    servers::clock(&checked, &mut list).await?;
    vendors(&checked, accounts.as_ref(), live.as_ref(), &mut list).await?;
    let good = !list.failed;
    Ok(if good { Exit::Done } else { Exit::Failed })
}

/// What is only read. Whether it is right, the calls below tell.
fn settings(checked: &Checked<'_>, list: &mut CheckList<'_, '_>) -> Result<(), CommandError> {
    list.note(text!("設定", "settings"), Ok(text!("読めました", "read")))?;
    let credentials = checked.settings.amazon.credentials();
    let message = credentials.map(|_| {
        text!(
            "揃っています(使えるかは「Amazonへの接続」で確かめます)",
            "complete (the line Amazon tells whether they are accepted)"
        )
    });
    list.note(
        text!("Amazonの認証情報", "Amazon credentials"),
        message.map_err(|failure| message_of(&failure)),
    )?;
    let channels = super::notify::channels_message(checked.settings);
    let (ja, en) = (channels.ja, channels.en);
    list.hint(
        text!("お知らせ", "notifications"),
        text!("確かめていません。{ja}", "not tested; {en}"),
    )
}

fn accounts(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<Option<AccountsFile>, CommandError> {
    let part = || text!("ショップ一覧", "accounts file");
    let file = match AccountsFile::read(&checked.settings.base.accounts_file) {
        Ok(file) => file,
        Err(failure) => {
            list.note(part(), Err(message_of(&failure)))?;
            return Ok(None);
        }
    };
    let accounts = file.accounts();
    let active = accounts.iter().filter(|account| account.active).count();
    let all = accounts.len();
    let message = file.credentials(checked.environment).map(|_| {
        text!(
            "ショップ{all}件(有効 {active}件)",
            "{all}, {active} active",
            all = amount(all as u64, "account", "accounts"),
        )
    });
    list.note(part(), message.map_err(|failure| message_of(&failure)))?;
    for account in accounts {
        if let Some(warning) = account.without_redirect_uri() {
            list.hint(text!("注意", "note"), warning)?;
        }
    }
    Ok(Some(file))
}

/// Checks the permissions of files with secrets: accounts, settings, database, key.
fn secret_files(checked: &Checked<'_>, list: &mut CheckList<'_, '_>) -> Result<(), CommandError> {
    let settings = checked.settings;
    let others = [
        settings.file.clone(),
        settings.database_url.file(),
        settings.token_keys.file.clone(),
    ];
    let others = others.into_iter().flatten();
    let accounts = settings.base.open_accounts_file().into_iter();
    let open = accounts.chain(others.filter_map(|file| readable_by_others(&file)));
    let open: Vec<Text> = open.collect();
    let found = if open.is_empty() {
        Ok(text!("自分だけが読めます", "readable by you only"))
    } else {
        Err(Text::lines(&open))
    };
    list.note(text!("認証情報ファイルの権限", "files with secrets"), found)
}

/// Who works now; `None` if the database does not tell.
async fn work(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<Option<LivePrograms>, CommandError> {
    let store = checked.database.ok().map(|(store, _)| store);
    let looked = LivePrograms::look(checked.settings, store, checked.redis).await;
    let live = match looked {
        Ok(live) => live,
        Err(failure) => {
            list.note(text!("定期実行", "schedule"), Err(message_of(&failure)))?;
            return Ok(None);
        }
    };
    for check in programs::checks(&live) {
        match check.found {
            Err(message) if check.hint => list.hint(check.part, message)?,
            found => list.note(check.part, found)?,
        }
    }
    if let Some(store) = store {
        overdue(store, checked, list).await?;
    }
    Ok(Some(live))
}

/// Says it when a run is overdue, as `status` does.
async fn overdue(
    store: &SqlStore,
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let (schedule, now) = (&checked.settings.work.schedule, store.clock().now());
    let told = match ScheduleState::read(store, schedule, now).await {
        Ok(state) if state.overdue_since.is_none() => return Ok(()),
        Ok(state) => Text::lines(&late(&ScheduleView::of(&state))),
        Err(error) => message_of(&error.into()),
    };
    list.note(text!("定期実行", "schedule"), Err(told))
}

/// The calls to Amazon and to each shop; or why there is none.
async fn vendors(
    checked: &Checked<'_>,
    accounts: Option<&AccountsFile>,
    live: Option<&LivePrograms>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let (vendors, store) = match (
        checked.vendors.as_ref().map_err(|failure| *failure),
        checked.database,
    ) {
        (Ok(vendors), Ok((store, _))) => (vendors, store),
        (Err(failure), _) | (_, Err(failure)) => {
            let part = text!("Amazonへの接続", "Amazon");
            if list.failed {
                return shops::none_asked(part, accounts, list);
            }
            return list.note(part, Err(message_of(failure)));
        }
    };
    let quota = match live {
        Some(LivePrograms::OneProcess(Some(_))) => Quota::OfAnother,
        _ => Quota::Ours,
    };
    amazon::amazon(vendors, store, quota, list).await?;
    shops::shops(vendors.shop, accounts, list).await
}
