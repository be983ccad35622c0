//! The command line: global options, and all commands with an example for each. The files below
//! hold the arguments of related commands.

mod accounts;
mod import;
mod inspect;
mod list;
mod output;
mod queues;
mod runs;
mod since;

pub use accounts::{AccountsCommand, AuthorizeArgs, CheckArgs, RefreshArgs};
pub use import::{EcautoArgs, ImportArgs, ImportCommand, ImportShopArgs};
pub use inspect::{ChangesArgs, ExplainArgs, ReportArgs, ValidateArgs};
pub use list::ListArgs;
pub use output::OutputArgs;
pub use queues::{DeadMessageArgs, QueuesCommand, ShowArgs};
pub use runs::{ReconcileArgs, RegisterArgs, RunIdArg, StartRunArgs};
pub use since::Since;

use app::command_line::listen_address;
use app::log::LogFormat;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use ui::message::Lang;

/// Keeps prices and stock of BASE shops in line with Amazon.co.jp.
#[derive(Debug, Parser)]
#[command(
    name = "miseban",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  miseban demo                                try it: no account, no server, under a minute
  miseban import listings listings.csv        import your listings
  miseban run price-stock --dry-run           see what a run would do
  miseban serve                               keep the shops up to date, day and night

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 the workers go on and their
end could not be awaited, 129/130/143 stopped by a signal (finished work is kept)."
)]
pub struct MisebanCli {
    /// Settings file (TOML); environment variables override it
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Language of messages and reports
    #[arg(
        long,
        global = true,
        value_parser = app::program::lang_parser(),
        help = "Language of messages and reports; MISEBAN_LANG sets it permanently [default: ja]"
    )]
    pub lang: Option<Lang>,
    /// The command to run
    #[command(subcommand)]
    pub command: MisebanCommand,
}

/// The texts of the help in Japanese.
pub const JAPANESE: &str = include_str!("japanese.toml");

/// The commands.
#[derive(Debug, Subcommand)]
pub enum MisebanCommand {
    /// Show how Miseban works, on simulated shops (needs no account and no server)
    #[command(after_help = "Example:
  miseban demo --keep ./demo      keep the database and settings of the demo")]
    Demo(DemoArgs),
    /// Run once: ask Amazon, compute prices and stock, update the shops, print a report
    #[command(after_help = "Examples:
  miseban run price-stock --dry-run --max-items 100     ask Amazon, change nothing, list what would change
  miseban run price-stock                               every listing of every active shop
  miseban run stale --account main                      only outdated products of one shop
  miseban run price-stock --resume                      continue the run that was interrupted")]
    Run(StartRunArgs),
    /// Register new ASINs: ask Amazon about the products and save them as pending listings
    #[command(
        long_about = "Register new ASINs: ask Amazon about the products and save them as pending listings

FILE has one ASIN per line, or is a CSV file with a column asin; - reads from stdin. ASINs that the shop
already has and invalid lines are listed and skipped; the rest is registered. No item is created in BASE:
add the items to the shop yourself, then run miseban import listings.",
        after_help = "Examples:
  miseban register new.txt --account main --dry-run     check whether Amazon knows them
  miseban register new.csv --account main
  miseban register --resume                             continue the registration that was interrupted"
    )]
    Register(RegisterArgs),
    /// Keep the shops up to date: run on a schedule until stopped
    #[command(after_help = "Example:
  miseban --config miseban.toml serve")]
    Serve,
    /// Read all items of the shops and undo manual changes
    #[command(after_help = "Examples:
  miseban reconcile                    every active shop, 100 items per call
  miseban reconcile --account main     only one shop")]
    Reconcile(ReconcileArgs),
    /// Import the listings of the shops
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print the report of a run (the newest one by default)
    #[command(after_help = "Examples:
  miseban report
  miseban report 01939c1e-7c00-7000-8000-000000000001 --json")]
    Report(ReportArgs),
    /// List all products in one state: held, failed, unknown and others, in full
    #[command(after_help = "Examples:
  miseban list failed
  miseban list held --account main
  miseban list unknown --json | jq .count
  miseban list missing --run 01939c1e-7c00-7000-8000-000000000001")]
    List(ListArgs),
    /// Send the updates that a run holds back because they would hide many products at once
    #[command(after_help = "Example:
  miseban release 01939c1e-7c00-7000-8000-000000000001     you checked: they really are sold out")]
    Release(RunIdArg),
    /// End a run; its updates that were not sent are discarded, and the next run decides again
    #[command(after_help = "Examples:
  miseban cancel 01939c1e-7c00-7000-8000-000000000001      a held run, and Amazon still sells the products
  miseban cancel 01939c1e                                  a beginning of the id that no other run has")]
    Cancel(RunIdArg),
    /// Show the schedule, open and recent runs, shops and quotas; exit code 1 when a run is overdue
    #[command(after_help = "Example:
  miseban status --json")]
    Status(OutputArgs),
    /// Show recent changes in the shops (price, stock, visibility) and their reasons
    #[command(after_help = "Examples:
  miseban changes                              the last 24 hours
  miseban changes --since 7d --asin B00EXAMPLE
  miseban changes --since 2026-11-01 --account main --limit 100000 --csv > changes.csv")]
    Changes(ChangesArgs),
    /// Explain one ASIN: Amazon's answers, why an offer was chosen, what the shop shows
    #[command(after_help = "Example:
  miseban explain B00EXAMPLE")]
    Explain(ExplainArgs),
    /// Manage the shops: token status, connection check, authorisation at BASE
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Compare the cache with the database
    #[command(after_help = "Examples:
  miseban validate
  miseban validate --fill       then ask Amazon for missing and outdated entries")]
    Validate(ValidateArgs),
    /// Manage the queues in Redis: show messages, retry or drop dead ones, pause and resume
    #[command(subcommand)]
    Queues(QueuesCommand),
    /// Show the queues in Redis in a browser, until stopped
    #[command(
        long_about = "Show the queues in Redis in a browser, until stopped

The board is read-only; retry and drop dead messages with miseban queues. Without BOARD_PASSWORD it is
reachable from this computer only; with it, the browser asks for the password (any user name).",
        after_help = "Examples:
  miseban board                             http://127.0.0.1:8080
  miseban board --listen 0.0.0.0:8080       reachable from other computers; needs BOARD_PASSWORD"
    )]
    Board(BoardArgs),
    /// Show where notifications are sent and for which events; --test sends a test message
    #[command(after_help = "Examples:
  miseban notify             the channels and the events
  miseban notify --test      send a test message to each channel")]
    Notify(NotifyArgs),
    /// Save the database file, also while Miseban works
    #[command(after_help = "Example:
  miseban backup miseban-2026-11-27.db")]
    Backup(BackupArgs),
    /// Put a backup in the place of the database file, which is kept under another name
    #[command(after_help = "Example:
  miseban restore miseban-2026-11-27.db     stop miseban serve before")]
    Restore(BackupArgs),
    /// Upgrade the database to the newest schema
    #[command(after_help = "Example:
  miseban migrate")]
    Migrate,
    /// Check settings, shops, database and connections, and say how to fix problems
    #[command(after_help = "Example:
  miseban --config miseban.toml doctor")]
    Doctor,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the files of the demo in this directory
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `backup` and `restore`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `notify`.
#[derive(Debug, Clone, Copy, Args)]
pub struct NotifyArgs {
    /// Send a test message to each channel
    #[arg(long)]
    pub test: bool,
}

/// `board`.
#[derive(Debug, Clone, Copy, Args)]
pub struct BoardArgs {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    pub listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

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
