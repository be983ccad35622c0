//! Section 4, steps 1 to 6: which offers count, and which wins.

use chrono::{DateTime, TimeDelta, Utc};
use simulation::oracle::offer::{OfferTold, Selection, ShipsWhen, TurnedDown, select};
use simulation::oracle::rules::{KeeperRules, UntoldShipping};

fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-28T12:00:00Z")
        .expect("an instant")
        .to_utc()
}

/// New, 1,000 yen, free shipping, shipped within 24 hours from now; neither Prime nor Amazon's warehouse.
pub fn plain() -> OfferTold {
    OfferTold {
        condition: Some("new".to_owned()),
        price: Some(1_000),
        currency: Some("JPY".to_owned()),
        shipping: Some(0),
        max_hours: Some(24),
        availability: ShipsWhen::Now,
        date: None,
        prime: false,
        fba: false,
        country: Some("JP".to_owned()),
    }
}

fn score(offer: &OfferTold) -> i64 {
    offer
        .judged(&KeeperRules::default(), noon())
        .expect("it passes")
        .0
}

fn turned_down(offer: &OfferTold) -> TurnedDown {
    let rules = KeeperRules::default();
    offer.judged(&rules, noon()).expect_err("turned down")
}

fn winner(offers: &[OfferTold]) -> Option<(usize, i64)> {
    match select(offers, &KeeperRules::default(), noon()) {
        Selection::Won { place, price } => Some((place, price)),
        Selection::NonePassed(_) => None,
    }
}

#[test]
fn an_offer_that_is_not_new_is_turned_down() {
    let used = OfferTold {
        condition: Some("very_good".to_owned()),
        ..plain()
    };
    let untold = OfferTold {
        condition: None,
        ..plain()
    };

    assert_eq!(turned_down(&used), TurnedDown::NotNew);
    assert_eq!(turned_down(&untold), TurnedDown::NotNew);
}

#[test]
fn the_case_of_new_does_not_matter() {
    let offer = OfferTold {
        condition: Some("New".to_owned()),
        ..plain()
    };

    // 1,000 for NOW, 72 - 24 = 48.
    assert_eq!(score(&offer), 1_048);
}

#[test]
fn an_offer_by_invitation_has_no_hours_and_is_turned_down() {
    let offer = OfferTold {
        max_hours: None,
        ..plain()
    };

    assert_eq!(turned_down(&offer), TurnedDown::NoHours);
}

#[test]
fn seventy_two_hours_pass_and_seventy_three_do_not() {
    let (last, late) = (
        OfferTold {
            max_hours: Some(72),
            ..plain()
        },
        OfferTold {
            max_hours: Some(73),
            ..plain()
        },
    );

    assert_eq!(score(&last), 1_000);
    assert_eq!(turned_down(&late), TurnedDown::TooLate);
}

#[test]
fn shipping_that_costs_one_yen_is_turned_down() {
    let offer = OfferTold {
        shipping: Some(1),
        prime: true,
        fba: true,
        ..plain()
    };

    assert_eq!(turned_down(&offer), TurnedDown::PaidShipping);
}

#[test]
fn shipping_that_is_not_told_is_free_for_amazon_and_for_prime_only() {
    let untold = OfferTold {
        shipping: None,
        ..plain()
    };
    let of_amazon = OfferTold {
        fba: true,
        ..untold.clone()
    };
    let of_prime = OfferTold {
        prime: true,
        ..untold.clone()
    };

    assert_eq!(turned_down(&untold), TurnedDown::UntoldShipping);
    // 1,000 + 48 + 50, and 1,000 + 48 + 100.
    assert_eq!(score(&of_amazon), 1_098);
    assert_eq!(score(&of_prime), 1_148);
}

#[test]
fn shipping_that_is_not_told_is_free_for_all_by_setting() {
    let rules = KeeperRules {
        untold_shipping: UntoldShipping::Free,
        ..KeeperRules::default()
    };
    let offer = OfferTold {
        shipping: None,
        ..plain()
    };

    assert_eq!(offer.judged(&rules, noon()), Ok((1_048, 1_000)));
}

#[test]
fn any_country_is_wanted_by_default_and_only_the_named_ones_by_setting() {
    let rules = KeeperRules {
        countries: Some(vec!["JP".to_owned()]),
        ..KeeperRules::default()
    };
    let from_china = OfferTold {
        country: Some("CN".to_owned()),
        ..plain()
    };

    assert_eq!(score(&from_china), 1_048);
    assert_eq!(
        from_china.judged(&rules, noon()),
        Err(TurnedDown::OtherCountry)
    );
    assert!(plain().judged(&rules, noon()).is_ok());
}

#[test]
fn an_offer_for_later_is_dropped_without_a_date() {
    let without = OfferTold {
        availability: ShipsWhen::FutureWithoutDate,
        max_hours: Some(0),
        ..plain()
    };
    let unreadable = OfferTold {
        availability: ShipsWhen::FutureWithDate,
        max_hours: Some(0),
        ..plain()
    };

    assert_eq!(turned_down(&without), TurnedDown::NoDate);
    assert_eq!(turned_down(&unreadable), TurnedDown::NoDate);
}

#[test]
fn an_offer_for_later_counts_the_hours_until_its_date() {
    let in_hours = |hours| OfferTold {
        availability: ShipsWhen::FutureWithDate,
        max_hours: Some(0),
        date: Some(noon() + TimeDelta::hours(hours)),
        prime: true,
        fba: true,
        ..plain()
    };

    // Not available now: no 1,000. 72 - 48 = 24, + 100, + 50.
    assert_eq!(score(&in_hours(48)), 174);
    assert_eq!(turned_down(&in_hours(24 * 60)), TurnedDown::TooLate);
}

#[test]
fn an_offer_of_months_ahead_never_wins_over_one_of_now() {
    let later = OfferTold {
        availability: ShipsWhen::FutureWithDate,
        max_hours: Some(0),
        date: Some(noon() + TimeDelta::hours(1)),
        price: Some(100),
        prime: true,
        fba: true,
        ..plain()
    };

    // 72 - 1 + 150 = 221 against 1,048.
    assert_eq!(winner(&[later, plain()]), Some((1, 1_000)));
}

#[test]
fn an_offer_needs_a_price_of_more_than_nothing_in_yen() {
    let priced = |price, currency: &str| OfferTold {
        price,
        currency: Some(currency.to_owned()),
        ..plain()
    };

    assert_eq!(turned_down(&priced(None, "JPY")), TurnedDown::NoPrice);
    assert_eq!(
        turned_down(&priced(Some(0), "JPY")),
        TurnedDown::NoRealPrice
    );
    assert_eq!(
        turned_down(&priced(Some(-5), "JPY")),
        TurnedDown::NoRealPrice
    );
    assert_eq!(
        turned_down(&priced(Some(1_000), "USD")),
        TurnedDown::OtherCurrency
    );
}

#[test]
fn prime_and_amazon_are_worth_a_hundred_and_fifty() {
    let both = OfferTold {
        prime: true,
        fba: true,
        max_hours: Some(0),
        ..plain()
    };

    // 1,000 + 72 + 100 + 50.
    assert_eq!(score(&both), 1_222);
}

#[test]
fn the_higher_score_wins_over_the_lower_price() {
    let dear = OfferTold {
        prime: true,
        price: Some(1_900),
        ..plain()
    };

    // 1,148 against 1,048.
    assert_eq!(winner(&[plain(), dear]), Some((1, 1_900)));
}

#[test]
fn of_equal_scores_the_lowest_price_wins_and_of_those_the_first() {
    let priced = |price| OfferTold {
        price: Some(price),
        ..plain()
    };

    assert_eq!(
        winner(&[priced(980), priced(970), priced(990)]),
        Some((1, 970))
    );
    assert_eq!(winner(&[priced(970), priced(970)]), Some((0, 970)));
}

#[test]
fn two_hours_faster_beats_a_cheaper_offer() {
    let fast = OfferTold {
        max_hours: Some(22),
        price: Some(1_500),
        ..plain()
    };

    // 1,050 against 1,048.
    assert_eq!(winner(&[plain(), fast]), Some((1, 1_500)));
}

#[test]
fn one_bad_offer_spoils_no_other() {
    let bad = OfferTold {
        price: None,
        condition: None,
        ..plain()
    };

    assert_eq!(winner(&[bad, plain()]), Some((1, 1_000)));
}
