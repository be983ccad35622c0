//! What a person chose of the messages that were given up.

use super::view::ChangedMessages;
use crate::cli::DeadMessageArgs;
use shared::jobs::QueueName;
use ui::command_error::CommandError;
use ui::message::text;

/// See the head of this file; without a queue all of them are meant.
pub enum DeadSelection {
    /// Everything.
    All(Option<QueueName>),
    /// One id.
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
                "どれですか。メッセージのIDを続けるか、すべてなら --all を付けてください",
                "which ones? Add the id of a message, or --all for everything"
            ))),
            (false, [word]) if QueueName::from_word(word).is_some() => {
                Err(CommandError::Usage(text!(
                    "キュー {word} のどれですか。メッセージのIDを続けるか、すべてなら --all を付けてください",
                    "which of the queue {word}? Add the id of a message, or --all for everything"
                )))
            }
            (false, [id]) => Ok(Self::One(None, (*id).to_owned())),
            (false, [queue, id]) => Ok(Self::One(Some(known(queue)?), (*id).to_owned())),
            _ => Err(CommandError::Usage(text!(
                "--all とメッセージのIDは一緒に使えません。どちらか1つにしてください",
                "--all and the id of a message exclude each other: keep one"
            ))),
        }
    }

    /// Where to look.
    pub fn queues(&self) -> Vec<QueueName> {
        let (Self::All(queue) | Self::One(queue, _)) = self;
        queue.map_or_else(|| QueueName::ALL.to_vec(), |queue| vec![queue])
    }

    /// What was changed, or that there is none of the id that was asked for.
    pub fn checked(&self, changed: ChangedMessages) -> Result<ChangedMessages, CommandError> {
        match self {
            Self::One(_, id) if changed.messages == 0 => Err(CommandError::Usage(text!(
                "あきらめたものの中に {id} はありません。miseban queues show {id} で、どこにあるか分かります",
                "{id} is not among what was given up; miseban queues show {id} tells where it is"
            ))),
            _ => Ok(changed),
        }
    }
}

fn known(word: &str) -> Result<QueueName, CommandError> {
    QueueName::from_word(word).ok_or_else(|| {
        CommandError::Usage(text!(
            "{word} というキューはありません。sync か update を指定してください",
            "there is no queue {word}: name sync or update"
        ))
    })
}
