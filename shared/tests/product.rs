//! How an observation changes a known product, and what it must never change.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::domain::asin::Asin;
use shared::domain::money::Yen;
use shared::domain::observation::{Finding, Observation};
use shared::domain::offer::Rejection;
use shared::domain::price_fall::PriceFallRule;
use shared::domain::product::{Change, InvalidMark, Product, Seen, Stock, StockChange};

/// Doubts no price.
const ANY_PRICE: PriceFallRule = PriceFallRule { percent: 100 };

fn asin() -> Asin {
    Asin::parse("B00EXAMPLE").expect("an ASIN")
}

fn minute(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn observed(minutes: i64, finding: Finding) -> Observation {
    Observation {
        asin: asin(),
        observed_at: minute(minutes),
        finding,
        offers: Vec::new(),
    }
}

fn priced(minutes: i64, yen: u32) -> Observation {
    observed(minutes, Finding::Priced(Yen(yen)))
}

fn filtered_out(minutes: i64) -> Observation {
    observed(minutes, Finding::FilteredOut(Rejection::ShipsTooLate))
}

fn failed(minutes: i64) -> Observation {
    observed(minutes, Finding::ApiError("500".to_owned()))
}

/// A product after these observations.
fn after(observations: &[Observation]) -> Product {
    let mut product = Product::unknown(asin());
    for observation in observations {
        product.observe(observation, ANY_PRICE);
    }
    product
}

fn finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        (1_u32..5).prop_map(|price| Finding::Priced(Yen(price * 500))),
        Just(Finding::NoOffer),
        Just(Finding::FilteredOut(Rejection::NotNew)),
        Just(Finding::ApiError("500".to_owned())),
        Just(Finding::Absent),
        Just(Finding::InvalidAsin),
    ]
}

fn history() -> impl Strategy<Value = Vec<Observation>> {
    let observation = (0_i64..40, finding()).prop_map(|(at, finding)| observed(at, finding));
    prop::collection::vec(observation, 0..12)
}

proptest! {
    #[test]
    fn an_observation_that_is_not_newer_changes_nothing(
        history in history(), newest in finding(), late in finding(), behind in 0_i64..60,
    ) {
        prop_assume!(!matches!(newest, Finding::ApiError(_) | Finding::Absent));
        let mut product = after(&history);
        product.observe(&observed(100, newest), ANY_PRICE);
        let mut same = product.clone();

        let change = same.observe(&observed(100 - behind, late), ANY_PRICE);

        prop_assume!(product.stock.is_some_and(|stock| stock.at == minute(100)) || product.invalid.is_some_and(|mark| mark.seen_at == minute(100)));
        prop_assert_eq!(change, Change::default());
        prop_assert_eq!(same, product);
    }

    #[test]
    fn a_failure_changes_nothing(history in history(), at in 0_i64..100, absent in any::<bool>()) {
        let mut product = after(&history);
        let before = product.clone();
        let nothing_learnt = if absent { observed(at, Finding::Absent) } else { failed(at) };

        let change = product.observe(&nothing_learnt, ANY_PRICE);

        prop_assert_eq!(change, Change::default());
        prop_assert_eq!(product, before);
    }

    #[test]
    fn a_price_is_never_lost_once_it_is_known(history in history(), next in finding()) {
        let mut product = after(&history);
        let known = product.price;

        product.observe(&observed(100, next.clone()), ANY_PRICE);

        let expected = match next {
            Finding::Priced(price) => Some(Seen { value: price, at: minute(100) }),
            _ => known,
        };
        prop_assert_eq!(product.price, expected);
    }

    #[test]
    fn a_change_is_reported_exactly_when_both_values_are_known_and_differ(history in history(), next in finding()) {
        let mut product = after(&history);
        let before = product.clone();

        let change = product.observe(&observed(100, next), ANY_PRICE);

        let prices = before.price.zip(product.price).map(|(old, new)| (old.value, new.value));
        prop_assert_eq!(change.price, prices.filter(|(old, new)| old != new));
        let stocks = before.stock.zip(product.stock).map(|(old, new)| (old.value.is_in(), new.value.is_in()));
        let direction = match stocks {
            Some((true, false)) => Some(StockChange::ToOut),
            Some((false, true)) => Some(StockChange::ToIn),
            _ => None,
        };
        prop_assert_eq!(change.stock, direction);
    }

    #[test]
    fn the_order_in_which_answers_arrive_does_not_decide_the_price(
        answers in prop::collection::btree_map(0_i64..40, 1_u32..2_000, 1..8).prop_flat_map(|answers| {
            let answers: Vec<(i64, u32)> = answers.into_iter().collect();
            (Just(answers.clone()), Just(answers).prop_shuffle())
        }),
    ) {
        let (in_time, as_arrived) = answers;
        let observations: Vec<Observation> = as_arrived.iter().map(|(at, yen)| priced(*at, *yen)).collect();

        let product = after(&observations);

        let (at, yen) = *in_time.last().expect("at least one answer");
        prop_assert_eq!(product.price, Some(Seen { value: Yen(yen), at: minute(at) }));
    }
}

#[test]
fn a_risen_price_is_a_change_with_its_time_of_observation() {
    let mut product = after(&[priced(0, 1_000)]);

    let change = product.observe(&priced(60, 1_200), ANY_PRICE);

    assert_eq!(change.price, Some((Yen(1_000), Yen(1_200))));
    assert_eq!(change.stock, None);
    let seen = Seen {
        value: Yen(1_200),
        at: minute(60),
    };
    assert_eq!(product.price, Some(seen));
}

#[test]
fn a_product_that_runs_out_is_unsellable_at_once_and_keeps_its_price() {
    let mut product = after(&[priced(0, 1_000)]);

    let change = product.observe(&observed(60, Finding::NoOffer), ANY_PRICE);

    assert_eq!(change.stock, Some(StockChange::ToOut));
    assert_eq!(product.sellable(2), Some(false));
    assert_eq!(product.price.map(|price| price.value), Some(Yen(1_000)));
    assert_eq!(product.price.map(|price| price.at), Some(minute(0)));
}

#[test]
fn offers_that_fail_the_rule_make_unsellable_at_the_second_observation_only() {
    let once = after(&[priced(0, 1_000), filtered_out(10)]);
    let twice = after(&[priced(0, 1_000), filtered_out(10), filtered_out(20)]);

    assert_eq!(once.sellable(2), None);
    assert_eq!(twice.sellable(2), Some(false));
    assert_eq!(once.sellable(1), Some(false));
}

#[test]
fn a_failure_in_between_does_not_break_the_row() {
    let product = after(&[filtered_out(10), failed(15), filtered_out(20)]);

    assert_eq!(product.sellable(2), Some(false));
}

#[test]
fn a_success_in_between_starts_the_row_anew() {
    let product = after(&[filtered_out(10), priced(15, 1_000), filtered_out(20)]);

    assert_eq!(product.sellable(2), None);
}

#[test]
fn one_observation_that_is_delivered_twice_counts_once() {
    let product = after(&[filtered_out(10), filtered_out(10)]);

    assert_eq!(product.sellable(2), None);
}

#[test]
fn the_reason_of_the_last_observation_is_kept() {
    let other = observed(20, Finding::FilteredOut(Rejection::NotNew));

    let product = after(&[filtered_out(10), other]);

    let stock = Stock::FilteredOut {
        times: 2,
        why: Rejection::NotNew,
    };
    assert_eq!(product.stock.map(|seen| seen.value), Some(stock));
}

#[test]
fn a_newer_price_without_a_stock_is_not_overwritten_by_an_older_answer() {
    let mut product = Product {
        price: Some(Seen {
            value: Yen(2_000),
            at: minute(60),
        }),
        ..Product::unknown(asin())
    };

    let change = product.observe(&priced(30, 1_000), ANY_PRICE);

    assert_eq!(change.price, None);
    assert_eq!(product.price.map(|price| price.value), Some(Yen(2_000)));
    assert_eq!(product.stock.map(|stock| stock.value), Some(Stock::In));
}

#[test]
fn an_older_answer_does_not_clear_the_mark_of_an_unknown_asin() {
    let mut product = after(&[observed(60, Finding::InvalidAsin)]);

    product.observe(&priced(30, 1_000), ANY_PRICE);

    assert_eq!(product.invalid.unwrap().since, minute(60));
    assert_eq!(product.price, None);
}

#[test]
fn an_unknown_asin_keeps_price_and_stock_and_its_first_time() {
    let known = after(&[priced(0, 1_000)]);

    let marked = after(&[
        priced(0, 1_000),
        observed(60, Finding::InvalidAsin),
        observed(90, Finding::InvalidAsin),
    ]);

    let mark = marked.invalid.unwrap();
    assert_eq!((mark.since, mark.seen_at), (minute(60), minute(90)));
    assert_eq!((marked.price, marked.stock), (known.price, known.stock));
}

#[test]
fn any_answer_about_offers_clears_the_mark() {
    let rejected = Finding::FilteredOut(Rejection::NotNew);
    for finding in [Finding::Priced(Yen(1_000)), Finding::NoOffer, rejected] {
        let product = after(&[observed(60, Finding::InvalidAsin), observed(90, finding)]);

        assert_eq!(product.invalid, None);
    }
}

#[test]
fn a_marked_asin_is_asked_for_daily_for_a_week_and_then_weekly() {
    let hours = |hours: i64| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
    let mut mark = InvalidMark {
        since: hours(0),
        seen_at: hours(0),
    };
    let mut asked = Vec::new();
    for hour in (0..24 * 30).step_by(3) {
        if mark.is_due(hours(hour)) {
            mark.seen_at = hours(hour);
            asked.push(hour / 24);
        }
    }

    assert_eq!(asked, [1, 2, 3, 4, 5, 6, 13, 20, 27]);
}

#[test]
fn the_next_request_for_a_marked_asin_is_due_an_hour_before_a_day_and_before_a_week_are_over() {
    let now = DateTime::UNIX_EPOCH;
    let instant = TimeDelta::milliseconds(1);
    let (daily, weekly) = (now - TimeDelta::hours(23), now - TimeDelta::hours(167));
    let is_due = |since, seen_at| InvalidMark { since, seen_at }.is_due(now);

    assert!(is_due(weekly + instant, daily));
    assert!(!is_due(weekly + instant, daily + instant));
    assert!(!is_due(weekly, daily), "its first week is over");
    let a_month_ago = now - TimeDelta::days(30);
    assert!(is_due(a_month_ago, weekly));
    assert!(!is_due(a_month_ago, weekly + instant));
}

#[test]
fn what_a_clock_dated_that_was_ahead_is_replaced_by_the_next_answer() {
    let year = 365 * 24 * 60;
    let ahead = after(&[
        priced(year, 1_000),
        observed(year + 1, Finding::InvalidAsin),
    ]);
    let mut healed = ahead.clone();

    healed.heal(minute(0), minute(0));

    let before = minute(0) - TimeDelta::milliseconds(1);
    assert_eq!(healed.price.map(|price| price.at), Some(before));
    assert_eq!(healed.stock.map(|stock| stock.at), Some(before));
    let mark = healed.invalid.expect("marked");
    assert_eq!((mark.since, mark.seen_at), (before, before));
    let change = healed.observe(&priced(0, 1_200), ANY_PRICE);
    assert_eq!(change.price, Some((Yen(1_000), Yen(1_200))));
    let mut right = ahead.clone();
    right.heal(minute(year), minute(year + 1));
    assert_eq!(right, ahead, "nothing lies ahead of the clock");
}

#[test]
fn a_price_of_nothing_is_never_stored() {
    let mut product = after(&[priced(0, 1_000)]);
    let before = product.clone();

    let change = product.observe(&priced(10, 0), ANY_PRICE);

    assert_eq!(change, Change::default());
    assert_eq!(product, before);
}

/// Observes with the rule that doubts a fall of more than half.
fn observe(product: &mut Product, minutes: i64, yen: u32) -> Change {
    product.observe(&priced(minutes, yen), PriceFallRule::default())
}

fn price(product: &Product) -> Option<(u32, i64)> {
    let seen = product.price?;
    Some((seen.value.0, (seen.at - minute(0)).num_minutes()))
}

#[test]
fn a_price_that_falls_too_far_counts_when_a_second_answer_agrees() {
    let mut product = after(&[priced(0, 7_583)]);

    let first = observe(&mut product, 10, 736);
    assert_eq!(price(&product), Some((7_583, 0)));
    assert_eq!((first.price, first.doubted), (None, Some(Yen(736))));
    assert_eq!(product.doubted.map(|seen| seen.value), Some(Yen(736)));

    let second = observe(&mut product, 11, 740);
    assert_eq!(price(&product), Some((740, 11)));
    assert_eq!(second.price, Some((Yen(7_583), Yen(740))));
    assert_eq!((second.doubted, product.doubted), (None, None));
}

#[test]
fn a_price_that_falls_too_far_once_leaves_the_last_price() {
    let mut product = after(&[priced(0, 7_583)]);

    observe(&mut product, 10, 736);
    let second = observe(&mut product, 11, 7_583);

    assert_eq!(price(&product), Some((7_583, 11)));
    assert_eq!((second.price, second.doubted), (None, Some(Yen(736))));
    assert_eq!(product.doubted, None);
}

#[test]
fn two_answers_that_differ_are_both_doubted() {
    let mut product = after(&[priced(0, 7_583)]);

    observe(&mut product, 10, 736);
    let second = observe(&mut product, 11, 3_000);

    assert_eq!(price(&product), Some((7_583, 0)));
    assert_eq!(second.doubted, Some(Yen(3_000)));
    observe(&mut product, 12, 3_000);
    assert_eq!(price(&product), Some((3_000, 12)));
}

#[test]
fn a_doubted_price_still_tells_the_stock() {
    let mut product = after(&[priced(0, 7_583), observed(5, Finding::NoOffer)]);

    let change = observe(&mut product, 10, 736);

    assert_eq!(change.stock, Some(StockChange::ToIn));
    assert_eq!(price(&product), Some((7_583, 0)));
}

#[test]
fn a_failure_leaves_the_doubt_and_a_rise_needs_no_second_answer() {
    let mut product = after(&[priced(0, 7_583)]);

    observe(&mut product, 10, 736);
    product.observe(&failed(11), PriceFallRule::default());
    assert_eq!(product.doubted.map(|seen| seen.value), Some(Yen(736)));
    observe(&mut product, 12, 70_000);

    assert_eq!(price(&product), Some((70_000, 12)));
}

proptest! {
    /// A price never falls by more than the rule allows, unless two answers in a row told it.
    #[test]
    fn a_price_falls_far_only_after_two_answers(prices in prop::collection::vec(1_u32..20, 1..20)) {
        let mut product = Product::unknown(asin());
        let mut last = None;
        for (minutes, yen) in (1..).zip(prices) {
            let yen = yen * 500;
            let before = product.price.map(|seen| seen.value.0);
            observe(&mut product, minutes, yen);
            let now = product.price.expect("priced").value.0;
            if let Some(before) = before.filter(|before| now * 2 < *before) {
                let told = last.expect("an answer before");
                prop_assert!(now.max(told) * 100 <= now.min(told) * 110, "{before} -> {now}, told {told}");
            }
            prop_assert!(now >= yen, "a rise or the same price counts at once");
            last = Some(yen);
        }
    }
}
