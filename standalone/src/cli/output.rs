//! The flag that every command with a result has.

use clap::Args;

/// How a result is printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct OutputArgs {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
