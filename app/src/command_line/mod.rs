//! Reads the command line of a program, and speaks the language that the line or the environment asks for: help and
//! complaints about wrong usage in Japanese, or those of clap.

mod accepted;
mod japanese_help;
mod wrong_usage;

pub use accepted::{MOST_ITEMS, account, listen_address, number};

use crate::config;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::io::Write as _;
use ui::layout::clean;
use ui::message::Lang;

/// Exit code of wrong usage, which is also that of clap.
const WRONG_USAGE: i32 = 2;

/// Reads the arguments of this process. Ends the process after help, version or wrong usage. `japanese` has the
/// texts of the Japanese help.
pub fn read_or_exit<C: CommandFactory + FromArgMatches>(japanese: &str) -> C {
    let args: Vec<OsString> = std::env::args_os().collect();
    let lang = config::early_lang(asked_lang(&args), &config::environment);
    let error = match read(&args, lang, japanese) {
        Ok(cli) => return cli,
        Err(error) => error,
    };
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if lang == Lang::En || is_help {
        // clap chooses stream and exit code.
        error.exit();
    }
    let name = C::command().get_name().to_owned();
    let text = wrong_usage::in_japanese(&error, &name);
    // If stderr is closed, there is no other place to complain.
    let _ = writeln!(std::io::stderr(), "{text}");
    std::process::exit(WRONG_USAGE)
}

/// Reads `args`; help in `lang`.
///
/// # Errors
///
/// The error of clap, which also covers `--help` and `--version`.
pub fn read<C: CommandFactory + FromArgMatches>(
    args: &[OsString],
    lang: Lang,
    japanese: &str,
) -> Result<C, clap::Error> {
    let mut command = match lang {
        Lang::Ja => japanese_help::translate(C::command(), japanese),
        Lang::En => C::command(),
    };
    let matches = command.try_get_matches_from_mut(args).map_err(|error| {
        // Its message repeats an argument.
        let shown = args.iter().map(|arg| clean(&arg.to_string_lossy()));
        let shown = command.try_get_matches_from_mut(shown);
        shown.err().unwrap_or(error)
    });
    C::from_arg_matches(&matches?)
}

/// The value of `--lang`, which is needed before the line is parsed, for the help texts.
fn asked_lang(args: &[OsString]) -> Option<Lang> {
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    args.find_map(|arg| match arg.strip_prefix("--lang") {
        Some("") => Some(None),
        Some(value) => Some(value.strip_prefix('=').and_then(Lang::parse)),
        None => None,
    })?
    .or_else(|| args.next().and_then(Lang::parse))
}
