//! Section 6: the selling price, its bounds, and the difference that is worth an edit.

use simulation::oracle::pricing::{Selling, price_edit_is_due, selling};
use simulation::oracle::rules::{KeeperRules, Ratios};

fn sold_at(cost: i64) -> Selling {
    selling(cost, &KeeperRules::default())
}

fn in_tiers(cost: i64) -> Selling {
    let rules = KeeperRules {
        ratios: Ratios::usual_tiers(),
        ..KeeperRules::default()
    };
    selling(cost, &rules)
}

#[test]
fn a_price_is_rounded_to_ten_yen() {
    // 1,234 x 1.3 = 1,604.2
    assert_eq!(sold_at(1_234), Selling::At(1_600));
    // 1,200 x 1.3 = 1,560
    assert_eq!(sold_at(1_200), Selling::At(1_560));
    // 1,240 x 1.3 = 1,612
    assert_eq!(sold_at(1_240), Selling::At(1_610));
}

#[test]
fn half_of_ten_yen_is_rounded_up() {
    // 1,250 x 1.3 = 1,625
    assert_eq!(sold_at(1_250), Selling::At(1_630));
    // 1,249 x 1.3 = 1,623.7
    assert_eq!(sold_at(1_249), Selling::At(1_620));
}

#[test]
fn the_bounds_themselves_are_sold() {
    // 385 x 1.3 = 500.5, rounded 500
    assert_eq!(sold_at(385), Selling::At(500));
    // 76,923 x 1.3 = 99,999.9, rounded 100,000
    assert_eq!(sold_at(76_923), Selling::At(100_000));
}

#[test]
fn a_price_out_of_bounds_is_not_clamped() {
    // 380 x 1.3 = 494, rounded 490
    assert_eq!(sold_at(380), Selling::TooLow(490));
    // 120,000 x 1.3 = 156,000
    assert_eq!(sold_at(120_000), Selling::TooHigh(156_000));
    // 76,927 x 1.3 = 100,005.1, rounded 100,010
    assert_eq!(sold_at(76_927), Selling::TooHigh(100_010));
}

#[test]
fn a_tier_holds_up_to_its_limit() {
    // 1,000 x 1.4, 1,001 x 1.3 = 1,301.3
    assert_eq!(in_tiers(1_000), Selling::At(1_400));
    assert_eq!(in_tiers(1_001), Selling::At(1_300));
    // 5,000 x 1.3, 5,001 x 1.25 = 6,251.25
    assert_eq!(in_tiers(5_000), Selling::At(6_500));
    assert_eq!(in_tiers(5_001), Selling::At(6_250));
    // 10,000 x 1.25, 10,001 x 1.2 = 12,001.2
    assert_eq!(in_tiers(10_000), Selling::At(12_500));
    assert_eq!(in_tiers(10_001), Selling::At(12_000));
}

fn is_due(asked: i64, exact: i64, cost: i64) -> bool {
    price_edit_is_due(asked, exact, cost, &KeeperRules::default())
}

#[test]
fn a_hundred_yen_are_worth_an_edit_and_ninety_are_not() {
    // 3 % of 10,000 are 300.
    assert!(is_due(10_000, 10_100, 7_770));
    assert!(is_due(10_100, 10_000, 7_690));
    assert!(!is_due(10_000, 10_090, 7_760));
}

#[test]
fn three_percent_are_worth_an_edit() {
    // 3 % of 1,000 are 30.
    assert!(is_due(1_000, 1_030, 790));
    assert!(!is_due(1_000, 1_020, 785));
    assert!(is_due(1_000, 970, 746));
}

#[test]
fn any_difference_is_worth_an_edit_below_cost() {
    // 20,000 shown, 20,010 wanted: 10 yen are less than 100 and less than 3 %.
    assert!(!is_due(20_000, 20_010, 15_390));
    assert!(is_due(20_000, 20_010, 20_005));
}

#[test]
fn the_same_price_is_never_due() {
    assert!(!is_due(1_300, 1_300, 1_000));
}
