//! The dead messages that a command is about.

use super::view::ChangedMessages;
use crate::cli::DeadMessageArgs;
use shared::jobs::QueueName;
use ui::command_error::CommandError;
use ui::message::text;
use ui::programs;

/// Which dead messages; `None` means all queues.
pub enum DeadSelection {
    /// All of them.
    All(Option<QueueName>),
    /// The one with this id.
    One(Option<QueueName>, String),
}

impl DeadSelection {
    /// Reads `[QUEUE] ID` or `[QUEUE] --all`.
    pub fn of(args: &DeadMessageArgs) -> Result<Self, CommandError> {
        let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
        match (args.all, &words[..]) {
            (true, []) => Ok(Self::All(None)),
            (true, [queue]) => Ok(Self::All(Some(known(queue)?))),
            (false, []) => Err(CommandError::Usage(text!(
                "メッセージのIDを指定するか、すべてなら --all を付けてください",
                "name a message id, or add --all for all dead messages"
            ))),
            (false, [word]) if QueueName::from_word(word).is_some() => {
                Err(CommandError::Usage(text!(
                    "キュー {word} のメッセージのIDを指定するか、すべてなら --all を付けてください",
                    "name a message id of the queue {word}, or add --all for all its dead messages"
                )))
            }
            (false, [id]) => Ok(Self::One(None, (*id).to_owned())),
            (false, [queue, id]) => Ok(Self::One(Some(known(queue)?), (*id).to_owned())),
            _ => Err(CommandError::Usage(text!(
                "--all とメッセージのIDは一緒に使えません。どちらか1つにしてください",
                "use either --all or a message id, not both"
            ))),
        }
    }

    /// The queues to search.
    pub fn queues(&self) -> Vec<QueueName> {
        let (Self::All(queue) | Self::One(queue, _)) = self;
        queue.map_or_else(|| QueueName::ALL.to_vec(), |queue| vec![queue])
    }

    /// `changed`, or an error if no message has the requested id.
    pub fn checked(&self, changed: ChangedMessages) -> Result<ChangedMessages, CommandError> {
        match self {
            Self::One(_, id) if changed.messages == 0 => Err(CommandError::Usage(text!(
                "失敗したものの中に {id} はありません。miseban queues show {id} で、どこにあるか分かります",
                "{id} is not a dead message; miseban queues show {id} shows its state"
            ))),
            _ => Ok(changed),
        }
    }
}

fn known(word: &str) -> Result<QueueName, CommandError> {
    QueueName::from_word(word).ok_or_else(|| {
        let names = programs::queue_names();
        let (ja, en) = (names.ja, names.en);
        CommandError::Usage(text!(
            "{word} というキューはありません。{ja} のどれかを指定してください",
            "there is no queue {word}: the queues are {en}"
        ))
    })
}
