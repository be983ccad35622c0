//! Runs a parsed command: opens the database and clients that it needs, and calls `commands`.

use crate::cli::{
    BackupArgs, EcautoArgs, ImportArgs, ImportCommand, ListArgs, MisebanCommand, OutputArgs,
    QueuesCommand, ReconcileArgs, RegisterArgs, RunIdArg, StartRunArgs, ValidateArgs,
};
use crate::commands::{
    accounts, backup, board, changes, demo, doctor, explain, import, import_shop, list, migrate,
    notify, queues, register, release, report, run, serve, status, validate,
};
use crate::database::{self, CommandStore};
use crate::output::CommandOutput;
use crate::progress::print_status;
use adapters::clock::SystemClock;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::wiring;
use ecauto_import::TakeoverSummary;
use shared::domain::run::RunKind;
use shared::ports::clock::Clock as _;
use shared::ports::store::{AccountStore as _, CatalogueStore as _};
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

    /// Prints a warning on stderr; a closed stderr does not stop the command.
    fn warn(&mut self, text: &Text) {
        let line = format!("miseban: {}\n", text.of(self.lang));
        let _ = self.err.write_all(line.as_bytes());
    }
}

/// Runs `command`, and closes its database however it ends.
pub async fn dispatch(
    command: &MisebanCommand,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let store = CommandStore::new(env.settings);
    let ended = Box::pin(perform(command, &store, env)).await;
    store.close().await;
    ended
}

async fn perform(
    command: &MisebanCommand,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let settings = env.settings;
    match command {
        MisebanCommand::Import(command) => import_command(command, store, env).await,
        MisebanCommand::Reconcile(args) => reconcile(args, store, env).await,
        MisebanCommand::Report(args) => {
            let (store, now) = store.existing_now().await?;
            let mut out = env.output(args.output.json);
            report::report(store, args.run.as_deref(), now, &mut out).await
        }
        MisebanCommand::Status(OutputArgs { json }) => {
            status::show(settings, store, &mut env.output(*json)).await
        }
        MisebanCommand::Release(RunIdArg { run }) => {
            release::release(run, store, settings, &mut env.output(false)).await
        }
        MisebanCommand::Cancel(RunIdArg { run }) => {
            let (store, now) = store.existing_now().await?;
            release::cancel(run, store, now, &mut env.output(false)).await
        }
        MisebanCommand::List(args) => print_list(args, store, env).await,
        MisebanCommand::Changes(args) => {
            let (store, now) = store.existing_now().await?;
            changes::changes(store, args, now, &mut env.output(args.json)).await
        }
        MisebanCommand::Explain(args) => {
            let store = store.existing().await?;
            explain::explain(store, &args.asin, &mut env.output(args.output.json)).await
        }
        MisebanCommand::Accounts(command) => {
            accounts::accounts(command, settings, store, &mut env.output(command.json())).await
        }
        MisebanCommand::Validate(args) => validate_cache(args, store, env).await,
        MisebanCommand::Board(args) => {
            board::board(args, settings, store, &mut env.output(false)).await
        }
        MisebanCommand::Queues(command) => manage_queues(command, store, env).await,
        MisebanCommand::Notify(args) => {
            notify::notify(*args, settings, store, &mut env.output(false)).await
        }
        MisebanCommand::Migrate => upgrade(env).await,
        MisebanCommand::Backup(args) => back_up(args, store, env).await,
        MisebanCommand::Restore(args) => restore(args, env).await,
        MisebanCommand::Doctor => doctor::diagnose(settings, store, &mut env.output(false)).await,
        MisebanCommand::Demo(args) => Box::pin(demo::demo(args, &mut env.output(false))).await,
        MisebanCommand::Run(args) => {
            run::run(args, settings, store, &mut env.output(args.json)).await
        }
        MisebanCommand::Register(args) => register_new(args, store, env).await,
        MisebanCommand::Serve => serve::serve(env.settings, store, &mut env.output(false)).await,
    }
}

async fn print_list(
    args: &ListArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let store = store.existing().await?;
    list::list(store, args, &mut env.output(args.output.json)).await
}

async fn manage_queues(
    command: &QueuesCommand,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let (settings, now) = (env.settings, SystemClock.now());
    let out = &mut env.output(command.output().json);
    queues::queues(command, settings, store, now, out).await
}

async fn upgrade(env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    let versions = database::migrate(&env.settings.database_url).await?;
    migrate::report(versions, &mut env.output(false))
}

async fn back_up(
    args: &BackupArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    backup::backup(&args.file, env.settings, store, &mut env.output(false)).await
}

async fn restore(args: &BackupArgs, env: &mut CommandEnv<'_>) -> Result<Exit, CommandError> {
    backup::restore(&args.file, env.settings, &mut env.output(false)).await
}

async fn import_command(
    command: &ImportCommand,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    match command {
        ImportCommand::Listings(args) => import_listings(args, store, env).await,
        ImportCommand::Shop(args) => {
            import_shop::import_shop(args, env.settings, store, &mut env.output(args.json)).await
        }
        ImportCommand::Ecauto(args) => import_ecauto(args, store, env).await,
    }
}

async fn reconcile(
    args: &ReconcileArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let order = StartRunArgs {
        account: args.account.clone(),
        resume: args.resume,
        ..StartRunArgs::new(RunKind::Reconcile)
    };
    run::run(&order, env.settings, store, &mut env.output(args.json)).await
}

async fn register_new(
    args: &RegisterArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let (settings, mut out) = (env.settings, env.output(args.json));
    match register::WantedAsins::read(args)? {
        Some(wanted) => register::register(&wanted, settings, store, &mut out).await,
        None => run::run(&args.resumed(), settings, store, &mut out).await,
    }
}

async fn import_listings(
    args: &ImportArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let accounts = read_accounts(env)?;
    let sheet = import::read(import::open(&args.file)?, &accounts)?;
    let store = store.open().await?;
    let mut out = env.output(args.output.json);
    let now = store.clock().now();
    import::listings(store, &accounts, sheet, now, &mut out).await
}

async fn import_ecauto(
    args: &EcautoArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let accounts = read_accounts(env)?;
    let takeover = ecauto_import::read(&args.file, &accounts.ids()).await?;
    let counts = if args.apply {
        let store = store.open().await?;
        store.sync_accounts(&accounts.rows()).await?;
        Some(
            store
                .import(&takeover.listings, store.clock().now())
                .await?,
        )
    } else {
        None
    };
    let held = counts.as_ref().map_or(&[][..], |counts| &counts.held);
    let bad = takeover.needs_correction() || !held.is_empty();
    for held in held {
        print_status(import::held_text(held).of(env.lang));
    }
    let summary = TakeoverSummary::of(takeover, counts.as_ref());
    env.output(args.output.json)
        .show(&summary, ecauto_import::render)?;
    Ok(if bad { Exit::Usage } else { Exit::Done })
}

/// Reads the accounts file, and prints its warnings on stderr.
fn read_accounts(env: &mut CommandEnv<'_>) -> Result<AccountsFile, CommandError> {
    let base = &env.settings.base;
    let accounts = AccountsFile::read(&base.accounts_file)?;
    let open = base.open_accounts_file();
    for warning in open.iter().chain(&accounts.warnings) {
        env.warn(warning);
    }
    Ok(accounts)
}

async fn validate_cache(
    args: &ValidateArgs,
    store: &CommandStore,
    env: &mut CommandEnv<'_>,
) -> Result<Exit, CommandError> {
    let ttls = env.settings.rules.ttls;
    let json = args.output.json;
    let (rows, now) = store.existing_now().await?;
    let cache = wiring::cache(env.settings, rows).await?;
    let mut out = env.output(json);
    let found = validate::validate(rows, &*cache, &ttls, now, &mut out).await?;
    if !args.fill || !found.wants_fill() {
        return Ok(Exit::Done);
    }
    let fill = StartRunArgs::new(RunKind::Stale);
    run::run(&fill, env.settings, store, &mut env.output(json)).await
}
