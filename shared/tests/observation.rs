//! From the offers of one ASIN to the price that the shop follows.

use chrono::DateTime;
use proptest::prelude::*;
use shared::domain::asin::Asin;
use shared::domain::observation::{Finding, ItemAnswer, Observation, Verdict};
use shared::domain::offer::{Amount, Availability, Offer, OfferRule, Rejection};
use shared::domain::outcome::Outcome;

fn asin() -> Asin {
    Asin::parse("B00EXAMPLE").expect("valid")
}

fn judge(answer: ItemAnswer) -> Observation {
    Observation::judge(asin(), DateTime::UNIX_EPOCH, answer, &OfferRule::default())
}

fn offers() -> impl Strategy<Value = Vec<Offer>> {
    // Few values each, so that scores and prices often tie.
    let offer = (
        prop::sample::select(vec![Some("new"), Some("new"), Some("used"), None]),
        prop::option::weighted(
            0.9,
            (prop::sample::select(vec!["JPY", "JPY", "USD"]), -1_i64..4),
        ),
        prop::option::of(0_i64..2),
        prop::option::weighted(0.9, prop::sample::select(vec![0_i64, 24, 72, 73])),
        prop::sample::select(vec![Availability::Now, Availability::OnDate]),
        any::<bool>(),
        any::<bool>(),
    );
    let offer = offer.prop_map(
        |(condition, price, shipping, hours, availability, prime, fba)| Offer {
            sub_condition: condition.map(Into::into),
            listing_price: price.map(|(currency, units)| Amount {
                currency: Some(currency.into()),
                units: units * 500,
            }),
            shipping: shipping.map(|units| Amount {
                currency: Some("JPY".into()),
                units,
            }),
            max_handling_hours: hours,
            availability,
            available_at: Some(DateTime::UNIX_EPOCH),
            ships_from: None,
            prime,
            fulfilled_by_amazon: fba,
            seller_id: None,
        },
    );
    prop::collection::vec(offer, 1..12)
}

fn won(observation: &Observation) -> Vec<usize> {
    let verdicts = observation.offers.iter().enumerate();
    verdicts
        .filter(|(_, offer)| matches!(offer.verdict, Verdict::Won(_)))
        .map(|(place, _)| place)
        .collect()
}

proptest! {
    #[test]
    fn the_winner_scores_highest_then_costs_least_then_comes_first(offers in offers()) {
        let rule = OfferRule::default();
        let scored: Vec<Option<(i64, i64, i64)>> = offers.iter().enumerate().map(|(place, offer)| {
            let (price, score) = rule.score(offer, DateTime::UNIX_EPOCH).ok()?;
            Some((score, -i64::from(price), -i64::try_from(place).expect("valid")))
        }).collect();
        let best = scored.iter().flatten().max().copied();

        let observation = judge(ItemAnswer::Offers(offers));

        let winners: Vec<_> = won(&observation).into_iter().map(|place| scored[place]).collect();
        match (best, &observation.finding) {
            (Some(best), Finding::Priced(price)) => {
                prop_assert_eq!(winners, vec![Some(best)]);
                prop_assert_eq!(i64::from(*price), -best.1);
            }
            (None, Finding::FilteredOut(_) | Finding::ApiError(_)) => prop_assert!(winners.is_empty()),
            (best, finding) => prop_assert!(false, "{best:?} but {finding:?}"),
        }
    }

    #[test]
    fn every_offer_has_its_own_verdict_in_its_place(offers in offers()) {
        let rule = OfferRule::default();

        let observation = judge(ItemAnswer::Offers(offers.clone()));

        prop_assert_eq!(observation.offers.len(), offers.len());
        for (offer, judged) in offers.iter().zip(&observation.offers) {
            match judged.verdict {
                Verdict::Rejected(reason) => prop_assert_eq!(rule.score(offer, DateTime::UNIX_EPOCH), Err(reason)),
                Verdict::Won(score) | Verdict::Outscored(score) => {
                    prop_assert_eq!(rule.score(offer, DateTime::UNIX_EPOCH).map(|(_, score)| score), Ok(score));
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_offers_does_not_change_the_price(
        (ordered, shuffled) in offers().prop_flat_map(|offers| (Just(offers.clone()), Just(offers).prop_shuffle())),
    ) {
        let one = judge(ItemAnswer::Offers(ordered));
        let other = judge(ItemAnswer::Offers(shuffled));

        prop_assert_eq!(one.finding, other.finding);
    }
}

#[test]
fn the_commonest_reason_is_reported_and_of_equals_the_first_of_the_list() {
    let used = Offer {
        sub_condition: Some("used".into()),
        ..Offer::default()
    };
    let by_invitation = Offer {
        sub_condition: Some("new".into()),
        listing_price: Some(Amount {
            currency: Some("JPY".into()),
            units: 1_000,
        }),
        ..Offer::default()
    };

    let tie = judge(ItemAnswer::Offers(vec![
        by_invitation.clone(),
        used.clone(),
    ]));
    let majority = judge(ItemAnswer::Offers(vec![
        by_invitation.clone(),
        used,
        by_invitation,
    ]));

    assert_eq!(tie.finding, Finding::FilteredOut(Rejection::NotNew));
    assert_eq!(
        majority.finding,
        Finding::FilteredOut(Rejection::NoHandlingTime)
    );
}

#[test]
fn each_answer_has_its_outcome() {
    let outcome = |answer| judge(answer).outcome();

    assert_eq!(outcome(ItemAnswer::NoOffer), Outcome::OutOfStock);
    assert_eq!(outcome(ItemAnswer::Offers(Vec::new())), Outcome::OutOfStock);
    assert_eq!(
        outcome(ItemAnswer::Offers(vec![Offer {
            sub_condition: Some("used".into()),
            ..Offer::default()
        }])),
        Outcome::FilteredOut
    );
    // Neither a price nor a time: nothing is known about it.
    assert_eq!(
        outcome(ItemAnswer::Offers(vec![Offer::default()])),
        Outcome::ApiError
    );
    assert_eq!(outcome(ItemAnswer::InvalidAsin), Outcome::InvalidAsin);
    assert_eq!(
        outcome(ItemAnswer::Failed("500".to_owned())),
        Outcome::ApiError
    );
    assert_eq!(outcome(ItemAnswer::Absent), Outcome::ApiError);
}
