//! From the command line to the command: opens what each one needs, and nothing more.

use crate::accounts::AccountsFile;
use crate::cli::{Cli, Command, ImportArgs, ImportCommand, RunArgs, ValidateArgs};
use crate::commands;
use crate::commands::doctor::Patient;
use crate::config::{self, Settings};
use crate::page::Page;
use crate::say::{Exit, Failure, Lang};
use crate::wiring::{self, Earnest};
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use shared::domain::run::RunKind;
use shared::ports::clock::Clock as _;
use shared::ports::store::Store;
use std::io::Write;

/// Does what the command line says; results go to `out`.
///
/// # Errors
///
/// What the command could not do, for `main.rs` to say.
pub async fn dispatch(
    cli: Cli,
    settings: Settings,
    lang: Lang,
    out: &mut (dyn Write + Send),
) -> Result<Exit, Failure> {
    let page = &mut Page::new(out, lang, wants_json(&cli.command));
    let now = SystemClock.now();
    match cli.command {
        Command::Demo(args) => commands::demo::demo(&args, page).await,
        Command::Run(args) => commands::run::run(&args, &settings, page).await,
        Command::Serve => commands::serve::serve(&settings, page).await,
        Command::Import(ImportCommand::Listings(args)) => import(&args, &settings, page).await,
        Command::Report(args) => {
            let store = existing(&settings).await?;
            commands::report::report(&store, args.run.as_deref(), now, page).await
        }
        Command::Status(_) => {
            let store = existing(&settings).await?;
            commands::status::status(&store, now, page).await
        }
        Command::Explain(args) => {
            let store = existing(&settings).await?;
            commands::explain::explain(&store, &args.asin, page).await
        }
        Command::Migrate => migrate(&settings, page).await,
        Command::Doctor => doctor(&settings, page).await,
        Command::Validate(args) => validate(&args, &settings, page).await,
    }
}

fn wants_json(command: &Command) -> bool {
    match command {
        Command::Run(args) => args.json,
        Command::Import(ImportCommand::Listings(args)) => args.output.json,
        Command::Report(args) => args.output.json,
        Command::Status(output) => output.json,
        Command::Explain(args) => args.output.json,
        Command::Validate(args) => args.output.json,
        Command::Demo(_) | Command::Serve | Command::Migrate | Command::Doctor => false,
    }
}

/// The database for a command that only looks: nothing is made where there is none.
async fn existing(settings: &Settings) -> Result<SqlStore, Failure> {
    Ok(SqlStore::open_existing(&settings.database_url).await?)
}

async fn import(
    args: &ImportArgs,
    settings: &Settings,
    page: &mut Page<'_>,
) -> Result<Exit, Failure> {
    let accounts = AccountsFile::read(&settings.base.accounts_file)?;
    let sheet = commands::import::read(commands::import::open(&args.file)?, &accounts)?;
    let store = wiring::open_store(settings).await?;
    commands::import::listings(&store, &accounts, sheet, SystemClock.now(), page).await
}

async fn validate(
    args: &ValidateArgs,
    settings: &Settings,
    page: &mut Page<'_>,
) -> Result<Exit, Failure> {
    let found = {
        let store = existing(settings).await?;
        let (ttls, now) = (&settings.rules.ttls, SystemClock.now());
        commands::validate::validate(&store, &store.cache(), ttls, now, page).await?
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
        json: args.output.json,
    };
    commands::run::run(&fill, settings, page).await
}

async fn migrate(settings: &Settings, page: &mut Page<'_>) -> Result<Exit, Failure> {
    let from = match SqlStore::open_existing(&settings.database_url).await {
        Ok(store) => store.schema_version().await?,
        // What is not there yet begins at nothing; any other fault comes again below.
        Err(_) => 0,
    };
    let store = wiring::open_store(settings).await?;
    commands::migrate::told(from, store.schema_version().await?, page)
}

async fn doctor(settings: &Settings, page: &mut Page<'_>) -> Result<Exit, Failure> {
    let store = wiring::open_store(settings).await;
    let version = match &store {
        Ok(store) => store.schema_version().await.unwrap_or_default(),
        Err(_) => 0,
    };
    // Without a house there is nobody to call; what is missing is told by the parts themselves.
    let house = wiring::build(settings, Earnest::Real).await.ok();
    let patient = Patient {
        settings,
        environment: &config::environment,
        database: store
            .as_ref()
            .map(|store| (store as &dyn Store, version))
            .map_err(clone),
        marketplace: house.as_ref().map(|house| &*house.bench.marketplace),
        shop: house.as_ref().map(|house| &*house.bench.shop),
    };
    commands::doctor::doctor(patient, page).await
}

fn clone(failure: &Failure) -> Failure {
    match failure {
        Failure::Usage(text) => Failure::Usage(text.clone()),
        Failure::Failed(text) => Failure::Failed(text.clone()),
        Failure::Output(error) => Failure::Output(error.kind().into()),
    }
}
