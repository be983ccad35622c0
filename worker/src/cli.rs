//! The command line of the program `worker`.

use app::command_line::number;
use app::log::LogFormat;
use app::program;
use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use shared::jobs::QueueName;
use std::path::PathBuf;
use ui::message::Lang;

/// The texts of the help in Japanese.
pub const JAPANESE: &str = include_str!("japanese.toml");

/// Runs jobs from the shared queue until it is stopped
#[derive(Debug, Parser)]
#[command(
    name = "worker",
    version,
    after_help = "Examples:
  worker                                run jobs of all queues
  worker --queues update --concurrency 32
  worker --check                        say what is wrong before the first start

SIGTERM, SIGHUP and Ctrl+C: claims no more jobs, waits for running ones (STOP_WITHIN_SECONDS), puts the rest back;
a second signal ends at once. Exit codes: 0 done, 1 failed, 2 wrong use or settings, 129/130/143 stopped by a signal."
)]
pub struct WorkerCli {
    /// Settings file (TOML); environment variables take precedence
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Language of messages
    #[arg(long, value_parser = program::lang_parser())]
    pub lang: Option<Lang>,
    /// Queues to take jobs from: sync (prices and stock from Amazon), update (edits of shops), info (texts and images)
    #[arg(long, value_delimiter = ',', default_value = "sync,update,info", value_parser = queue())]
    pub queues: Vec<QueueName>,
    /// Jobs at a time for each queue but info, which runs one; default: the settings
    #[arg(long, value_parser = number(1_u32..=1000))]
    pub concurrency: Option<u32>,
    /// Only ask the program that runs with these settings whether it is ready (`HEALTH_LISTEN`)
    #[arg(long, conflicts_with_all = ["queues", "concurrency"])]
    pub healthcheck: bool,
    /// Only check what a worker needs to start: settings, shops, database, Redis; asks neither Amazon nor the shops
    #[arg(long, conflicts_with_all = ["queues", "concurrency", "healthcheck"])]
    pub check: bool,
}

fn queue() -> impl TypedValueParser<Value = QueueName> {
    PossibleValuesParser::new(QueueName::ALL.map(QueueName::as_str))
        .map(|word| QueueName::from_word(&word).expect("clap accepts only names of queues"))
}
