//! The binary `miseban`: reads the command line and the settings, hands over to `commands`, and
//! decides alone what is said on stderr and how the program ends.

use clap::Parser as _;
use standalone::cli::Cli;
use standalone::config::{self, Settings};
use standalone::say::{Exit, Failure, Lang, Text};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = config::early_lang(cli.lang, &config::environment);
    let ended = Settings::load(cli.config.as_deref(), &config::environment).map(|_| Exit::Done);
    ExitCode::from(finish(ended, lang).code())
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
