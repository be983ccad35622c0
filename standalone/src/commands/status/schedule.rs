//! The schedule: when the next run starts, and what to do when one is overdue.

use chrono::{DateTime, Utc};
use producer::ScheduleState;
use serde::Serialize;
use shared::domain::run::{RunId, RunState};
use ui::layout::{table, when};
use ui::message::{Lang, Text, text};

/// The schedule.
#[derive(Debug, Serialize)]
pub struct ScheduleView {
    /// When the next regular run starts, possibly in the past; `None` before the first one.
    pub next_run_at: Option<DateTime<Utc>>,
    /// The open run for which the next one waits, although it is due.
    pub blocked_by: Option<BlockingRun>,
    /// Since when no run was made, if one is overdue.
    pub overdue_since: Option<DateTime<Utc>>,
}

/// An open run for which the next one waits.
#[derive(Debug, Serialize)]
pub struct BlockingRun {
    pub run_id: RunId,
    pub state: RunState,
}

impl ScheduleView {
    pub fn of(state: &ScheduleState) -> Self {
        Self {
            next_run_at: state.next_at,
            blocked_by: state.blocked_by.as_ref().map(|run| BlockingRun {
                run_id: run.id,
                state: run.state,
            }),
            overdue_since: state.overdue_since,
        }
    }
}

pub(super) fn render(view: &ScheduleView, lang: Lang) -> String {
    let none_yet = lang.pick("まだ実行していません", "no run yet");
    let next = view.next_run_at.map(when);
    let next = next.unwrap_or_else(|| none_yet.to_owned());
    let row = vec![lang.pick("次の実行", "next run").to_owned(), next];
    let title = lang.pick("予定", "Schedule");
    format!("{title}\n{}\n", table(&[row], &[]))
}

/// What to do about a run that is due and waits, or is overdue; nothing if none is.
pub(in crate::commands) fn late(view: &ScheduleView) -> Vec<Text> {
    let by = view.blocked_by.as_ref();
    let is_held = by.is_some_and(|by| by.state == RunState::Held);
    let since = view.overdue_since.filter(|_| !is_held).map(when);
    let overdue = since.map(|since| {
        text!(
            "実行が遅れています: {since} から行われていません。miseban serve(複数のプロセスなら producer serve と worker)が動いているか確かめてください",
            "A run is overdue: none since {since}. Check that miseban serve (with many processes, producer serve and worker) is running"
        )
    });
    overdue.into_iter().chain(by.map(blocked)).collect()
}

/// The run for which the next one waits, and what to do about it.
fn blocked(by: &BlockingRun) -> Text {
    let id = by.run_id;
    if by.state == RunState::Held {
        return text!(
            "次の実行は始まりません: 実行 {id} が確認を待っています。miseban release {id} で送信するか、miseban cancel {id} で取りやめてください",
            "The next run does not start: run {id} is held for your decision. Send its updates with miseban release {id}, or drop them with miseban cancel {id}"
        );
    }
    text!(
        "次の実行は、実行 {id} が終わってから始まります。進まなければ miseban run price-stock --resume で続け、やめるなら miseban cancel {id} を実行してください",
        "The next run starts when run {id} has ended. If that one makes no progress, miseban run price-stock --resume continues it, and miseban cancel {id} ends it"
    )
}
