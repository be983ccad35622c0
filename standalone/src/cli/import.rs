//! `import`: its commands and flags.

use super::output::OutputArgs;
use clap::{Args, Subcommand};
use shared::domain::account::AccountId;
use std::path::PathBuf;

/// `import`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Take in listings from a CSV file
    #[command(
        long_about = "Take in listings from a CSV file in UTF-8

Columns, in any order, named in the first line:
account_id,asin,item_id,sku,selling_price,visibility (public or hidden).
Wrong rows are named by line and left out; the right ones go in together.",
        after_help = "Examples:
  miseban import listings listings.csv
  cat listings.csv | miseban import listings - --json"
    )]
    Listings(ImportArgs),
    /// Take in listings from the shops themselves, by the ASIN in the SKU
    #[command(
        long_about = "Take in listings from the shops themselves, by the ASIN in the SKU

Reads every item of the shops, 100 a call. An item goes in when its SKU is an ASIN or holds one
(B0 and eight letters or digits, or an ISBN-10); what is left out is named with the reason.
Listings that are known stay as they are.",
        after_help = "Examples:
  miseban import shop --dry-run            what would go in, and what not
  miseban import shop --account main"
    )]
    Shop(ImportShopArgs),
    /// Take over the listings of the predecessor's database
    #[command(
        long_about = "Take over the listings of the predecessor's database (its SQLite file)

Without --apply it only tells what it would do. Each row stays out or goes in for a reason that is
counted and shown. The file is only read. Prices and stocks are not taken over: the first run asks.",
        after_help = "Examples:
  miseban import ecauto products.db             what would go in, and every trap in the file
  miseban import ecauto products.db --apply     take it over"
    )]
    Ecauto(EcautoArgs),
}

/// `import shop`.
#[derive(Debug, Args)]
pub struct ImportShopArgs {
    /// Only this shop
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub account: Option<AccountId>,
    /// Read the shops, but take nothing in
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `import ecauto`.
#[derive(Debug, Args)]
pub struct EcautoArgs {
    /// The predecessor's database file; it is only read
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take the listings over; without it, only tell
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
