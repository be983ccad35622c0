//! `queues`: its commands, flags and examples.

use super::output::OutputArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use shared::jobs::QueueName;
use shared::ports::queue::{Place, Slice};

/// `queues`.
#[derive(Debug, Subcommand)]
pub enum QueuesCommand {
    /// Show the figures of every queue
    #[command(after_help = "Example:
  miseban queues ls --json")]
    Ls(OutputArgs),
    /// Show the messages of a queue, or all about one message
    #[command(after_help = "Examples:
  miseban queues show sync                     the first of each place
  miseban queues show sync --dead --limit 100  the last hundred that were given up
  miseban queues show update:12829:3           one message, in whatever queue it is")]
    Show(ShowArgs),
    /// Line up again what was given up
    #[command(after_help = "Examples:
  miseban queues retry sync --all
  miseban queues retry update:12829:3")]
    Retry(DeadMessageArgs),
    /// Throw away what was given up
    #[command(after_help = "Examples:
  miseban queues drop sync --all
  miseban queues drop update:12829:3")]
    Drop(DeadMessageArgs),
    /// Let no worker take a message of a queue until it is resumed; running jobs end
    #[command(after_help = "Example:
  miseban queues pause update      no shop is touched any more")]
    Pause(OneQueue),
    /// End a pause
    #[command(after_help = "Example:
  miseban queues resume update")]
    Resume(OneQueue),
}

/// `queues show`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place"))]
#[expect(clippy::struct_excessive_bools, reason = "flags, of which one holds")]
pub struct ShowArgs {
    /// A queue (sync or update), or the id of a message
    #[arg(value_name = "QUEUE|ID")]
    pub what: String,
    /// Only what can be taken now
    #[arg(long, group = "place")]
    pub ready: bool,
    /// Only what waits for its time
    #[arg(long, group = "place")]
    pub delayed: bool,
    /// Only what workers have in hand
    #[arg(long, group = "place")]
    pub leased: bool,
    /// Only what was given up, the last one first
    #[arg(long, group = "place")]
    pub dead: bool,
    /// At most this many messages of each place
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=Slice::MOST))]
    pub limit: u64,
    #[command(flatten)]
    pub output: OutputArgs,
}

impl ShowArgs {
    /// The places that were asked for; all without a flag.
    pub fn places(&self) -> Vec<Place> {
        let asked = |place: &Place| match place {
            Place::Ready => self.ready,
            Place::Delayed => self.delayed,
            Place::Claimed => self.leased,
            Place::Dead => self.dead,
        };
        let chosen: Vec<Place> = Place::ALL.into_iter().filter(asked).collect();
        if chosen.is_empty() {
            return Place::ALL.to_vec();
        }
        chosen
    }
}

/// What `queues retry` and `queues drop` are about.
#[derive(Debug, Args)]
pub struct DeadMessageArgs {
    /// A queue, the id of a message, or both; with --all a queue or nothing
    #[arg(value_name = "QUEUE|ID", num_args = 0..=2)]
    pub words: Vec<String>,
    /// Everything that was given up
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `queues pause` and `queues resume`.
#[derive(Debug, Clone, Copy, Args)]
pub struct OneQueue {
    /// The queue
    #[arg(value_name = "QUEUE", value_parser = queue_name())]
    pub queue: QueueName,
    #[command(flatten)]
    pub output: OutputArgs,
}

fn queue_name() -> impl TypedValueParser<Value = QueueName> {
    let words = QueueName::ALL.map(QueueName::as_str);
    PossibleValuesParser::new(words)
        .map(|word| QueueName::from_word(&word).expect("only names of queues are possible"))
}

impl QueuesCommand {
    /// How the result is printed.
    pub fn output(&self) -> OutputArgs {
        match self {
            Self::Ls(output) => *output,
            Self::Show(args) => args.output,
            Self::Retry(args) | Self::Drop(args) => args.output,
            Self::Pause(args) | Self::Resume(args) => args.output,
        }
    }
}
