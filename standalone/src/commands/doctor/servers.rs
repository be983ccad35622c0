//! The lines of `doctor` about the servers that processes share, and about the clock.

use super::check_list::{CheckList, message_of};
use super::checked::Checked;
use crate::lock::needs_redis;
use adapters::redis::RedisLink;
use adapters::store::DatabaseLocation;
use app::redis_state;
use app::server_clocks;
use app::sources::Sources;
use std::sync::Arc;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Reports the state of Redis if the settings have one, and its absence where nothing works without it.
pub(super) async fn redis(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let part = text!("Redis", "Redis");
    match checked.redis {
        Ok(None) => match checked.settings.database_url.location() {
            Ok(DatabaseLocation::Server) => list.note(part, Err(needs_redis())),
            Ok(_) | Err(_) => Ok(()),
        },
        Ok(Some(redis)) => {
            let (state, hints) = state_of(redis).await;
            list.note(part.clone(), state)?;
            hints
                .into_iter()
                .try_for_each(|hint| list.hint(part.clone(), hint))
        }
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

/// Whether work is safe there, and what works and should be better.
async fn state_of(redis: &RedisLink) -> (Result<Text, Text>, Vec<Text>) {
    let state = match redis.state().await {
        Ok(state) => state,
        Err(fault) => {
            let unknown = text!(
                "状態が分かりません({why})",
                "its state is unknown ({why})",
                why = cause(&fault.message()),
            );
            return (Err(unknown), Vec::new());
        }
    };
    let mut complaints = redis_state::complaints(&state);
    let far = redis_state::distance(redis).unwrap_or_else(|too_far| {
        complaints.push(too_far);
        None
    });
    let hints = far.into_iter().chain(redis_state::not_kept(&state));
    let summary = redis_state::summary(&state);
    let found = if complaints.is_empty() {
        Ok(summary)
    } else {
        complaints.insert(0, summary);
        Err(Text::lines(&complaints))
    };
    (found, hints.collect())
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
