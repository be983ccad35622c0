//! Retries what is not in the dead list any more: it keeps the newest messages only, and the rows all.

use adapters::queue::RedisQueue;
use adapters::store::SqlStore;
use shared::domain::listing::ListingId;
use shared::ports::messages::for_update;
use shared::ports::queue::{Message, Queue as _};
use shared::ports::store::ProductListStore as _;
use std::collections::HashSet;
use ui::command_error::CommandError;

/// Updates that are sent again at once.
const WINDOW: u32 = 500;

/// Sends the messages of failed updates that are not among the `dead` ones; returns how many. None
/// without the database.
pub async fn failed_updates(
    rows: Option<&SqlStore>,
    queue: &RedisQueue,
    dead: &[String],
) -> Result<u64, CommandError> {
    let Some(rows) = rows else {
        return Ok(0);
    };
    let is_dead: HashSet<ListingId> = dead.iter().filter_map(|id| listing_of(id)).collect();
    let (mut sent, mut after) = (0, ListingId(0));
    loop {
        let failed = rows.failed_updates(after, WINDOW).await?;
        let Some((last, ..)) = failed.last() else {
            return Ok(sent);
        };
        after = *last;
        let cut = failed.iter().filter(|(id, ..)| !is_dead.contains(id));
        let messages = cut.map(|(id, version, urgency)| for_update(*id, *version, *urgency));
        let messages: Vec<Message> = messages.collect();
        sent += queue.push(&messages).await?;
    }
}

/// The listing that a message with this id updates.
fn listing_of(id: &str) -> Option<ListingId> {
    let (listing, _) = id.strip_prefix("update:")?.split_once(':')?;
    listing.parse().ok().map(ListingId)
}
