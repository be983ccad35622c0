//! `demo`: the product shown to someone who has never heard of it, on simulated shops.
//!
//! It uses what a shop keeper uses: a settings file, an accounts file, an import, two runs and the
//! report. Only Amazon and BASE are simulated, on loopback.

mod market;

use crate::cli::{DemoArgs, StartRunArgs};
use crate::commands::run::{Followed, run_to_end};
use crate::commands::{explain, import};
use crate::output::CommandOutput;
use adapters::clock::SystemClock;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::wiring;
use market::Watched;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock as _;
use simulator::{Config, Simulator};
use std::path::{Path, PathBuf};
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use ui::report;

/// Listings of the demo: enough to see batches, few enough to be over soon.
const LISTINGS: usize = 300;
const SHOPS: usize = 2;
/// Simulator time runs this much faster, so that ten seconds of Amazon's quota take half a second.
const TIME_SCALE: f64 = 20.0;
/// 0.1 requests a second, times [`TIME_SCALE`].
const RATE: &str = "2";

/// Shows everything once. [`Exit::Failed`] when a run does not end as it should.
///
/// # Errors
///
/// A folder that cannot be written, a port that cannot be had.
pub async fn demo(args: &DemoArgs, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let stage = Stage::set_up(args).await?;
    introduce(&stage, out)?;
    stage.import(out).await?;

    heading(out, 1, "はじめての実行", "the first run")?;
    let first = stage.run(out).await?;
    summarise(&first, out)?;

    heading(
        out,
        2,
        "Amazonが動き、通信も乱れる",
        "Amazon moves, and the network stumbles",
    )?;
    let watched = Watched::choose(&stage.simulator);
    market::stir(&stage.simulator, &watched)?;
    out.line(&Watched::story())?;
    let second = stage.run(out).await?;
    out.show(&second, report::render)?;

    heading(out, 3, "店はどうなったか", "what became of the shop")?;
    let right = watched.show(&stage.simulator, out)?;
    let store = wiring::open_store(&stage.settings).await?;
    out.line(&text!(
        "\nなぜその値段なのか、1件ずつ説明できます(miseban explain):",
        "\nevery price can be explained (miseban explain):"
    ))?;
    explain::explain(&store, watched.risen(), out).await?;

    next_steps(&stage, args, out)?;
    stage.simulator.stop().await;
    let done = first.state == RunState::Done && second.state == RunState::Done;
    Ok(if done && right {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Everything that the demo plays on.
struct Stage {
    simulator: Simulator,
    settings: Settings,
    folder: PathBuf,
    /// Removes the folder at the end, unless it is kept.
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
                "the simulator cannot be started ({error})"
            ))
        })?;
        let write = |name: &str, content: &str| {
            let path = folder.join(name);
            std::fs::write(&path, content)
                .map_err(|error| unwritable(&path, &error))
                .map(|()| path)
        };
        write("accounts.toml", &simulator.accounts_toml())?;
        write("listings.csv", &simulator.listings_csv())?;
        let file = write("miseban.toml", &settings_file(&simulator.url(), &folder))?;
        // The environment of the one who tries it must not turn the demo into a live run.
        let settings = Settings::load(Some(&file), &|_| None)?;
        Ok(Self {
            simulator,
            settings,
            folder,
            _temporary: temporary,
        })
    }

    async fn import(&self, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
        let accounts = AccountsFile::read(&self.settings.base.accounts_file)?;
        let sheet = import::read(import::open(&self.folder.join("listings.csv"))?, &accounts)?;
        let store = wiring::open_store(&self.settings).await?;
        import::listings(&store, &accounts, sheet, SystemClock.now(), out).await?;
        Ok(())
    }

    async fn run(&self, out: &mut CommandOutput<'_>) -> Result<Report, CommandError> {
        let args = StartRunArgs {
            kind: RunKind::PriceStock,
            account: None,
            max_items: None,
            dry_run: false,
            resume: false,
            json: false,
        };
        match run_to_end(&args, &self.settings, out.lang).await? {
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
                "{shown} holds an earlier demo: name another folder, or remove it"
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
        "{shown} cannot be written ({error}): name a folder that can, with --keep"
    ))
}

fn introduce(stage: &Stage, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
    let url = stage.simulator.url();
    out.line(&text!(
        "店番(みせばん)は、BASEの店の価格と在庫をAmazon.co.jpに合わせ続けます。
Amazonで売り切れた商品は店から隠し、値上がりした商品は値上げします。眠っている間も。

このデモでは {SHOPS} つの店と {LISTINGS} 件の商品を、このパソコンの中だけで動かします({url})。
Amazonの制限(20件を10秒に1回)はそのまま、時計だけ {TIME_SCALE} 倍です。
",
        "Miseban keeps the prices and stock of BASE shops true to Amazon.co.jp: what sells out on
Amazon is hidden, what gets dearer is raised. Also while you sleep.

This demo runs {SHOPS} shops with {LISTINGS} listings inside this computer only ({url}).
Amazon's limit (20 products in ten seconds) holds; only the clock runs {TIME_SCALE} times as fast.
"
    ))
}

fn heading(out: &mut CommandOutput<'_>, no: u32, ja: &str, en: &str) -> Result<(), CommandError> {
    out.line(&text!("\n── {no}. {ja} ──", "\n-- {no}. {en} --"))
}

fn summarise(report: &Report, out: &mut CommandOutput<'_>) -> Result<(), CommandError> {
    let (asins, requests) = (report.asins, report.requests);
    let (refused, applied) = (report.refused, report.updates.applied);
    let (equal, hidden) = (report.updates.equal, report.hidden);
    out.line(&text!(
        "{asins} 件を {requests} 回で確認しました(断られた {refused} 回)。店とのずれ {applied} 件を直し({hidden} 件は売り切れなので非公開)、{equal} 件はそのままです。",
        "{asins} products checked in {requests} requests ({refused} refused). {applied} listings were set right ({hidden} hidden, sold out on Amazon), {equal} left alone."
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
  README.ja.md                  自分の店で始める(5分)
  cargo run -p standalone -- --help   すべてのコマンド",
        "
Where to look next:
  README.md                     begin with your own shop, five minutes
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
        "  cargo demo --keep ./demo      keep settings and database to look into"
    );
    out.line(if args.keep.is_some() { &kept } else { &hint })
}
