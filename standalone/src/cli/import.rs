//! The subcommands and arguments of `import`.

use super::output::OutputArgs;
use app::command_line::account;
use clap::{Args, Subcommand};
use shared::domain::account::AccountId;
use std::path::PathBuf;

/// `import`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Import listings from a CSV file
    #[command(
        long_about = "Import listings from a CSV file (UTF-8)

The first line names the columns, in any order:
account_id,asin,item_id,sku,selling_price,visibility (public or hidden)
Invalid rows are listed by line number and skipped; all valid rows are imported together. A row that gives
a listed ASIN another item is held, since the former item would stay on sale and nobody would mind it.",
        after_help = "Examples:
  miseban import listings listings.csv
  cat listings.csv | miseban import listings - --json"
    )]
    Listings(ImportArgs),
    /// Import listings from the shops, by the ASIN in the SKU
    #[command(
        long_about = "Import listings from the shops, by the ASIN in the SKU

Reads all items of the shops, 100 per call. An item is imported if its SKU is or contains an ASIN
(B0 and eight capital letters or digits, or an ISBN-10). Skipped items are listed with the reason.
Listings that are already imported stay unchanged.",
        after_help = "Examples:
  miseban import shop --dry-run            show what would be imported and what would not
  miseban import shop --account main"
    )]
    Shop(ImportShopArgs),
    /// Import the listings of ecauto, the previous system
    #[command(
        long_about = "Import the listings of ecauto, the previous system (its SQLite file)

Without --apply it only shows what would happen. Skipped rows are counted and shown with the reason.
The file is never changed. Prices and stock are not imported: the first run asks Amazon.",
        after_help = "Examples:
  miseban import ecauto products.db             show what would be imported, and all problems
  miseban import ecauto products.db --apply     import it"
    )]
    Ecauto(EcautoArgs),
}

/// `import shop`.
#[derive(Debug, Args)]
pub struct ImportShopArgs {
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// Read the shops, but import nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `import ecauto`.
#[derive(Debug, Args)]
pub struct EcautoArgs {
    /// Database file of the previous system; it is only read
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Import the listings; without it, only show what would happen
    #[arg(long)]
    pub apply: bool,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `import listings`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; `-` reads from stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
}
