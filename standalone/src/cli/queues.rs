//! The subcommands and arguments of `queues`.

use super::output::OutputArgs;
use app::command_line::number;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use shared::jobs::QueueName;
use shared::ports::queue::{MessagePage, MessageState};

/// `queues`.
#[derive(Debug, Subcommand)]
pub enum QueuesCommand {
    /// Show the counts of every queue
    #[command(after_help = "Example:
  miseban queues ls --json")]
    Ls(OutputArgs),
    /// Show the messages of a queue, or one message in detail
    #[command(after_help = "Examples:
  miseban queues show sync                     the first messages in each state
  miseban queues show sync --dead --limit 100  the newest 100 dead messages
  miseban queues show update:12829:3           one message, in any queue")]
    Show(ShowArgs),
    /// Put dead messages back into the queue
    #[command(after_help = "Examples:
  miseban queues retry sync --all
  miseban queues retry update:12829:3")]
    Retry(DeadMessageArgs),
    /// Delete dead messages
    #[command(after_help = "Examples:
  miseban queues drop sync --all
  miseban queues drop update:12829:3")]
    Drop(DeadMessageArgs),
    /// Stop workers from taking messages of a queue until it is resumed (running jobs finish)
    #[command(after_help = "Example:
  miseban queues pause update      no shop is changed until it is resumed")]
    Pause(OneQueue),
    /// Resume a paused queue
    #[command(after_help = "Example:
  miseban queues resume update")]
    Resume(OneQueue),
}

/// `queues show`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place"))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags, of which at most one is set"
)]
pub struct ShowArgs {
    /// A queue (sync, update or info), or the id of a message or a beginning of it that no other one has
    #[arg(value_name = "QUEUE|ID")]
    pub what: String,
    /// Only messages that can be taken now
    #[arg(long, group = "place")]
    pub ready: bool,
    /// Only messages that are scheduled for later
    #[arg(long, group = "place")]
    pub delayed: bool,
    /// Only messages that a worker is processing
    #[arg(long, group = "place")]
    pub leased: bool,
    /// Only dead messages, newest first
    #[arg(long, group = "place")]
    pub dead: bool,
    /// At most this many messages per state
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = number(1..=MessagePage::MOST))]
    pub limit: u64,
    #[command(flatten)]
    pub output: OutputArgs,
}

impl ShowArgs {
    /// The requested states; all without a flag.
    pub fn places(&self) -> Vec<MessageState> {
        let requested = |place: &MessageState| match place {
            MessageState::Ready => self.ready,
            MessageState::Delayed => self.delayed,
            MessageState::Claimed => self.leased,
            MessageState::Dead => self.dead,
        };
        let chosen: Vec<MessageState> = MessageState::ALL.into_iter().filter(requested).collect();
        if chosen.is_empty() {
            return MessageState::ALL.to_vec();
        }
        chosen
    }
}

/// `queues retry` and `queues drop`.
#[derive(Debug, Args)]
pub struct DeadMessageArgs {
    /// A queue, the id of a message (a unique beginning is enough), or both; with --all a queue or nothing
    #[arg(value_name = "QUEUE|ID", num_args = 0..=2)]
    pub words: Vec<String>,
    /// All dead messages
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
        .map(|word| QueueName::from_word(&word).expect("clap accepts only names of queues"))
}

impl QueuesCommand {
    /// Output format of the result.
    pub fn output(&self) -> OutputArgs {
        match self {
            Self::Ls(output) => *output,
            Self::Show(args) => args.output,
            Self::Retry(args) | Self::Drop(args) => args.output,
            Self::Pause(args) | Self::Resume(args) => args.output,
        }
    }
}
