//! Finds the message that a person names by a beginning of its id that no other one has.

use shared::jobs::QueueName;
use shared::ports::queue::{MessagePage, MessageState, QueueView};
use std::collections::BTreeSet;
use ui::command_error::CommandError;
use ui::message::text;

/// Ids that are named when several begin as given.
const NAMED: usize = 10;

/// The id that is `given`, or the only one in these queues and states that begins with it; `None` without any.
///
/// # Errors
///
/// [`CommandError::Usage`] with the candidates when several begin as given.
pub async fn id_like(
    given: &str,
    queue: &dyn QueueView,
    (names, states): (&[QueueName], &[MessageState]),
) -> Result<Option<String>, CommandError> {
    let mut like = BTreeSet::new();
    for name in names {
        for state in states {
            let mut page = MessagePage::first(MessagePage::MOST);
            loop {
                let messages = queue.list(*name, *state, page).await?;
                let is_last = (messages.len() as u64) < page.size();
                let ids = messages.into_iter().map(|message| message.id);
                like.extend(ids.filter(|id| id.starts_with(given)));
                if is_last {
                    break;
                }
                page.offset += page.size();
            }
        }
    }
    if like.len() > 1 && !like.contains(given) {
        return Err(ambiguous(given, &like));
    }
    Ok(like.into_iter().next())
}

fn ambiguous(given: &str, like: &BTreeSet<String>) -> CommandError {
    let shown: Vec<&str> = like.iter().take(NAMED).map(String::as_str).collect();
    let shown = shown.join("\n  ");
    let count = like.len();
    CommandError::Usage(text!(
        "{given} で始まるメッセージが{count}件あります。IDをもう少し長く指定してください:\n  {shown}",
        "several messages ({count}) begin with {given}: give more of the id:\n  {shown}"
    ))
}
