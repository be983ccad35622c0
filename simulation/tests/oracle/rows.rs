//! The log of the rows: every change by any program is in it, and the laws about rows are judged by it.

use chrono::DateTime;
use simulation::oracle::law::Findings;
use simulation::oracle::runs;

use crate::sample_rows::SampleRows;

/// What is broken by these statements.
fn broken_by(statements: &[&str]) -> Vec<&'static str> {
    let mut watched = SampleRows::open();
    watched.news();
    watched.rows.install(statements);
    let mut findings = Findings::none(DateTime::UNIX_EPOCH);
    for change in watched.news() {
        runs::changed(&change, &mut findings);
    }
    let breaches = findings.breaches.iter();
    breaches.map(|breach| breach.rule).collect()
}

const REPORTED: &str = "UPDATE batches SET state = 'reported' WHERE run_id = 'run'";
const BACKFILLS: &str = "UPDATE runs SET state = 'backfilling'";
const ENDED: &str = "UPDATE runs SET backfill_ended_at = '2026-11-28T01:00:00.000Z'";
const DONE: &str = "UPDATE runs SET state = 'done'";

#[test]
fn a_change_is_in_the_log_once() {
    let mut watched = SampleRows::open();
    // The content of the fixture: a product and a run.
    assert_eq!(watched.news().len(), 2);

    watched
        .rows
        .install(&["INSERT INTO products (asin, price_yen) VALUES ('A', 1000)"]);

    let news = watched.news();
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].subject, "A");
    assert_eq!(news[0].now.whole("price_yen"), Some(1_000));
    assert!(watched.news().is_empty());
}

#[test]
fn a_run_that_goes_its_way_breaks_nothing() {
    assert!(broken_by(&[REPORTED, BACKFILLS, ENDED, DONE]).is_empty());
}

#[test]
fn a_backfill_before_the_last_report_is_found() {
    assert_eq!(broken_by(&[BACKFILLS]), ["backfill-early"]);
}

#[test]
fn a_second_backfill_is_found() {
    let again = "UPDATE runs SET backfill_ended_at = '2026-11-28T02:00:00.000Z'";

    assert_eq!(
        broken_by(&[REPORTED, BACKFILLS, ENDED, again]),
        ["backfill-twice"]
    );
}

#[test]
fn a_second_report_of_a_batch_is_found() {
    let again = "UPDATE batches SET state = 'given_up' WHERE run_id = 'run'";

    assert_eq!(broken_by(&[REPORTED, again]), ["batch-reported-twice"]);
}

#[test]
fn a_run_that_is_done_stays_done() {
    assert_eq!(
        broken_by(&[REPORTED, BACKFILLS, DONE, BACKFILLS]),
        ["run-reopened"]
    );
}

#[test]
fn a_miss_that_was_fetched_is_settled() {
    let miss = "INSERT INTO misses (run_id, asin, reason, state, attempts)
        VALUES ('run', 'A', 'absent', 'open', 0)";
    let fetched = "UPDATE misses SET state = 'fetched'";
    let failed = "UPDATE misses SET state = 'failed'";

    assert_eq!(broken_by(&[miss, fetched, failed]), ["miss-settled-twice"]);
}
