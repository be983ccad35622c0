//! The binary `miseban`: reads the command line and the settings, hands over to `dispatch`, and decides
//! alone what is said on stderr and how the program ends.

use app::config::{self, Settings};
use app::log;
use standalone::cli::{Cli, Command};
use standalone::dispatch::{Desk, dispatch};
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::read(&args, config::early_lang(None, &config::environment)) {
        Ok(cli) => cli,
        // Help and wrong use; it picks the stream and the exit code.
        Err(error) => error.exit(),
    };
    let lang = config::early_lang(cli.lang, &config::environment);
    let loaded = match cli.command {
        // The demo brings settings of its own; what stands in the environment is not its business.
        Command::Demo(_) => Settings::load(None, &|name| config::demo_environment(name)),
        _ => Settings::load(cli.config.as_deref(), &config::environment),
    };
    let exit = match loaded {
        Ok(settings) => {
            let lang = cli.lang.unwrap_or(settings.lang);
            finish(run(&cli, &settings, lang), lang)
        }
        Err(failure) => finish(Err(failure), lang),
    };
    ExitCode::from(exit.code())
}

fn run(cli: &Cli, settings: &Settings, lang: Lang) -> Result<Exit, CommandError> {
    let usual = match cli.command {
        Command::Serve | Command::Board(_) => log::AT_WORK,
        _ => log::AT_REST,
    };
    log::start(settings, usual, cli.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (mut out, mut aside) = (std::io::stdout(), std::io::stderr());
    let mut desk = Desk {
        settings,
        lang,
        out: &mut out,
        aside: &mut aside,
    };
    let ended = runtime.block_on(dispatch(&cli.command, &mut desk));
    // A call that hangs must not keep the program from ending.
    runtime.shutdown_background();
    ended
}

/// Says on stderr why a command ended early, and gives the exit code. That stderr is gone is no
/// reason to end in another way.
fn finish(ended: Result<Exit, CommandError>, lang: Lang) -> Exit {
    ended.unwrap_or_else(|failure| {
        let (said, exit) = failure.verdict();
        if let Some(text) = said {
            let _ = writeln!(std::io::stderr(), "miseban: {}", text.of(lang));
        }
        exit
    })
}
