//! The command line: what every command has in common, and all commands with an example for each. The
//! flags of a command stand beside those of its neighbours in the files below.

mod accounts;
mod import;
mod inspect;
mod japanese;
mod output;
mod queues;
mod runs;
mod since;

pub use accounts::{AccountsCommand, AuthorizeArgs, CheckArgs, RefreshArgs};
pub use import::{EcautoArgs, ImportArgs, ImportCommand, ImportShopArgs};
pub use inspect::{ChangesArgs, ExplainArgs, ReportArgs, ValidateArgs};
pub use output::OutputArgs;
pub use queues::{DeadMessageArgs, QueuesCommand, ShowArgs};
pub use runs::{ReconcileArgs, RegisterArgs, RunIdArg, StartRunArgs};
pub use since::Since;

use app::log::LogFormat;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use ui::message::Lang;

/// Keeps prices and stock of BASE shops true to Amazon.co.jp.
#[derive(Debug, Parser)]
#[command(
    name = "miseban",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  miseban demo                                try it: no account, no server, under a minute
  miseban import listings listings.csv        take your listings in
  miseban run price-stock --dry-run           look at what a run would do
  miseban serve                               mind the shops day and night

Exit codes: 0 done, 1 failed, 2 wrong use or settings, 130/143 stopped by a signal (work is kept)."
)]
pub struct MisebanCli {
    /// Settings file (TOML); the environment goes first
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How the log on stderr is written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Language of messages and reports
    #[arg(
        long,
        global = true,
        value_parser = app::program::lang_parser(),
        help = "Language of messages and reports; MISEBAN_LANG sets it for good [default: ja]"
    )]
    pub lang: Option<Lang>,
    /// What to do
    #[command(subcommand)]
    pub command: MisebanCommand,
}

impl MisebanCli {
    /// Reads the command line; help in `lang`, unless the line itself asks for another language.
    ///
    /// # Errors
    ///
    /// clap's own, which also stands for `--help` and `--version`.
    pub fn read(args: &[OsString], lang: Lang) -> Result<Self, clap::Error> {
        let command = match asked_lang(args).unwrap_or(lang) {
            Lang::Ja => japanese::translate(Self::command()),
            Lang::En => Self::command(),
        };
        Self::from_arg_matches(&command.try_get_matches_from(args)?)
    }
}

/// The value of `--lang`, which the help has to know before the line is read.
fn asked_lang(args: &[OsString]) -> Option<Lang> {
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    args.find_map(|arg| match arg.strip_prefix("--lang") {
        Some("") => Some(None),
        Some(value) => Some(value.strip_prefix('=').and_then(Lang::parse)),
        None => None,
    })?
    .or_else(|| args.next().and_then(Lang::parse))
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum MisebanCommand {
    /// Show what this does, on simulated shops: needs no account and no server
    #[command(after_help = "Example:
  miseban demo --keep ./demo      keep the demo's database and logs to look at")]
    Demo(DemoArgs),
    /// Do one run: ask Amazon, work out prices and stock, bring the shops up to date, report
    #[command(after_help = "Examples:
  miseban run price-stock --dry-run --max-items 100     ask Amazon, change nothing, tell what it would do
  miseban run price-stock                               every listing of every active shop
  miseban run stale --account main                      only what has grown old, only one shop
  miseban run price-stock --resume                      go on with the run that was interrupted")]
    Run(StartRunArgs),
    /// Make new ASINs known, as listings to come: asks Amazon for all of the product
    #[command(
        long_about = "Make new ASINs known, as listings to come (pending)

FILE has one ASIN a line, or is a CSV file with a column asin; - reads from stdin. What the shop has already
is refused by name, wrong lines by number; the rest goes in. Nothing is made in BASE: put the items in the
shop yourself, then take them in with miseban import listings.",
        after_help = "Examples:
  miseban register new.txt --account main --dry-run     what Amazon knows of them
  miseban register new.csv --account main"
    )]
    Register(RegisterArgs),
    /// Mind the shops: runs by schedule, until told to stop
    #[command(after_help = "Example:
  miseban --config miseban.toml serve")]
    Serve,
    /// Read the shops back, compare, and set right what was changed by hand
    #[command(after_help = "Examples:
  miseban reconcile                    every active shop, 100 items a call
  miseban reconcile --account main     only one shop")]
    Reconcile(ReconcileArgs),
    /// Take in what the shops sell
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print the report of a run, the newest one by default
    #[command(after_help = "Examples:
  miseban report
  miseban report 01939c1e-7c00-7000-8000-000000000001 --json")]
    Report(ReportArgs),
    /// Send what a run holds, since it would hide many products at once
    #[command(after_help = "Example:
  miseban release 01939c1e-7c00-7000-8000-000000000001     it is true, they are sold out")]
    Release(RunIdArg),
    /// Drop what a run holds: the shops stay as they are, the next run decides anew
    #[command(after_help = "Example:
  miseban cancel 01939c1e-7c00-7000-8000-000000000001      it is not true, Amazon still sells them")]
    Cancel(RunIdArg),
    /// Show open runs, last runs, shops, listings and quotas
    #[command(after_help = "Example:
  miseban status --json")]
    Status(OutputArgs),
    /// Tell what changed in the shops lately, and why: price, stock, visibility
    #[command(after_help = "Examples:
  miseban changes                              the last 24 hours
  miseban changes --since 7d --asin B00EXAMPLE
  miseban changes --since 2026-11-01 --account main --limit 100000 --csv > changes.csv")]
    Changes(ChangesArgs),
    /// Tell all about one ASIN: what Amazon said, why an offer won, what the shop shows
    #[command(after_help = "Example:
  miseban explain B00EXAMPLE")]
    Explain(ExplainArgs),
    /// Look after the shops: how their tokens stand, whether they answer, authorise them at BASE
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Compare the cache with the database
    #[command(after_help = "Examples:
  miseban validate
  miseban validate --fill       and ask Amazon for what is missing or stale")]
    Validate(ValidateArgs),
    /// Look after the queues in Redis: what waits, what was given up, and what becomes of it
    #[command(subcommand)]
    Queues(QueuesCommand),
    /// Show the queues in Redis in a browser, until told to stop
    #[command(
        long_about = "Show the queues in Redis in a browser, until told to stop

It only shows; the dead are retried and dropped with miseban queues. Without BOARD_PASSWORD it
listens on this computer only; with it, the browser asks for the password (any user name).",
        after_help = "Examples:
  miseban board                             http://127.0.0.1:8080
  miseban board --listen 0.0.0.0:8080       for others too; needs BOARD_PASSWORD"
    )]
    Board(BoardArgs),
    /// Tell where people are told what happened, and of what; with --test, send a message there
    #[command(after_help = "Examples:
  miseban notify             the channels, and the events that are switched on
  miseban notify --test      send one message to each channel")]
    Notify(NotifyArgs),
    /// Bring the database to the newest schema
    #[command(after_help = "Example:
  miseban migrate")]
    Migrate,
    /// Check settings, shops, database and connections, and say what to do
    #[command(after_help = "Example:
  miseban --config miseban.toml doctor")]
    Doctor,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the demo's files in this directory
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `notify`.
#[derive(Debug, Clone, Copy, Args)]
pub struct NotifyArgs {
    /// Send one message to each channel
    #[arg(long)]
    pub test: bool,
}

/// `board`.
#[derive(Debug, Clone, Copy, Args)]
pub struct BoardArgs {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        MisebanCli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        let root = MisebanCli::command();
        let mut commands: Vec<_> = root.get_subcommands().collect();
        while let Some(command) = commands.pop() {
            let nested: Vec<_> = command.get_subcommands().collect();
            let example = command.get_after_help().map(ToString::to_string);
            assert!(
                !nested.is_empty() || example.is_some_and(|text| text.contains("miseban ")),
                "{} has no example",
                command.get_name()
            );
            commands.extend(nested);
        }
    }

    #[test]
    fn a_resumed_run_takes_its_own_settings() {
        let parsed =
            MisebanCli::try_parse_from(["miseban", "run", "stale", "--resume", "--dry-run"]);

        assert_eq!(parsed.unwrap_err().exit_code(), 2);
    }
}
