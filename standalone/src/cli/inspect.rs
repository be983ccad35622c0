//! The arguments of the commands that only show something.

use super::output::OutputArgs;
use super::since::Since;
use app::command_line::{account, number};
use clap::Args;
use shared::domain::account::AccountId;

/// `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Id of the run, or a beginning of it that no other run has; the newest one if omitted
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `changes`.
#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Start: 30m, 24h, 7d, or a date or time such as 2026-11-21 or 2026-11-21T09:00:00+09:00
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = Since::parse)]
    pub since: Since,
    /// Only this product
    #[arg(long, value_name = "ASIN")]
    pub asin: Option<String>,
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// Show at most this many changes, newest first
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = number(1_u32..=100_000))]
    pub limit: u32,
    /// Print one JSON object
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV, for a spreadsheet
    #[arg(long)]
    pub csv: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Product id of Amazon: ten letters or digits
    #[arg(value_name = "ASIN")]
    pub asin: String,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Start a `stale` run for missing and outdated entries
    #[arg(long, conflicts_with = "json")]
    pub fill: bool,
    #[command(flatten)]
    pub output: OutputArgs,
}
