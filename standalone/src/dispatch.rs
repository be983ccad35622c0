//! Runs a parsed command: opens the database and clients that it needs, and calls `commands`.

use crate::cli::{
    EcautoArgs, ImportArgs, ImportCommand, MisebanCommand, NotifyArgs, OutputArgs, QueuesCommand,
    ReconcileArgs, RegisterArgs, RunIdArg, StartRunArgs, ValidateArgs,
};
use crate::commands::doctor::Checked;
use crate::commands::{
    accounts, board, changes, demo, doctor, explain, import, import_shop, migrate, notify, queues,
    register, release, report, run, serve, servers, status, validate,
};
use crate::database;
use crate::import::AsinList;
use crate::output::CommandOutput;
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use app::accounts::AccountsFile;
use app::config::{self, Settings};
use app::run_mode::RunMode;
use app::wiring;
use chrono::{DateTime, Utc};
use ecauto_import::TakeoverSummary;
use shared::domain::run::RunKind;
use shared::ports::clock::Clock as _;
use shared::ports::store::{AccountStore as _, CatalogueStore as _, Store};
use std::io::Write;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text};

/// The environment of a command: settings, language and output streams.
pub struct CommandEnv<'a> {
    /// All settings.
    pub settings: &'a Settings,
    /// The language of texts.
    pub lang: Lang,
    /// Stdout, for results.
    pub out: &'a mut (dyn Write + Send),
    /// Stderr, for warnings.
    pub err: &'a mut (dyn Write + Send),
}

impl CommandEnv<'_> {
    fn output(&mut self, json: bool) -> CommandOutput<'_> {
        CommandOutput::new(self.out, self.lang, json)
    }

    fn database_url(&self) -> &str {
        &self.settings.database_url
    }

    /// An existing database, and the time by its clock.
    async fn existing(&self) -> Result<(SqlStore, DateTime<Utc>), CommandError> {
        let store = database::existing(self.database_url()).await?;
        let now = store.clock().now();
        Ok((store, now))
    }

    /// Prints a warning on stderr; a closed stderr does not stop the command.
    fn warn(&mut self, text: &Text) {
        let _ = writeln!(self.err, "miseban: {}", text.of(self.lang));
    }
}

/// Runs `command`.
pub async fn dispatch(
    command: &MisebanCommand,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    match command {
        MisebanCommand::Import(command) => import_command(command, env).await,
        MisebanCommand::Reconcile(args) => reconcile(args, env).await,
        MisebanCommand::Report(args) => {
            let (store, now) = env.existing().await?;
            let mut out = env.output(args.output.json);
            report::report(&store, args.run.as_deref(), now, &mut out).await
        }
        MisebanCommand::Status(OutputArgs { json }) => {
            let (store, now) = env.existing().await?;
            let near = accounts::warned_before(env.settings);
            status::status(&store, near, now, &mut env.output(*json)).await
        }
        MisebanCommand::Release(RunIdArg { run }) => {
            let (store, now) = env.existing().await?;
            let settings = env.settings;
            release::release((run, now), &store, settings, &mut env.output(false)).await
        }
        MisebanCommand::Cancel(RunIdArg { run }) => {
            let (store, now) = env.existing().await?;
            release::cancel(run, &store, now, &mut env.output(false)).await
        }
        MisebanCommand::Changes(args) => {
            let (store, now) = env.existing().await?;
            changes::changes(&store, args, now, &mut env.output(args.json)).await
        }
        MisebanCommand::Explain(args) => {
            let (store, _) = env.existing().await?;
            explain::explain(&store, &args.asin, &mut env.output(args.output.json)).await
        }
        MisebanCommand::Accounts(command) => {
            let json = command.json();
            accounts::accounts(command, env.settings, &mut env.output(json)).await
        }
        MisebanCommand::Validate(args) => validate_cache(args, env).await,
        MisebanCommand::Board(args) => {
            board::board(args, env.settings, &mut env.output(false)).await
        }
        MisebanCommand::Queues(command) => manage_queues(command, env).await,
        MisebanCommand::Notify(args) => notify_channels(*args, env).await,
        MisebanCommand::Migrate => {
            let versions = database::migrate(env.database_url()).await?;
            migrate::report(versions, &mut env.output(false))
        }
        MisebanCommand::Doctor => diagnose(env).await,
        MisebanCommand::Demo(args) => demo::demo(args, &mut env.output(false)).await,
        MisebanCommand::Run(args) => run::run(args, env.settings, &mut env.output(args.json)).await,
        MisebanCommand::Register(args) => register_new(args, env).await,
        MisebanCommand::Serve => serve::serve(env.settings, &mut env.output(false)).await,
    }
}

async fn manage_queues(
    command: &QueuesCommand,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let (settings, now) = (env.settings, SystemClock.now());
    queues::queues(
        command,
        settings,
        now,
        &mut env.output(command.output().json),
    )
    .await
}

async fn notify_channels(args: NotifyArgs, env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let channels = wiring::channels(env.settings)?;
    notify::notify(args, env.settings, &channels, &mut env.output(false)).await
}

async fn import_command(
    command: &ImportCommand,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    match command {
        ImportCommand::Listings(args) => import_listings(args, env).await,
        ImportCommand::Shop(args) => {
            import_shop::import_shop(args, env.settings, &mut env.output(args.json)).await
        }
        ImportCommand::Ecauto(args) => import_ecauto(args, env).await,
    }
}

async fn reconcile(args: &ReconcileArgs, env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let order = StartRunArgs {
        account: args.account.clone(),
        resume: args.resume,
        ..StartRunArgs::new(RunKind::Reconcile)
    };
    run::run(&order, env.settings, &mut env.output(args.json)).await
}

async fn register_new(args: &RegisterArgs, env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let list = AsinList::read(import::open(&args.file)?)?;
    register::register(args, list, env.settings, &mut env.output(args.json)).await
}

async fn import_listings(
    args: &ImportArgs,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let accounts = read_accounts(env)?;
    let sheet = import::read(import::open(&args.file)?, &accounts)?;
    let store = SqlStore::open(env.database_url()).await?;
    let mut out = env.output(args.output.json);
    import::listings(&store, &accounts, sheet, store.clock().now(), &mut out).await
}

async fn import_ecauto(args: &EcautoArgs, env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let accounts = read_accounts(env)?;
    let takeover = ecauto_import::read(&args.file, &accounts.ids()).await?;
    let counts = if args.apply {
        let store = SqlStore::open(env.database_url()).await?;
        store.sync_accounts(&accounts.rows()).await?;
        Some(
            store
                .import(&takeover.listings, store.clock().now())
                .await?,
        )
    } else {
        None
    };
    let bad = takeover.needs_correction();
    let summary = TakeoverSummary::of(takeover, counts);
    env.output(args.output.json)
        .show(&summary, ecauto_import::render)?;
    Ok(if bad { Exit::Usage } else { Exit::Done })
}

/// Reads the accounts file, and prints its warnings on stderr.
fn read_accounts(env: &mut CommandEnv<'_>) -> Result<AccountsFile, CommandError> {
    let accounts = AccountsFile::read(&env.settings.base.accounts_file)?;
    for warning in &accounts.warnings {
        env.warn(warning);
    }
    Ok(accounts)
}

async fn validate_cache(
    args: &ValidateArgs,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let ttls = env.settings.rules.ttls;
    let json = args.output.json;
    let found = {
        let (store, now) = env.existing().await?;
        let mut out = env.output(json);
        validate::validate(&store, &store.cache(), &ttls, now, &mut out).await?
    };
    if !args.fill || !found.wants_fill() {
        return Ok(Exit::Done);
    }
    let fill = StartRunArgs::new(RunKind::Stale);
    run::run(&fill, env.settings, &mut env.output(json)).await
}

async fn diagnose(env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let opened = open_with_version(env.settings).await;
    // If the app cannot be built, the checks below report the reason.
    let app = wiring::assemble(env.settings, RunMode::Live).await.ok();
    let checked = Checked {
        settings: env.settings,
        environment: &config::environment,
        database: opened
            .as_ref()
            .map(|(store, version)| (store as &dyn Store, *version)),
        marketplace: app.as_ref().map(|app| &*app.ctx.marketplace),
        shop: app.as_ref().map(|app| &*app.ctx.shop),
    };
    let exit = doctor::doctor(checked, &mut env.output(false)).await?;
    let store = opened.as_ref().ok().map(|(store, _)| store);
    let redis = wiring::redis(env.settings).await;
    let servers = servers::check(store, redis, &mut env.output(false)).await?;
    Ok(if servers == Exit::Done { exit } else { servers })
}

async fn open_with_version(settings: &Settings) -> Result<(SqlStore, i64), CommandError> {
    let store = wiring::open_store(settings).await?;
    let version = store.schema_version().await?;
    Ok((store, version))
}
