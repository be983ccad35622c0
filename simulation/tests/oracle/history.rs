//! Sections 4 and 5: what is known after a row of answers.

use chrono::{DateTime, TimeDelta, Utc};
use simulation::oracle::knowledge::{BuyState, ProductKnown, ToldByAmazon};
use simulation::oracle::offer::TurnedDown;
use simulation::oracle::rules::KeeperRules;

/// Answers one hour apart.
fn after(answers: &[ToldByAmazon]) -> ProductKnown {
    let rules = KeeperRules::default();
    let mut known = ProductKnown::default();
    for (hour, told) in (0..).zip(answers) {
        known.take_in(told, at(hour), &rules);
    }
    known
}

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
}

fn filtered() -> ToldByAmazon {
    ToldByAmazon::NonePassed(Some(TurnedDown::TooLate))
}

#[test]
fn a_stock_out_keeps_the_last_price() {
    let known = after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::NoOffer]);

    assert_eq!(known.standing, BuyState::NoOffer);
    assert_eq!(known.cost, Some(1_000));
}

#[test]
fn an_error_keeps_price_and_stock() {
    let known = after(&[
        ToldByAmazon::InStock(1_000),
        ToldByAmazon::Nothing,
        ToldByAmazon::Invalid,
    ]);

    assert_eq!(known.standing, BuyState::InStock);
    assert_eq!(known.cost, Some(1_000));
    assert_eq!(known.seen_at, Some(at(0)));
}

#[test]
fn an_error_shows_nothing_that_is_sold_out() {
    let known = after(&[ToldByAmazon::NoOffer, ToldByAmazon::Nothing]);

    assert_eq!(known.standing, BuyState::NoOffer);
}

#[test]
fn sightings_in_a_row_are_counted() {
    assert_eq!(
        after(&[ToldByAmazon::InStock(1_000), filtered(), filtered()]).standing,
        BuyState::NonePassed(2)
    );
}

#[test]
fn a_success_between_two_sightings_begins_anew_and_a_failure_does_not() {
    assert_eq!(
        after(&[filtered(), ToldByAmazon::InStock(1_000), filtered()]).standing,
        BuyState::NonePassed(1)
    );
    assert_eq!(
        after(&[filtered(), ToldByAmazon::Nothing, filtered()]).standing,
        BuyState::NonePassed(2)
    );
}

#[test]
fn an_older_answer_changes_nothing() {
    let rules = KeeperRules::default();
    let mut known = after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::NoOffer]);

    known.take_in(&ToldByAmazon::InStock(900), at(0), &rules);
    known.take_in(&ToldByAmazon::InStock(900), at(1), &rules);

    assert_eq!(known.standing, BuyState::NoOffer);
    assert_eq!(known.cost, Some(1_000));
}

#[test]
fn a_rise_is_believed_at_once() {
    assert_eq!(
        after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::InStock(9_000)]).cost,
        Some(9_000)
    );
}

#[test]
fn a_fall_by_half_is_believed_and_one_by_more_is_not() {
    assert_eq!(
        after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::InStock(500)]).cost,
        Some(500)
    );
    let doubted = after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::InStock(499)]);
    assert_eq!(doubted.cost, Some(1_000));
    assert_eq!(doubted.doubted, Some(499));
}

#[test]
fn a_deep_fall_counts_when_a_second_answer_agrees() {
    // 7,583 to 760, then 700: 60 of 760 are 7.9 %.
    let known = after(&[
        ToldByAmazon::InStock(7_583),
        ToldByAmazon::InStock(760),
        ToldByAmazon::InStock(700),
    ]);

    assert_eq!(known.cost, Some(700));
    assert_eq!(known.doubted, None);
}

#[test]
fn a_deep_fall_does_not_count_when_the_second_answer_differs() {
    let known = after(&[
        ToldByAmazon::InStock(7_583),
        ToldByAmazon::InStock(758),
        ToldByAmazon::InStock(7_600),
    ]);

    assert_eq!(known.cost, Some(7_600));
}

#[test]
fn a_price_of_nothing_is_never_kept() {
    assert_eq!(
        after(&[ToldByAmazon::InStock(1_000), ToldByAmazon::InStock(0)]).cost,
        Some(1_000)
    );
}

#[test]
fn the_commonest_reason_is_kept_and_of_equals_the_first() {
    let reasons = [
        TurnedDown::NotNew,
        TurnedDown::TooLate,
        TurnedDown::TooLate,
        TurnedDown::NotNew,
        TurnedDown::PaidShipping,
    ];

    assert_eq!(
        ToldByAmazon::none_passed(&reasons),
        ToldByAmazon::NonePassed(Some(TurnedDown::NotNew))
    );
    assert_eq!(
        ToldByAmazon::none_passed(&reasons[1..]),
        ToldByAmazon::NonePassed(Some(TurnedDown::TooLate))
    );
}
