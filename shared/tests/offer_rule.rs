//! Which offers the shop could buy from, reason by reason.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::offer::{Amount, Availability, Offer, OfferRule, Rejection, UnknownShipping};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn yen(units: i64) -> Amount {
    Amount {
        currency: Some("JPY".into()),
        units,
    }
}

fn good() -> Offer {
    Offer {
        sub_condition: Some("new".into()),
        listing_price: Some(yen(1_000)),
        shipping: Some(yen(0)),
        max_handling_hours: Some(24),
        availability: Availability::Now,
        available_at: None,
        ships_from: Some("JP".into()),
        prime: true,
        fulfilled_by_amazon: true,
        seller_id: None,
    }
}

fn rejection(offer: &Offer) -> Option<Rejection> {
    OfferRule::default().score(offer, NOW).err()
}

fn score(offer: &Offer) -> i64 {
    OfferRule::default().score(offer, NOW).expect("valid").1
}

#[test]
fn an_offer_scores_for_now_for_speed_for_prime_and_for_amazons_warehouse() {
    let bare = Offer {
        availability: Availability::Unknown,
        prime: false,
        fulfilled_by_amazon: false,
        max_handling_hours: Some(72),
        ..good()
    };
    let with_hours = |hours| Offer {
        max_handling_hours: Some(hours),
        ..bare.clone()
    };

    assert_eq!(score(&bare), 0);
    assert_eq!(score(&with_hours(0)), 72);
    assert_eq!(
        score(&Offer {
            prime: true,
            ..bare.clone()
        }),
        100
    );
    assert_eq!(
        score(&Offer {
            fulfilled_by_amazon: true,
            ..bare.clone()
        }),
        50
    );
    assert_eq!(
        score(&Offer {
            availability: Availability::Now,
            ..bare.clone()
        }),
        1_000
    );
    assert_eq!(
        score(&Offer {
            availability: Availability::OnDate,
            available_at: Some(NOW),
            ..bare.clone()
        }),
        0
    );
    assert_eq!(score(&good()), 1_000 + 48 + 100 + 50);
}

#[test]
fn the_condition_is_compared_without_case() {
    let named = |condition: &str| Offer {
        sub_condition: Some(condition.into()),
        ..good()
    };

    assert_eq!(rejection(&named("New")), None);
    assert_eq!(rejection(&named("NEW")), None);
    assert_eq!(rejection(&named("likenew")), Some(Rejection::NotNew));
}

#[test]
fn an_offer_of_unknown_condition_is_not_new() {
    let offer = Offer {
        sub_condition: None,
        ..good()
    };

    assert_eq!(rejection(&offer), Some(Rejection::NotNew));
}

#[test]
fn an_offer_needs_a_handling_time() {
    let with_hours = |max_handling_hours| Offer {
        max_handling_hours,
        ..good()
    };

    assert_eq!(
        rejection(&with_hours(None)),
        Some(Rejection::NoHandlingTime)
    );
    assert_eq!(
        rejection(&with_hours(Some(-1))),
        Some(Rejection::NoHandlingTime)
    );
    assert_eq!(rejection(&with_hours(Some(72))), None);
    assert_eq!(
        rejection(&with_hours(Some(73))),
        Some(Rejection::ShipsTooLate)
    );
}

#[test]
fn a_later_date_counts_the_hours_until_it_rounded_up() {
    let rule = OfferRule::default();
    let on = |seconds| Offer {
        availability: Availability::OnDate,
        available_at: Some(NOW + TimeDelta::seconds(seconds)),
        max_handling_hours: Some(0),
        ..good()
    };

    assert_eq!(rule.score(&on(3_601), NOW).expect("valid").1, 70 + 100 + 50);
    assert_eq!(rejection(&on(72 * 3_600)), None);
    assert_eq!(
        rejection(&on(72 * 3_600 + 1)),
        Some(Rejection::ShipsTooLate)
    );
    assert_eq!(rejection(&on(-24 * 3_600)), None);
    assert_eq!(
        rejection(&on(-24 * 3_600 - 1)),
        Some(Rejection::NoShippingDate)
    );
}

#[test]
fn only_wanted_countries_count_where_some_are_set() {
    let rule = OfferRule {
        countries: vec!["JP".to_owned(), "US".to_owned()],
        ..OfferRule::default()
    };
    let from = |country: Option<&str>, fulfilled_by_amazon| {
        let offer = Offer {
            ships_from: country.map(Into::into),
            fulfilled_by_amazon,
            ..good()
        };
        (rule.score(&offer, NOW).err(), rejection(&offer))
    };

    assert_eq!(from(Some("jp"), false), (None, None));
    assert_eq!(from(Some("US"), false), (None, None));
    assert_eq!(
        from(Some("CN"), true),
        (Some(Rejection::OtherCountry), None)
    );
    assert_eq!(from(None, true), (None, None));
    assert_eq!(from(None, false), (Some(Rejection::OtherCountry), None));
}

#[test]
fn shipping_is_free_or_unknown_of_amazons_own() {
    let with_shipping = |shipping| Offer { shipping, ..good() };
    let merchants = Offer {
        prime: false,
        fulfilled_by_amazon: false,
        ..with_shipping(None)
    };
    let prime_of_a_merchant = Offer {
        prime: true,
        ..merchants.clone()
    };
    let of_amazons_warehouse = Offer {
        fulfilled_by_amazon: true,
        ..merchants.clone()
    };
    let lenient = OfferRule {
        unknown_shipping: UnknownShipping::Free,
        ..OfferRule::default()
    };

    assert_eq!(rejection(&prime_of_a_merchant), None);
    assert_eq!(rejection(&of_amazons_warehouse), None);
    assert_eq!(rejection(&merchants), Some(Rejection::ShippingUnknown));
    assert_eq!(lenient.score(&merchants, NOW).err(), None);
    assert_eq!(rejection(&with_shipping(Some(yen(0)))), None);
    assert_eq!(
        rejection(&with_shipping(Some(yen(1)))),
        Some(Rejection::ShippingNotFree)
    );
}

#[test]
fn a_price_must_be_positive_and_in_the_marketplaces_currency() {
    let priced = |listing_price| Offer {
        listing_price,
        ..good()
    };
    let amount = |currency: Option<&str>, units| {
        Some(Amount {
            currency: currency.map(Into::into),
            units,
        })
    };

    assert_eq!(rejection(&priced(None)), Some(Rejection::NoPrice));
    assert_eq!(
        rejection(&priced(Some(yen(0)))),
        Some(Rejection::PriceOutOfRange)
    );
    assert_eq!(
        rejection(&priced(Some(yen(-5)))),
        Some(Rejection::PriceOutOfRange)
    );
    assert_eq!(
        rejection(&priced(Some(yen(5_000_000_000)))),
        Some(Rejection::PriceOutOfRange)
    );
    assert_eq!(
        rejection(&priced(amount(Some("USD"), 10))),
        Some(Rejection::OtherCurrency)
    );
    assert_eq!(
        rejection(&priced(amount(None, 10))),
        Some(Rejection::OtherCurrency)
    );
    assert_eq!(rejection(&priced(Some(yen(1)))), None);
}

#[test]
fn the_first_reason_in_the_order_of_the_list_is_reported() {
    let mut offer = Offer {
        listing_price: Some(Amount {
            currency: Some("USD".into()),
            units: 0,
        }),
        shipping: Some(yen(500)),
        max_handling_hours: Some(100),
        ..Offer::default()
    };

    let mut reasons = vec![rejection(&offer)];
    offer.sub_condition = Some("new".into());
    reasons.push(rejection(&offer));
    offer.max_handling_hours = Some(1);
    reasons.push(rejection(&offer));
    offer.shipping = None;
    reasons.push(rejection(&offer));
    offer.shipping = Some(yen(0));
    reasons.push(rejection(&offer));

    assert_eq!(
        reasons,
        [
            Some(Rejection::NotNew),
            Some(Rejection::ShipsTooLate),
            Some(Rejection::ShippingNotFree),
            Some(Rejection::ShippingUnknown),
            Some(Rejection::PriceOutOfRange),
        ]
    );
}

#[test]
fn another_limit_moves_the_span_of_the_score() {
    let rule = OfferRule {
        max_handling_hours: 48,
        ..OfferRule::default()
    };
    let slow = Offer {
        max_handling_hours: Some(49),
        ..good()
    };

    assert_eq!(
        rule.score(&good(), NOW).expect("valid").1,
        1_000 + 24 + 100 + 50
    );
    assert_eq!(rule.score(&slow, NOW), Err(Rejection::ShipsTooLate));
}
