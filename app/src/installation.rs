//! Two installations need two prefixes in Redis: a program of another database would take the
//! messages of this one, find no row for them, and settle them.
//!
//! The prefix belongs to the database that took it first. It is looked at as a program starts, and
//! while it works: after a `FLUSHALL` the next look takes it again.

use crate::sources::Sources;
use adapters::redis::{RedisFault, RedisLink};
use std::time::Duration;
use ui::command_error::CommandError;
use ui::message::text;

/// From one look to the next, while a program works.
const EVERY: Duration = Duration::from_secs(5);

/// Takes the prefix for `installation`; why this program must not use it, if another one has it.
///
/// # Errors
///
/// When Redis does not answer.
pub(crate) async fn stranger(
    redis: &RedisLink,
    installation: &str,
) -> Result<Option<CommandError>, RedisFault> {
    let owner = redis.take_prefix(installation).await?;
    Ok((owner != installation).then(|| refusal(redis, &owner, installation)))
}

fn refusal(redis: &RedisLink, owner: &str, own: &str) -> CommandError {
    let (address, prefix) = (redis.address(), redis.prefix());
    CommandError::Usage(text!(
        "Redis({address})の {prefix} は、別のデータベースが使っています(使用中のID {owner}、このデータベースのID {own})。このままでは互いの仕事を取り合います。REDIS_PREFIX に別の名前を設定してください。データベースを作り直した場合は、元のデータベースで動いているプログラムをすべて止めてから、このRedisで redis-cli DEL {prefix}:installation を実行してください",
        "{prefix} in Redis at {address} belongs to another database (installation {owner}, this one is {own}), and each would take the other's work: set REDIS_PREFIX to another name. If you have created the database anew, stop all programs that still use the old one, and run redis-cli DEL {prefix}:installation in that Redis"
    ))
}

/// Looks at the prefix while a program works; drop the future to stop.
///
/// Ends when another database has the prefix: the process has to end.
pub async fn keep(sources: &Sources) -> CommandError {
    let Some(redis) = &sources.redis else {
        return std::future::pending().await;
    };
    let mut own = None;
    loop {
        tokio::time::sleep(EVERY).await;
        // Servers that do not answer are reported by others.
        if own.is_none() {
            own = sources.store.installation().await.ok();
        }
        let Some(own) = &own else { continue };
        if let Ok(Some(refusal)) = stranger(redis, own).await {
            return refusal;
        }
    }
}
