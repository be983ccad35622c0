//! The subcommands and arguments of `accounts`.

use super::output::OutputArgs;
use app::command_line::{account, number};
use clap::{Args, Subcommand};
use shared::domain::account::AccountId;

/// `accounts`.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// List the shops of the accounts file: tokens, quota, listings (no requests are sent)
    #[command(after_help = "Example:
  miseban accounts ls --json")]
    Ls(OutputArgs),
    /// Check the connection to BASE, with one request per active shop
    #[command(after_help = "Examples:
  miseban accounts check
  miseban accounts check main --json")]
    Check(CheckArgs),
    /// Refresh the tokens of a shop now
    #[command(
        long_about = "Refresh the tokens of a shop now

A refresh token of BASE is valid for 30 days and is replaced with each use. Use this command to keep the
tokens of an unused or inactive shop valid. It can be run while serve or workers are running.",
        after_help = "Example:
  miseban accounts refresh main"
    )]
    Refresh(RefreshArgs),
    /// Authorise a shop at BASE, in a browser
    #[command(
        long_about = "Authorise a shop at BASE, in a browser

Prints an address to open in a browser. If redirect_uri in the accounts file is http://127.0.0.1:PORT/...,
the response is received on that port. Otherwise, and in a container, paste the address the browser ends
at, or the code in it. The tokens are stored before the command reports success; running programs use them automatically.",
        after_help = "Example:
  miseban accounts authorize main"
    )]
    Authorize(AuthorizeArgs),
}

impl AccountsCommand {
    /// Whether the result is printed as JSON.
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
    #[arg(value_name = "ID", value_parser = account)]
    pub id: Option<AccountId>,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `accounts refresh`.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The shop
    #[arg(value_name = "ID", value_parser = account)]
    pub id: AccountId,
}

/// `accounts authorize`.
#[derive(Debug, Args)]
pub struct AuthorizeArgs {
    /// The shop
    #[arg(value_name = "ID", value_parser = account)]
    pub id: AccountId,
    /// Seconds to wait for the browser
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = number(1_u64..=3600))]
    pub within: u64,
}
