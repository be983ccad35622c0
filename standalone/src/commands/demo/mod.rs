//! `demo`: shows Miseban to a newcomer, on simulated shops.
//!
//! It works like a real installation: a settings file, an accounts file, an import, two runs and
//! the report. Only Amazon and BASE are simulated, on loopback.

mod market;

use crate::cli::{DemoArgs, StartRunArgs};
use crate::commands::run::{Followed, run_to_end};
use crate::commands::{explain, import};
use crate::database::CommandStore;
use crate::output::CommandOutput;
use adapters::clock::SystemClock;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::private;
use market::Watched;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock as _;
use simulator::{Config, Simulator};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::layout::amount;
use ui::message::text;
use ui::report;

/// Listings of the demo: enough for several batches, few enough to finish soon.
const LISTINGS: usize = 300;
const SHOPS: usize = 2;
/// Simulator time runs this much faster, so that ten seconds of Amazon's quota take half a second.
const TIME_SCALE: f64 = 20.0;
/// 0.1 requests a second, times [`TIME_SCALE`].
const RATE: &str = "2";

/// Runs the demo. [`Exit::Failed`] when a run fails or a shop shows wrong values.
///
/// # Errors
///
/// A folder that cannot be written, a port that cannot be bound.
pub async fn demo(args: &DemoArgs, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let stage = Stage::set_up(args).await?;
    let ended = perform(&stage, args, out).await;
    stage.simulator.stop().await;
    stage.store.close().await;
    ended
}

async fn perform(
    stage: &Stage,
    args: &DemoArgs,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    introduce(stage, out)?;
    stage.import(out).await?;

    heading(out, 1, "最初の実行", "the first run")?;
    let first = stage.run(out).await?;
    summarise(&first, out)?;

    heading(
        out,
        2,
        "Amazonの変化と通信エラー",
        "Amazon changes, and requests fail",
    )?;
    let watched = Watched::choose(&stage.simulator);
    market::change_market(&stage.simulator, &watched)?;
    out.line(&Watched::story())?;
    let second = stage.run(out).await?;
    out.show(&second, report::render)?;

    heading(out, 3, "ショップの結果", "the result in the shop")?;
    let right = watched.show(&stage.simulator, out)?;
    let store = stage.store.open().await?;
    out.line(&text!(
        "\n価格の理由は、商品ごとに確認できます(miseban explain):",
        "\nMiseban can explain every price (miseban explain):"
    ))?;
    explain::explain(store, watched.risen(), out).await?;

    next_steps(stage, args, out)?;
    let done = right && [first.state, second.state] == [RunState::Done; 2];
    Ok(if done { Exit::Done } else { Exit::Failed })
}

/// The simulated environment of the demo.
struct Stage {
    simulator: Simulator,
    settings: Settings,
    store: CommandStore,
    folder: PathBuf,
    /// Removes the folder when dropped; `None` with `--keep`.
    _temporary: Option<tempfile::TempDir>,
}

impl Stage {
    async fn set_up(args: &DemoArgs) -> Result<Self, CommandError> {
        let (folder, temporary) = folder(args.keep.as_deref())?;
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: SHOPS,
            seed: 20,
            time_scale: TIME_SCALE,
            ..Config::default()
        })
        .await
        .map_err(|error| {
            CommandError::Failed(text!(
                "シミュレーターを始められません({error})",
                "the simulator cannot be started ({error})",
                error = cause(&error),
            ))
        })?;
        let write = |name: &str, content: &str| {
            let path = folder.join(name);
            private::create(&path)
                .and_then(|mut file| file.write_all(content.as_bytes()))
                .map_err(|error| unwritable(&path, &error))
                .map(|()| path)
        };
        write("accounts.toml", &simulator.accounts_toml())?;
        write("listings.csv", &simulator.listings_csv())?;
        let file = write("miseban.toml", &settings_file(&simulator.url(), &folder))?;
        // The environment is ignored, so that the demo can never reach a real shop.
        let settings = Settings::load(Some(&file), &|_| None)?;
        Ok(Self {
            simulator,
            store: CommandStore::new(&settings),
            settings,
            folder,
            _temporary: temporary,
        })
    }

    async fn import(&self, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
        let accounts = AccountsFile::read(&self.settings.base.accounts_file)?;
        let sheet = import::read(import::open(&self.folder.join("listings.csv"))?, &accounts)?;
        let store = self.store.open().await?;
        import::listings(store, &accounts, sheet, SystemClock.now(), out).await?;
        Ok(())
    }

    async fn run(&self, out: &mut CommandOutput<'_>) -> Result<Report, CommandError> {
        let args = StartRunArgs::new(RunKind::PriceStock);
        match run_to_end(&args, &self.settings, &self.store, out.lang).await? {
            Followed::Ended(report) => Ok(*report),
            Followed::Stopped(_) => Err(CommandError::Failed(text!(
                "デモを中断しました",
                "the demo was stopped"
            ))),
        }
    }
}

fn settings_file(url: &str, folder: &Path) -> String {
    let path = |name: &str| toml::Value::from(folder.join(name).to_string_lossy().into_owned());
    let (accounts, database) = (path("accounts.toml"), folder.join("miseban.db"));
    let database = toml::Value::from(format!("sqlite://{}", database.display()));
    format!(
        "DATABASE_URL = {database}\n\
         ACCOUNTS_FILE = {accounts}\n\
         SP_API_BASE_URL = \"{url}\"\n\
         LWA_BASE_URL = \"{url}\"\n\
         BASE_API_BASE_URL = \"{url}\"\n\
         LWA_APP_ID = \"amzn1.application-oa2-client.example\"\n\
         LWA_CLIENT_SECRET = \"amzn1.oa2-cs.v1.example\"\n\
         REFRESH_TOKEN = \"Atzr|example\"\n\
         SP_API_ITEM_OFFERS_RATE = \"{RATE}\"\n"
    )
}

fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), CommandError> {
    if let Some(kept) = keep {
        std::fs::create_dir_all(kept).map_err(|error| unwritable(kept, &error))?;
        let database = kept.join("miseban.db");
        if database.exists() {
            let shown = kept.display();
            return Err(CommandError::Usage(text!(
                "{shown} には前のデモが残っています。別のフォルダーを指定するか、消してください",
                "{shown} contains an earlier demo: choose another folder, or delete it"
            )));
        }
        let kept = kept
            .canonicalize()
            .map_err(|error| unwritable(kept, &error))?;
        return Ok((kept, None));
    }
    let temporary = tempfile::Builder::new().prefix("miseban-demo-").tempdir();
    let temporary = temporary.map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    let shown = path.display();
    CommandError::Usage(text!(
        "{shown} に書き込めません({error})。書き込めるフォルダーを --keep で指定してください",
        "cannot write to {shown} ({error}): choose a writable folder with --keep",
        error = cause(&error),
    ))
}

fn introduce(stage: &Stage, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
    let url = stage.simulator.url();
    out.line(&text!(
        "店番(みせばん)は、BASEのショップの価格と在庫をAmazon.co.jpに合わせ続けます。
Amazonで売り切れた商品は非公開にし、値上がりした商品は値上げします。夜間も自動で行います。

このデモでは {SHOPS}つのショップと{LISTINGS}件の商品を、このパソコンの中だけで動かします({url})。
Amazonの制限(20件を10秒に1回)はそのまま、時計だけ{TIME_SCALE}倍速です。
",
        "Miseban keeps the prices and stock of BASE shops in line with Amazon.co.jp: it hides products
that are sold out on Amazon, and raises prices when Amazon does, day and night.

This demo runs {SHOPS} shops with {LISTINGS} listings on this computer only ({url}).
Amazon's rate limit (20 products per 10 seconds) applies; only the clock runs {TIME_SCALE} times faster.
"
    ))
}

fn heading(out: &mut CommandOutput<'_>, no: u32, ja: &str, en: &str) -> Result<(), CommandError> {
    out.line(&text!("\n── {no}. {ja} ──", "\n-- {no}. {en} --"))
}

fn summarise(report: &Report, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
    let (refused, hidden) = (report.refused, report.hidden);
    let equal = report.updates.equal;
    out.line(&text!(
        "{asins}件を{requests}回で確認しました(回数制限による待機 {refused}回)。{applied}件を更新し({hidden}件は売り切れのため非公開)、{equal}件は変更不要でした。",
        "{asins} checked in {requests} ({refused} throttled). {applied} updated ({hidden} hidden, since Amazon is sold out), {equal} already correct.",
        asins = amount(report.asins, "product", "products"),
        requests = amount(report.requests, "request", "requests"),
        applied = amount(report.updates.applied, "listing", "listings"),
    ))
}

fn next_steps(
    stage: &Stage,
    args: &DemoArgs,
    out: &mut CommandOutput<'_>,
) -> Result<(), CommandError> {
    let next = text!(
        "
次は:
  README.ja.md の「はじめての設定(5分)」  自分のショップで始める
  cargo run -p standalone -- --help   すべてのコマンド",
        "
Next:
  \"Five minutes to your own shop\" in README.md  your own shop
  cargo run -p standalone -- --help   all commands"
    );
    out.line(&next)?;
    let folder = stage.folder.display();
    let kept = text!(
        "  {folder} に設定とデータベースを残しました",
        "  {folder} keeps the settings and the database"
    );
    let hint = text!(
        "  cargo demo --keep ./demo      設定とデータベースを残して、中を見る",
        "  cargo demo --keep ./demo      keep the settings and the database"
    );
    out.line(if args.keep.is_some() { &kept } else { &hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn its_files_are_private_and_the_accounts_lack_nothing() {
        let kept = tempfile::tempdir().unwrap();
        let args = DemoArgs {
            keep: Some(kept.path().to_owned()),
        };

        let stage = Stage::set_up(&args).await.unwrap();

        for name in ["accounts.toml", "miseban.toml"] {
            let open = private::readable_by_others(&stage.folder.join(name));
            assert!(open.is_none(), "{name}");
        }
        let accounts = AccountsFile::read(&stage.settings.base.accounts_file).unwrap();
        assert!(accounts.warnings.is_empty());
        stage.simulator.stop().await;
    }
}
