//! Runs, batches, misses and updates: what their rows may become (sections 2, 3, 4, 6 and 7).

use chrono::{SecondsFormat, TimeDelta};

use super::law::{
    BACKFILL_EARLY, BACKFILL_TWICE, BATCH_TWICE, CANCELLED_AGAIN, Findings, Law, MASS_HIDE,
    MISS_TWICE, OUTCOMES_OFF, PARKED_QUEUED_AGAIN, REPORT_OFF, RUN_REOPENED, STILL_HELD,
    TWO_RUNS_OPEN,
};
use super::rows::{NamedValues, RowChange, selected};
use super::rules::KeeperRules;
use crate::rows::WatchedRows;

/// What a run hides is judged until so long after its end.
pub const HIDES_COUNT_FOR: TimeDelta = TimeDelta::hours(6);

/// Whether a run in this state has not ended.
pub fn is_open(state: &str) -> bool {
    matches!(state, "running" | "backfilling" | "held")
}

/// Judges a change of a run's row, or of a row of a run.
pub fn changed(change: &RowChange, findings: &mut Findings) {
    let run = change.subject.split(':').next().unwrap_or_default();
    let mut broken = |law: Law, found: String| findings.broken_of_run(law, run, &found);
    let subject = &change.subject;
    let none = NamedValues::default();
    let was = change.was.as_ref().unwrap_or(&none);
    let (from, to) = (was.text("state"), change.now.text("state"));
    match change.what.as_str() {
        "run" => run_changed(change, was, &mut broken),
        // A failed run that is resumed opens its batches again.
        "batch" if to != "open" => {
            broken(
                BATCH_TWICE,
                format!("batch {subject} went from {from} to {to}"),
            );
        }
        "miss" if from == "fetched" => {
            broken(
                MISS_TWICE,
                format!("the miss {subject} went from {from} to {to}"),
            );
        }
        "update" if from == "cancelled" => {
            broken(CANCELLED_AGAIN, format!("the update {subject} is {to}"));
        }
        "update" if from == "parked" && to == "queued" => {
            let same = was.whole("version") == change.now.whole("version");
            if same {
                broken(
                    PARKED_QUEUED_AGAIN,
                    format!("the update {subject} was parked"),
                );
            }
        }
        _ => {}
    }
}

fn run_changed(change: &RowChange, was: &NamedValues, broken: &mut impl FnMut(Law, String)) {
    let now = &change.now;
    let (from, to) = (was.text("state"), now.text("state"));
    let kind = now.text("kind");
    if from == "running" && to == "backfilling" {
        let open = now.whole("open_batches").unwrap_or(0);
        if open > 0 {
            broken(
                BACKFILL_EARLY,
                format!("the {kind} run backfills, and {open} batches are open"),
            );
        }
    }
    if was.has("backfill_ended_at")
        && was.text("backfill_ended_at") != now.text("backfill_ended_at")
    {
        broken(
            BACKFILL_TWICE,
            format!("the backfill of the {kind} run ended twice"),
        );
    }
    // A person may resume a run that failed.
    let has_ended = matches!(from, "done" | "cancelled");
    if has_ended && from != to {
        broken(
            RUN_REOPENED,
            format!("the {kind} run went from {from} to {to}"),
        );
    }
    if is_open(to) && now.whole("open_of_kind").unwrap_or(0) > 1 {
        broken(TWO_RUNS_OPEN, format!("two {kind} runs are open"));
    }
}

/// Judges a run that is done: its outcomes and its report.
pub fn ended(rows: &WatchedRows, run: &str, findings: &mut Findings) {
    let statement = include_str!("sql/ended_run.sql").replace("{run}", run);
    let Some(row) = selected(rows, &statement).pop() else {
        return;
    };
    let number = |name: &str| row.whole(name).unwrap_or(0);
    let mut broken = |law: Law, found: String| findings.broken_of_run(law, run, &found);
    let (asins, outcomes) = (number("asins"), number("outcomes"));
    if outcomes != asins {
        broken(
            OUTCOMES_OFF,
            format!("the run has {asins} ASINs and {outcomes} outcomes"),
        );
    }
    let reported = number("reported");
    if row.whole("has_report") == Some(1) && reported != asins {
        broken(
            REPORT_OFF,
            format!("the report counts {reported} of {asins} ASINs"),
        );
    }
}

/// Looks for updates that are still held after a person has decided about their run.
pub fn decided(rows: &WatchedRows, findings: &mut Findings) {
    for row in selected(rows, include_str!("sql/still_held.sql")) {
        let (held, decision) = (row.whole("held"), row.text("decision"));
        let found = format!("{held:?} updates are held, and the run was {decision}");
        findings.broken_of_run(STILL_HELD, row.text("run_id"), &found);
    }
}

/// Judges how much each run hides, while it goes on and for some hours after its end: the guard looks before the
/// edits, not after them. A run keeps the guard of its start.
pub fn hides(rows: &WatchedRows, in_force: &[KeeperRules], findings: &mut Findings) {
    let since = (findings.at - HIDES_COUNT_FOR).to_rfc3339_opts(SecondsFormat::Millis, true);
    let statement = include_str!("sql/hides.sql").replace("{since}", &since);
    for row in selected(rows, &statement) {
        let number = |name: &str| row.whole(name).unwrap_or(0);
        let (asins, hidden) = (number("asins"), number("hidden"));
        let allowed_by = |rules: &KeeperRules| rules.hides_allowed(asins, number("shop_asins"));
        let allowed = in_force.iter().map(allowed_by).max().unwrap_or(0);
        if hidden > allowed && row.text("decision") != "released" {
            let found = format!("the run hid {hidden} of {asins} ASINs; {allowed} are allowed");
            findings.broken_of_run(MASS_HIDE, row.text("id"), &found);
        }
    }
}
