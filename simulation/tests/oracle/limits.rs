//! Limits of shops, rules that change while programs run, and decisions of persons.

use chrono::{DateTime, TimeDelta, Utc};
use simulation::oracle::law::Findings;
use simulation::oracle::rules::{KeeperRules, Ratios};
use simulation::oracle::runs;
use simulation::oracle::settings::RulesInForce;
use simulation::oracle::shop_limits::ShopLimitWatch;

use crate::sample_rows::SampleRows;

/// An update of the only listing by the only run.
const UPDATE: &str = "INSERT INTO updates (run_id, listing_id, version, urgency, from_price_yen, from_visible,
        to_price_yen, to_visible, state, at, hold_reason)
    VALUES ('run', 1, 2, 'hide', 1300, 1, 1300, 0, 'held', '2026-11-28T00:00:00.000Z', 'mass_change')";

fn at(minute: i64) -> DateTime<Utc> {
    let start = DateTime::parse_from_rfc3339("2026-11-28T00:00:00Z").expect("an instant");
    start.to_utc() + TimeDelta::minutes(minute)
}

fn names(findings: &Findings) -> Vec<&'static str> {
    findings.breaches.iter().map(|one| one.rule).collect()
}

/// What is broken by a call at each of these minutes, after a refusal at minute 20.
fn called_after(refusal: &str, minutes: &[i64]) -> Vec<&'static str> {
    let mut watch = ShopLimitWatch::of_settings(None);
    let mut findings = Findings::none(at(20));
    watch.refused("shop-1", refusal.as_bytes(), at(20));
    for minute in minutes {
        findings.at = at(*minute);
        watch.called("shop-1", Some(at(0)), &mut findings);
    }
    names(&findings)
}

#[test]
fn a_shop_that_refused_is_left_alone_until_its_reset() {
    // The day ends at 15:00 UTC, midnight in Japan.
    assert_eq!(
        called_after("hour_api_limit", &[59, 60]),
        ["shop-over-quota"]
    );
    assert_eq!(
        called_after("day_api_limit", &[60, 899, 900]),
        ["shop-over-quota", "shop-over-quota"]
    );
    assert!(called_after("db_error", &[21]).is_empty());
}

#[test]
fn a_refusal_that_may_be_lost_binds_nobody() {
    let mut watch = ShopLimitWatch::of_settings(None);
    watch.refused("shop-1", b"hour_api_limit", at(20));
    let mut findings = Findings::none(at(30));

    watch.called("shop-1", None, &mut findings);
    watch.called("shop-1", Some(at(25)), &mut findings);

    assert!(findings.breaches.is_empty());
}

#[test]
fn the_settings_limit_the_calls_of_an_hour() {
    let broken_by = |calls: usize| {
        let mut watch = ShopLimitWatch::of_settings(Some(30));
        let mut findings = Findings::none(at(20));
        for _ in 0..calls {
            watch.called("shop-1", None, &mut findings);
        }
        names(&findings)
    };

    assert!(broken_by(30).is_empty());
    assert_eq!(broken_by(50), ["shop-over-its-limit"]);
}

#[test]
fn rules_are_in_force_until_no_process_has_them_and_a_whole_run_was_made() {
    let with_ratio = |ratio| KeeperRules {
        ratios: Ratios::One(ratio),
        ..KeeperRules::default()
    };
    let mut rules = RulesInForce::only(with_ratio(1_300));
    let ratios = |rules: &RulesInForce, since| {
        let all = rules.since(at(since)).into_iter();
        all.map(|rules| rules.ratios.of(1_000)).collect::<Vec<_>>()
    };
    rules.started(0);
    rules.started(1);
    rules.changed(with_ratio(1_400));
    rules.started(0);

    rules.look(at(10), || Some(at(5)));
    assert_eq!(rules.of(Some(0)).ratios.of(1_000), 1_400);
    assert_eq!(rules.of(Some(1)).ratios.of(1_000), 1_300);

    rules.started(1);
    rules.look(at(20), || Some(at(5)));
    assert_eq!(ratios(&rules, 20), [1_300, 1_400]);
    rules.look(at(30), || Some(at(25)));
    assert_eq!(ratios(&rules, 28), [1_300, 1_400]);
    assert_eq!(ratios(&rules, 31), [1_400]);
}

#[test]
fn nothing_is_held_after_a_person_has_decided() {
    let sample = SampleRows::open();
    let rows = &sample.rows;
    let decided = || {
        let mut findings = Findings::none(at(20));
        runs::decided(rows, &mut findings);
        names(&findings)
    };
    rows.install(&[
        UPDATE,
        "INSERT INTO guards (run_id, allowed_percent, allowed_count) VALUES ('run', 10, 50)",
    ]);
    assert!(decided().is_empty());

    rows.install(&["UPDATE guards SET decision = 'released'"]);

    assert_eq!(decided(), ["still-held"]);
}

#[test]
fn what_a_person_has_cancelled_is_not_sent() {
    let mut sample = SampleRows::open();
    sample
        .rows
        .install(&[UPDATE, "UPDATE updates SET state = 'cancelled'"]);
    sample.news();

    sample
        .rows
        .install(&["UPDATE updates SET state = 'queued'"]);

    let mut findings = Findings::none(at(20));
    for change in sample.news() {
        runs::changed(&change, &mut findings);
    }
    assert_eq!(names(&findings), ["cancelled-update-goes-on"]);
}
