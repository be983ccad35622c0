//! The lines of `doctor` about the servers that processes share, and about the clock.

use super::check_list::{CheckList, message_of};
use super::checked::Checked;
use adapters::redis::RedisLink;
use app::redis_state;
use app::server_clocks;
use app::sources::Sources;
use std::sync::Arc;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Reports the state of Redis, if the settings have one.
pub(super) async fn redis(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let part = text!("Redis", "Redis");
    match checked.redis {
        Ok(None) => Ok(()),
        Ok(Some(redis)) => list.note(part, state_of(redis).await),
        Err(failure) => list.note(part, Err(message_of(failure))),
    }
}

/// Reports how far the clock of this machine is off.
pub(super) async fn clock(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let Ok((store, _)) = checked.database else {
        return Ok(());
    };
    let sources = Sources {
        store: Arc::new(store.clone()),
        redis: checked.redis.ok().flatten().cloned(),
    };
    let part = text!("時計", "clock");
    match difference(&sources).await {
        Ok(Some(right)) => list.note(part, Ok(right)),
        Ok(None) => list.hint(
            part,
            text!(
                "比べるサーバーがないため、確かめていません(このパソコンの時計を使います)",
                "not compared, since there is no server (that of this machine is used)"
            ),
        ),
        Err(wrong) => list.note(part, Err(wrong)),
    }
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

/// That the clock is right; `None` if there is no other one to compare it with.
async fn difference(sources: &Sources) -> Result<Option<Text>, Text> {
    let failed = |error| message_of(&CommandError::from(error));
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
        return Ok(None);
    }
    let servers = servers.join(", ");
    Ok(Some(text!(
        "合っています({servers} と比べました)",
        "right (compared with {servers})"
    )))
}
