//! The head of a report: the run, its state, its times.

use crate::causes::cause;
use crate::labels;
use crate::layout::{amount, clean, span, table, when};
use crate::message::{Lang, text};
use shared::domain::report::Report;
use shared::domain::run::RunState;

/// The section.
pub fn render(report: &Report, lang: Lang) -> String {
    let kind = labels::kind(report.kind, lang);
    let state = state(report, lang);
    let title = lang.pick("店番の報告", "Report of a run");
    let mut text = format!("{title}: {kind} ({}) - {state}\n", report.kind.as_str());
    let now = lang.pick("まだ終わっていません", "not ended yet");
    let ended = report.ended_at.map_or_else(|| now.to_owned(), when);
    let row = |label: &str, value: String| vec![label.to_owned(), value];
    let mut rows = vec![
        row("ID", report.run_id.to_string()),
        row(lang.pick("開始", "start"), when(report.started_at)),
        row(lang.pick("終了", "end"), ended),
        row(lang.pick("時間", "time"), span(report.seconds, lang)),
    ];
    if report.dry_run {
        let note = lang.pick(
            "はい(ショップには何も送っていません)",
            "yes (nothing was sent to the shops)",
        );
        rows.push(row(lang.pick("お試し実行", "dry run"), note.to_owned()));
    }
    if let Some(error) = &report.error {
        rows.push(row(
            lang.pick("エラー", "error"),
            clean(cause(error).of(lang)),
        ));
    }
    text.push_str(&table(&rows, &[]));
    text
}

/// The state; of a run that is incomplete, what it lacks most.
fn state(report: &Report, lang: Lang) -> String {
    let (failed, parked) = (report.updates.failed, report.updates.parked);
    let lacks = match report.state {
        RunState::Incomplete if report.mostly_failed() => text!(
            "終わったが、確認できないASINが多い",
            "ended, but most ASINs got no answer"
        ),
        RunState::Incomplete if report.had_nothing_to_do() => text!(
            "終わったが、対象の商品がない",
            "ended, but there was nothing to work on"
        ),
        RunState::Incomplete if failed > 0 => text!(
            "終わったが、{updates}件の更新に失敗",
            "ended, but {updates} failed",
            updates = amount(failed, "update", "updates"),
        ),
        RunState::Incomplete if parked > 0 => text!(
            "終わったが、{updates}件の更新がBASEの受け付け待ち",
            "ended, but {updates} for BASE",
            updates = amount(parked, "update waits", "updates wait"),
        ),
        state => return labels::state(state, lang).to_owned(),
    };
    let word = labels::state(report.state, lang);
    format!("{word}{}{}", lang.pick("、", ": "), lacks.of(lang))
}
