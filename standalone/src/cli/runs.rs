//! The arguments of the commands that start, release or cancel a run.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use shared::domain::account::AccountId;
use shared::domain::run::RunKind;
use std::path::PathBuf;

/// `run`.
#[derive(Debug, Args)]
pub struct StartRunArgs {
    /// Kind of run
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
    /// Continue the open run of this kind
    #[arg(long, conflicts_with_all = ["account", "max_items", "dry_run"])]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

impl StartRunArgs {
    /// A new live run of all shops.
    pub fn new(kind: RunKind) -> Self {
        Self {
            kind,
            account: None,
            max_items: None,
            dry_run: false,
            resume: false,
            json: false,
        }
    }
}

fn run_kind() -> impl TypedValueParser<Value = RunKind> {
    let words = RunKind::OF_ASINS.map(RunKind::as_str);
    PossibleValuesParser::new(words)
        .map(|word| RunKind::from_word(&word).expect("clap accepts only words of kinds"))
}

/// `register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The file; `-` reads from stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The shop that will sell the products
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
    /// Continue the open reconciliation
    #[arg(long, conflicts_with = "account")]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `release` and `cancel`.
#[derive(Debug, Args)]
pub struct RunIdArg {
    /// Id of the run, as shown by `report` and `status`
    #[arg(value_name = "RUN")]
    pub run: String,
}
