//! The binary `miseban`: reads the command line and the settings, hands over to `dispatch`, and
//! decides alone what is said on stderr and how the program ends.

use clap::Parser as _;
use standalone::cli::{Cli, Command, LogFormat};
use standalone::config::{self, Settings};
use standalone::dispatch::dispatch;
use standalone::say::{Exit, Failure, Lang, Text};
use std::io::Write as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = config::early_lang(cli.lang, &config::environment);
    let ended = prepare(cli);
    ExitCode::from(finish(ended, lang).code())
}

fn prepare(cli: Cli) -> Result<Exit, Failure> {
    // The demo brings settings of its own, whatever stands in the environment.
    let settings = match cli.command {
        Command::Demo(_) => Settings::load(None, &|name| {
            matches!(name, "RUST_LOG" | "MISEBAN_LANG").then(|| config::environment(name))?
        })?,
        _ => Settings::load(cli.config.as_deref(), &config::environment)?,
    };
    let lang = cli.lang.unwrap_or(settings.lang);
    log_to_stderr(&cli, &settings)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        Failure::Failed(Text {
            ja: format!("プログラムを始められません({error})"),
            en: format!("the program cannot start ({error})"),
        })
    })?;
    let mut out = std::io::stdout();
    let ended = runtime.block_on(dispatch(cli, settings, lang, &mut out));
    // A call that hangs must not keep the program from ending.
    runtime.shutdown_background();
    ended
}

fn log_to_stderr(cli: &Cli, settings: &Settings) -> Result<(), Failure> {
    let default = match cli.command {
        Command::Serve => "info",
        Command::Demo(_) => "off",
        _ => "warn",
    };
    let wanted = settings.log_filter.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(wanted).map_err(|error| {
        Failure::Usage(Text {
            ja: format!(
                "RUST_LOG の {wanted:?} が読めません({error})。例: info または warn,worker=debug"
            ),
            en: format!(
                "RUST_LOG {wanted:?} cannot be read ({error}): write info, or warn,worker=debug"
            ),
        })
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match cli.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Says on stderr why a command ended early, and gives the exit code.
fn finish(ended: Result<Exit, Failure>, lang: Lang) -> Exit {
    ended.unwrap_or_else(|failure| {
        let (said, exit) = failure.verdict();
        if let Some(text) = said {
            complain(&text, lang);
        }
        exit
    })
}

/// One message on stderr. That stderr is gone is no reason to end in another way.
fn complain(text: &Text, lang: Lang) {
    let _ = writeln!(std::io::stderr(), "miseban: {}", text.of(lang));
}
