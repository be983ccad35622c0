//! From a command to what it does: opens what it needs and hands over to `commands`.

use crate::cli::{
    Command, EcautoArgs, ImportArgs, ImportCommand, Output, ReconcileArgs, RegisterArgs, RunArgs,
    RunId, ValidateArgs,
};
use crate::commands::doctor::Patient;
use crate::commands::{
    accounts, board, changes, demo, doctor, ecauto, explain, import, import_shop, migrate, notify,
    queues, register, release, report, run, serve, status, validate,
};
use crate::database;
use crate::import::AsinList;
use crate::page::Page;
use adapters::store::SqlStore;
use app::accounts::AccountsFile;
use app::config::{self, Settings};
use app::run_mode::RunMode;
use app::wiring;
use chrono::Utc;
use shared::domain::run::RunKind;
use shared::ports::store::Store;
use std::io::Write;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text};

/// Where a command stands: its settings, its language, and the two ways to the person.
pub struct Desk<'a> {
    /// All settings.
    pub settings: &'a Settings,
    /// The language of texts.
    pub lang: Lang,
    /// For results.
    pub out: &'a mut (dyn Write + Send),
    /// For what is said beside them.
    pub aside: &'a mut (dyn Write + Send),
}

impl Desk<'_> {
    fn page(&mut self, json: bool) -> Page<'_> {
        Page::new(self.out, self.lang, json)
    }

    fn database_url(&self) -> &str {
        &self.settings.database_url
    }

    /// Says something beside the result; nobody there to read it is no reason to stop.
    fn mention(&mut self, said: &Text) {
        let _ = writeln!(self.aside, "miseban: {}", said.of(self.lang));
    }
}

/// Does `command`.
pub async fn dispatch(command: &Command, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let now = Utc::now();
    match command {
        Command::Import(command) => take_in(command, desk).await,
        Command::Reconcile(args) => reconcile(args, desk).await,
        Command::Report(args) => {
            let store = database::existing(desk.database_url()).await?;
            let mut page = desk.page(args.output.json);
            report::report(&store, args.run.as_deref(), now, &mut page).await
        }
        Command::Status(Output { json }) => {
            let store = database::existing(desk.database_url()).await?;
            let near = accounts::warned_before(desk.settings);
            status::status(&store, near, now, &mut desk.page(*json)).await
        }
        Command::Release(RunId { run }) => {
            let store = database::existing(desk.database_url()).await?;
            let settings = desk.settings;
            release::release(run, &store, settings, &mut desk.page(false)).await
        }
        Command::Cancel(RunId { run }) => {
            let store = database::existing(desk.database_url()).await?;
            release::cancel(run, &store, now, &mut desk.page(false)).await
        }
        Command::Changes(args) => {
            let store = database::existing(desk.database_url()).await?;
            changes::changes(&store, args, now, &mut desk.page(args.json)).await
        }
        Command::Explain(args) => {
            let store = database::existing(desk.database_url()).await?;
            explain::explain(&store, &args.asin, &mut desk.page(args.output.json)).await
        }
        Command::Accounts(command) => {
            let json = command.json();
            accounts::accounts(command, desk.settings, &mut desk.page(json)).await
        }
        Command::Validate(args) => validate_cache(args, desk).await,
        Command::Board(args) => board::board(args, desk.settings, &mut desk.page(false)).await,
        Command::Queues(command) => {
            let settings = desk.settings;
            let mut page = desk.page(command.output().json);
            queues::queues(command, settings, now, &mut page).await
        }
        Command::Notify(args) => {
            let channels = wiring::channels(desk.settings)?;
            notify::notify(*args, desk.settings, &channels, &mut desk.page(false)).await
        }
        Command::Migrate => {
            let (from, to) = database::migrate(desk.database_url()).await?;
            migrate::told(from, to, &mut desk.page(false))
        }
        Command::Doctor => examine(desk).await,
        Command::Demo(args) => demo::demo(args, &mut desk.page(false)).await,
        Command::Run(args) => run::run(args, desk.settings, &mut desk.page(args.json)).await,
        Command::Register(args) => register_new(args, desk).await,
        Command::Serve => serve::serve(desk.settings, &mut desk.page(false)).await,
    }
}

async fn take_in(command: &ImportCommand, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    match command {
        ImportCommand::Listings(args) => import_listings(args, desk).await,
        ImportCommand::Shop(args) => {
            import_shop::import_shop(args, desk.settings, &mut desk.page(args.json)).await
        }
        ImportCommand::Ecauto(args) => import_ecauto(args, desk).await,
    }
}

async fn reconcile(args: &ReconcileArgs, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let order = RunArgs {
        kind: RunKind::Reconcile,
        account: args.account.clone(),
        max_items: None,
        dry_run: false,
        resume: args.resume,
        json: args.json,
    };
    run::run(&order, desk.settings, &mut desk.page(args.json)).await
}

async fn register_new(args: &RegisterArgs, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let list = AsinList::read(import::open(&args.file)?)?;
    register::register(args, list, desk.settings, &mut desk.page(args.json)).await
}

async fn import_listings(args: &ImportArgs, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let accounts = AccountsFile::read(&desk.settings.base.accounts_file)?;
    for warning in &accounts.warnings {
        desk.mention(warning);
    }
    let sheet = import::read(import::open(&args.file)?, &accounts)?;
    let store = SqlStore::open(desk.database_url()).await?;
    let mut page = desk.page(args.output.json);
    import::listings(&store, &accounts, sheet, Utc::now(), &mut page).await
}

async fn import_ecauto(args: &EcautoArgs, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let accounts = AccountsFile::read(&desk.settings.base.accounts_file)?;
    for warning in &accounts.warnings {
        desk.mention(warning);
    }
    let read = ecauto::read(&args.file, &accounts).await?;
    if !args.apply {
        return ecauto::look(read, &mut desk.page(args.output.json));
    }
    let store = SqlStore::open(desk.database_url()).await?;
    let mut page = desk.page(args.output.json);
    ecauto::apply(read, &store, &accounts, Utc::now(), &mut page).await
}

async fn validate_cache(args: &ValidateArgs, desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let ttls = desk.settings.rules.ttls;
    let json = args.output.json;
    let found = {
        let store = database::existing(desk.database_url()).await?;
        let mut page = desk.page(json);
        validate::validate(&store, &store.cache(), &ttls, Utc::now(), &mut page).await?
    };
    if !args.fill || !found.wants_fill() {
        return Ok(Exit::Done);
    }
    let fill = RunArgs {
        kind: RunKind::Stale,
        account: None,
        max_items: None,
        dry_run: false,
        resume: false,
        json,
    };
    run::run(&fill, desk.settings, &mut desk.page(json)).await
}

async fn examine(desk: &mut Desk<'_>) -> Result<Exit, CommandError> {
    let opened = open_with_version(desk.settings).await;
    // Without an app there is nobody to call; what it lacks is told part by part.
    let app = wiring::build(desk.settings, RunMode::Live).await.ok();
    let patient = Patient {
        settings: desk.settings,
        environment: &config::environment,
        database: opened
            .as_ref()
            .map(|(store, version)| (store as &dyn Store, *version)),
        marketplace: app.as_ref().map(|app| &*app.ctx.marketplace),
        shop: app.as_ref().map(|app| &*app.ctx.shop),
    };
    doctor::doctor(patient, &mut desk.page(false)).await
}

async fn open_with_version(settings: &Settings) -> Result<(SqlStore, i64), CommandError> {
    let store = wiring::open_store(settings).await?;
    let version = store.schema_version().await?;
    Ok((store, version))
}
