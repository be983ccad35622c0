//! The schedule: when the next run starts, and what to do when one is overdue.

use chrono::{DateTime, Utc};
use producer::ScheduleState;
use serde::Serialize;
use ui::layout::{table, when};
use ui::message::{Lang, text};

/// The schedule.
#[derive(Debug, Serialize)]
pub struct ScheduleView {
    /// When the next regular run starts, possibly in the past; `None` before the first one.
    pub next_run_at: Option<DateTime<Utc>>,
    /// Since when no run was made, if one is overdue.
    pub overdue_since: Option<DateTime<Utc>>,
}

impl ScheduleView {
    pub fn of(state: &ScheduleState) -> Self {
        Self {
            next_run_at: state.next_at,
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

/// What to do about a run that is overdue; nothing if none is.
pub(super) fn overdue(view: &ScheduleView, lang: Lang) -> String {
    let Some(since) = view.overdue_since.map(when) else {
        return String::new();
    };
    let text = text!(
        "
実行が遅れています: {since} から行われていません。miseban serve(複数のプロセスなら producer serve と worker)が動いているか確かめてください
",
        "
A run is overdue: none since {since}. Check that miseban serve (with many processes, producer serve and worker) is running
"
    );
    text.of(lang).to_owned()
}
