//! `accounts`: its commands and flags.

use super::output::OutputArgs;
use clap::{Args, Subcommand};
use shared::domain::account::AccountId;

/// `accounts`.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Show every shop of the accounts file: its tokens, quota and listings; asks nobody
    #[command(after_help = "Example:
  miseban accounts ls --json")]
    Ls(OutputArgs),
    /// Ask BASE once for each active shop whether it answers
    #[command(after_help = "Examples:
  miseban accounts check
  miseban accounts check main --json")]
    Check(CheckArgs),
    /// Renew the tokens of a shop now
    #[command(
        long_about = "Renew the tokens of a shop now

BASE's refresh token lives 30 days and changes with each use. This keeps a shop alive that is not
used, also an inactive one. It may be done beside a running serve or workers.",
        after_help = "Example:
  miseban accounts refresh main"
    )]
    Refresh(RefreshArgs),
    /// Authorise a shop at BASE, in a browser
    #[command(
        long_about = "Authorise a shop at BASE, in a browser

Prints the address to open. With a redirect_uri of http://127.0.0.1:PORT/... in the accounts file the
answer is caught on that port; with any other, paste the address that the browser ends at, or the code
in it. Both tokens are stored before it says so; running programs take them up by themselves.",
        after_help = "Example:
  miseban accounts authorize main"
    )]
    Authorize(AuthorizeArgs),
}

impl AccountsCommand {
    /// Whether one JSON object is wanted.
    pub fn json(&self) -> bool {
        match self {
            Self::Ls(output) => output.json,
            Self::Check(args) => args.output.json,
            Self::Refresh(_) | Self::Authorize(_) => false,
        }
    }
}

/// `accounts check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only this shop
    #[arg(value_name = "ID", value_parser = AccountId::parse)]
    pub id: Option<AccountId>,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `accounts refresh`.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The shop
    #[arg(value_name = "ID", value_parser = AccountId::parse)]
    pub id: AccountId,
}

/// `accounts authorize`.
#[derive(Debug, Args)]
pub struct AuthorizeArgs {
    /// The shop
    #[arg(value_name = "ID", value_parser = AccountId::parse)]
    pub id: AccountId,
    /// Seconds to wait for the browser
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub within: u64,
}
