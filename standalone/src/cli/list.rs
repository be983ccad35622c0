//! The arguments of `list`.

use super::output::OutputArgs;
use app::command_line::account;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use shared::domain::account::AccountId;
use shared::ports::store::ProductList;

/// `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to list: held for a person, failed updates, waiting updates, missing after a run, price-changes
    /// and stock-changes on Amazon in a run, invalid
    /// (unknown to Amazon), sold-out on Amazon, pending (not in the shop yet), deleted from the shop, unknown
    /// to Miseban, drifted (changed by hand), impossible values
    #[arg(value_name = "WHAT", value_parser = item_list())]
    pub list: ProductList,
    /// As this run found it, instead of now
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    #[command(flatten)]
    pub output: OutputArgs,
}

fn item_list() -> impl TypedValueParser<Value = ProductList> {
    PossibleValuesParser::new(ProductList::ALL.map(ProductList::as_str))
        .map(|word| ProductList::from_word(&word).expect("clap accepts only names of lists"))
}
