//! The `--json` flag, shared by the commands that print a result.

use clap::Args;

/// Output format of a result.
#[derive(Debug, Clone, Copy, Args)]
pub struct OutputArgs {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
