//! The command line of the program `producer`.

use app::command_line::{MOST_ITEMS, account, number};
use app::log::LogFormat;
use app::program;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use shared::domain::account::AccountId;
use shared::domain::run::RunKind;
use std::path::PathBuf;
use ui::message::Lang;

/// The texts of the help in Japanese.
pub const JAPANESE: &str = include_str!("japanese.toml");

/// Starts runs for the workers
#[derive(Debug, Parser)]
#[command(
    name = "producer",
    version,
    after_help = "Examples:
  producer run price-stock --account main     start one run; the workers process it
  producer serve                              keep the schedule until a signal stops it

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 129/130/143 stopped by a signal."
)]
pub struct ProducerCli {
    /// Settings file (TOML); environment variables override it
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Language of messages
    #[arg(long, global = true, value_parser = program::lang_parser())]
    pub lang: Option<Lang>,
    /// The command
    #[command(subcommand)]
    pub command: ProducerCommand,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum ProducerCommand {
    /// Start one run
    Run(StartArgs),
    /// Keep the schedule: one producer leads, others stand by
    Serve,
}

/// A registration needs a file: `miseban register`.
fn kind() -> impl TypedValueParser<Value = RunKind> {
    let kinds = RunKind::ALL.into_iter();
    let words = kinds.filter(|kind| *kind != RunKind::Register);
    PossibleValuesParser::new(words.map(RunKind::as_str))
        .map(|word| RunKind::from_word(&word).expect("clap accepts only words of kinds"))
}

/// `run`.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// price-stock, stale, visibility, basic-info or reconcile
    #[arg(value_parser = kind())]
    pub kind: RunKind,
    /// Only this shop
    #[arg(long, value_parser = account)]
    pub account: Option<AccountId>,
    /// At most this many ASINs
    #[arg(long, value_parser = number(1..=MOST_ITEMS))]
    pub max_items: Option<usize>,
}
