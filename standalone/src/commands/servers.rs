//! The lines of `doctor` about the servers that processes share, and about the clock.

use super::doctor::{CheckList, message_of};
use crate::output::CommandOutput;
use adapters::redis::RedisLink;
use adapters::store::SqlStore;
use app::redis_state;
use app::server_clocks;
use app::sources::Sources;
use std::sync::Arc;
use ui::command_error::{CommandError, Exit};
use ui::message::{Text, text};

/// Reports the state of Redis, if there is one, and how far the clock of this machine is off.
///
/// # Errors
///
/// When stdout is closed.
pub async fn check(
    store: Option<&SqlStore>,
    redis: Result<Option<RedisLink>, CommandError>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut list = CheckList { out, failed: false };
    let part = text!("Redis", "Redis");
    let redis = match redis {
        Ok(redis) => redis,
        Err(failure) => {
            list.note(part.clone(), Err(message_of(failure)))?;
            None
        }
    };
    if let Some(redis) = &redis {
        list.note(part, state_of(redis).await)?;
    }
    if let Some(store) = store {
        let store = Arc::new(store.clone());
        let clock = clock(&Sources { store, redis }).await;
        list.note(text!("時計", "clock"), clock)?;
    }
    let good = !list.failed;
    Ok(if good { Exit::Done } else { Exit::Failed })
}

async fn state_of(redis: &RedisLink) -> Result<Text, Text> {
    let state = redis.state().await.map_err(|fault| {
        let why = fault.message();
        text!("状態が分かりません({why})", "its state is unknown ({why})")
    })?;
    let mut parts = vec![redis_state::summary(&state)];
    let complaints = redis_state::complaints(&state);
    let distance = redis_state::distance(redis);
    let good = complaints.is_empty() && distance.is_ok();
    parts.extend(complaints);
    parts.extend(distance.unwrap_or_else(Some));
    parts.extend(redis_state::not_kept(&state));
    let message = Text::lines(&parts);
    if good { Ok(message) } else { Err(message) }
}

async fn clock(sources: &Sources) -> Result<Text, Text> {
    let failed = |error| message_of(CommandError::from(error));
    let offsets = server_clocks::measure(sources).await.map_err(failed)?;
    let stored = server_clocks::stored_future(sources)
        .await
        .map_err(failed)?;
    let wrong = offsets.iter().filter(|offset| offset.is_reported());
    let mut wrong: Vec<Text> = wrong.map(server_clocks::ClockOffset::message).collect();
    wrong.extend(stored.map(server_clocks::future_message));
    if !wrong.is_empty() {
        return Err(Text::lines(&wrong));
    }
    let servers: Vec<&str> = offsets.iter().map(|offset| offset.server).collect();
    if servers.is_empty() {
        return Ok(text!(
            "このパソコンの時計を使います",
            "that of this machine is used"
        ));
    }
    let servers = servers.join(", ");
    Ok(text!(
        "合っています({servers} と比べました)",
        "right (compared with {servers})"
    ))
}
