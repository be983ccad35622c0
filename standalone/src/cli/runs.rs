//! The arguments of the commands that start, release or cancel a run.

use app::command_line::{MOST_ITEMS, account, number};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use shared::domain::account::AccountId;
use shared::domain::run::RunKind;
use std::path::PathBuf;

/// `run`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags, each of which is independent or excluded by clap"
)]
pub struct StartRunArgs {
    /// Kind of run
    #[arg(value_name = "KIND", value_parser = run_kind())]
    pub kind: RunKind,
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// At most this many ASINs
    #[arg(long, value_name = "N", value_parser = number(1..=MOST_ITEMS))]
    pub max_items: Option<usize>,
    /// Ask Amazon, but change nothing in the shops
    #[arg(long)]
    pub dry_run: bool,
    /// Continue the open run of this kind; without one, nothing is started
    #[arg(long, conflicts_with_all = ["account", "max_items", "dry_run"])]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print what would change as CSV, for a spreadsheet
    #[arg(long, requires = "dry_run", conflicts_with = "json")]
    pub csv: bool,
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
            csv: false,
        }
    }
}

/// A registration is started by `register`, and only continued here, as it once was.
fn run_kind() -> impl TypedValueParser<Value = RunKind> {
    let word = |kind: RunKind| PossibleValue::new(kind.as_str()).hide(kind == RunKind::Register);
    PossibleValuesParser::new(RunKind::OF_ASINS.map(word))
        .map(|word| RunKind::from_word(&word).expect("clap accepts only words of kinds"))
}

/// `register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The file; `-` reads from stdin
    #[arg(value_name = "FILE", required_unless_present = "resume")]
    pub file: Option<PathBuf>,
    /// The shop that will sell the products
    #[arg(long, value_name = "ID", value_parser = account, required_unless_present = "resume")]
    pub account: Option<AccountId>,
    /// Ask Amazon, but write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Continue the registration that was interrupted; without one, nothing is started
    #[arg(long, conflicts_with_all = ["file", "account", "dry_run"])]
    pub resume: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl RegisterArgs {
    /// The command that continues the open registration.
    pub fn resumed(&self) -> StartRunArgs {
        StartRunArgs {
            resume: true,
            json: self.json,
            ..StartRunArgs::new(RunKind::Register)
        }
    }
}

/// `reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// Continue the open reconciliation; without one, nothing is started
    #[arg(long, conflicts_with = "account")]
    pub resume: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `release` and `cancel`.
#[derive(Debug, Args)]
pub struct RunIdArg {
    /// Id of the run, as shown by `report` and `status`, or a beginning of it that no other run has
    #[arg(value_name = "RUN")]
    pub run: String,
}
