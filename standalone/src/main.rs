//! The binary `miseban`: reads the command line and the settings, runs the command, prints errors
//! on stderr and sets the exit code.

use app::background_writer::{self, BackgroundWriter};
use app::config::{self, Settings};
use app::{command_line, log, program};
use standalone::cli::{JAPANESE, MisebanCli, MisebanCommand};
use standalone::dispatch::{CommandEnv, dispatch};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;

/// How long the end of `serve` waits for its last report to be written.
const LAST_REPORT_WITHIN: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli: MisebanCli = command_line::read_or_exit(JAPANESE);
    let lang = config::early_lang(cli.lang, &config::environment);
    let loaded = if matches!(cli.command, MisebanCommand::Demo(_)) {
        // The demo has its own settings and ignores the environment.
        Settings::load(None, &|name| config::demo_environment(name))
    } else {
        let file = config::settings_file(cli.config.as_deref(), &config::environment, lang);
        Settings::load(file.as_deref(), &config::environment)
    };
    match loaded {
        Ok(settings) => {
            let lang = cli.lang.unwrap_or(settings.lang);
            program::finish(run(&cli, &settings, lang), lang)
        }
        Err(failure) => program::finish(Err(failure), lang),
    }
}

fn run(cli: &MisebanCli, settings: &Settings, lang: Lang) -> Result<Exit, CommandError> {
    let usual = match cli.command {
        MisebanCommand::Serve | MisebanCommand::Board(_) => log::AT_WORK,
        _ => log::AT_REST,
    };
    log::start(settings, usual, cli.log_format)?;
    let mut err = background_writer::stderr();
    if !matches!(cli.command, MisebanCommand::Serve) {
        let out = &mut std::io::stdout();
        return perform(&cli.command, settings, lang, out, &mut err);
    }
    // Nobody may read the reports of a program that runs for months.
    let mut out = BackgroundWriter::over(std::io::stdout());
    let ended = perform(&cli.command, settings, lang, &mut out, &mut err);
    out.wait_until_written(LAST_REPORT_WITHIN);
    ended
}

fn perform(
    command: &MisebanCommand,
    settings: &Settings,
    lang: Lang,
    out: &mut (dyn Write + Send),
    err: &mut (dyn Write + Send),
) -> Result<Exit, CommandError> {
    let mut env = CommandEnv {
        settings,
        lang,
        out,
        err,
    };
    program::block_on(dispatch(command, &mut env))
}
