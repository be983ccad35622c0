//! How far the clock of this machine is off, measured against the servers that the processes share.
//!
//! The instants that are stored keep the database's clock ([`adapters::clock::ServerClock`]), so a
//! wrong clock of a machine spoils none of them. It is a sign all the same that something is wrong
//! that nobody has seen: it is told at once, and a process whose clock is off by more than a minute
//! does not work. On one computer with a file there is no other clock; then only stored instants of
//! the future tell.

use crate::sources::Sources;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::store::{RunQueries as _, StoreError};
use std::time::Duration;
use ui::command_error::CommandError;
use ui::layout::{span, when};
use ui::message::{Lang, Text, text};

/// A clock that is off by more than this is reported.
pub const REPORTED: TimeDelta = TimeDelta::seconds(5);
/// From one measurement to the next.
const EVERY: Duration = Duration::from_secs(5);

/// How far the clock of this machine is ahead of that of a server; negative when it is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockOffset {
    /// `PostgreSQL` or `Redis`.
    pub server: &'static str,
    /// How far.
    pub ahead: TimeDelta,
}

impl ClockOffset {
    /// Whether a person should know.
    pub fn is_reported(&self) -> bool {
        self.ahead.abs() > REPORTED
    }

    /// Whether this process must not work.
    pub fn is_refused(&self) -> bool {
        self.ahead.abs() > MOST_OFF
    }

    /// How far it is off, and what to do about it.
    pub fn message(&self) -> Text {
        let (server, seconds) = (self.server, self.ahead.abs().as_seconds_f64().round());
        let [ja, en] = [Lang::Ja, Lang::En].map(|lang| span(seconds, lang));
        let (way_ja, way_en) = if self.ahead < TimeDelta::zero() {
            ("遅れて", "behind")
        } else {
            ("進んで", "ahead of")
        };
        text!(
            "このパソコンの時計が{server}の時計より{ja}{way_ja}います。両方の時計を合わせてください(Linux: timedatectl set-ntp true、Windows: w32tm /resync)",
            "the clock of this machine is {en} {way_en} that of {server}: set both right (Linux: timedatectl set-ntp true, Windows: w32tm /resync)"
        )
    }

    fn refusal(&self) -> CommandError {
        let Text { ja, en } = self.message();
        CommandError::Failed(text!(
            "{ja}。1分以上ずれているあいだは仕事をしません",
            "{en}; this process does not work while it is off by more than a minute"
        ))
    }
}

/// Sets the clock of the process by the database's, and measures how far the machine's is off from
/// each server.
///
/// # Errors
///
/// When the database does not answer. A Redis that does not answer is left out, since everything
/// else reports it.
pub async fn measure(sources: &Sources) -> Result<Vec<ClockOffset>, StoreError> {
    let database = sources.store.set_clock().await?;
    let redis = match &sources.redis {
        Some(redis) => redis.time().await.ok(),
        None => None,
    };
    let redis = redis.map(|answer| sources.store.machine_ahead_of(answer));
    let measured = [("PostgreSQL", database), ("Redis", redis)];
    let offset = |(server, ahead): (_, Option<_>)| {
        Some(ClockOffset {
            server,
            ahead: ahead?,
        })
    };
    Ok(measured.into_iter().filter_map(offset).collect())
}

/// The newest stored instant, if the clock by which instants are stored is more than a minute
/// behind it: it was wrong then, or is wrong now.
///
/// # Errors
///
/// When the database does not answer.
pub async fn stored_future(sources: &Sources) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = sources.store.runs(false, 1).await?;
    let latest = sources.store.clock().now() + MOST_OFF;
    let started = newest.first().map(|run| run.started_at);
    Ok(started.filter(|started| *started > latest))
}

/// What a stored future means.
pub fn future_message(stored: DateTime<Utc>) -> Text {
    let when = when(stored);
    text!(
        "{when} に始まった実行の記録がありますが、時計はまだそこまで進んでいません。時計がそのとき間違っていたか、いま間違っています。合わせてください。未来の記録には従いません",
        "there is a run that started at {when}, which the clock has not reached: it was wrong then, or is wrong now; set it right. What is stored from the future is not obeyed"
    )
}

/// Logs what is off as a process begins to work.
///
/// # Errors
///
/// When a clock is off by more than a minute, or the database does not answer.
pub async fn check(sources: &Sources) -> Result<(), CommandError> {
    for offset in measure(sources).await? {
        if offset.is_refused() {
            return Err(offset.refusal());
        }
        if offset.is_reported() {
            tracing::warn!(server = offset.server, "{}", offset.message());
        }
    }
    if let Some(stored) = stored_future(sources).await? {
        tracing::warn!("{}", future_message(stored));
    }
    Ok(())
}

/// Keeps the clock of the process right while it works; drop the future to stop.
///
/// Ends when the clock of the machine is off by more than a minute: the process has to end.
pub async fn keep(sources: &Sources) -> CommandError {
    let mut reported = false;
    loop {
        tokio::time::sleep(EVERY).await;
        // The clock goes on by itself while the database is unavailable, which others report.
        let Ok(offsets) = measure(sources).await else {
            continue;
        };
        if let Some(offset) = offsets.iter().find(|offset| offset.is_refused()) {
            return offset.refusal();
        }
        let off = offsets.iter().find(|offset| offset.is_reported());
        if let Some(offset) = off.filter(|_| !reported) {
            tracing::warn!(server = offset.server, "{}", offset.message());
        }
        reported = off.is_some();
    }
}
