//! The commands that do something as a run, or decide on one: their flags.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use shared::domain::account::AccountId;
use shared::domain::run::RunKind;
use std::path::PathBuf;

/// `run`.
#[derive(Debug, Args)]
pub struct StartRunArgs {
    /// What the run is about
    #[arg(value_name = "KIND", value_parser = run_kind())]
    pub kind: RunKind,
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub account: Option<AccountId>,
    /// At most this many ASINs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_items: Option<u32>,
    /// Ask Amazon, but change nothing in the shops
    #[arg(long)]
    pub dry_run: bool,
    /// Go on with the open run of this kind instead of being refused
    #[arg(long, conflicts_with_all = ["account", "max_items", "dry_run"])]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

fn run_kind() -> impl TypedValueParser<Value = RunKind> {
    let words = RunKind::OF_ASINS.map(RunKind::as_str);
    PossibleValuesParser::new(words)
        .map(|word| RunKind::from_word(&word).expect("only words of kinds are possible"))
}

/// `register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The file; `-` reads from stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The shop that will sell them
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub account: AccountId,
    /// Ask Amazon, but write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub account: Option<AccountId>,
    /// Go on with the open reconciliation instead of being refused
    #[arg(long, conflicts_with = "account")]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `release` and `cancel`.
#[derive(Debug, Args)]
pub struct RunIdArg {
    /// Id of the run, as the report and `status` show it
    #[arg(value_name = "RUN")]
    pub run: String,
}
