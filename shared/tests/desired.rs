//! What a listing should look like, and when that is worth an edit.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use shared::domain::asin::Asin;
use shared::domain::desired::{Desire, HoldReason, SellingRule, Urgency, is_at_a_loss};
use shared::domain::listing::ShopState;
use shared::domain::money::{Ratio, Yen};
use shared::domain::offer::Rejection;
use shared::domain::pricing::Strategy as Pricing;
use shared::domain::product::{Product, Seen, Stock};

fn seen<T>(value: T) -> Seen<T> {
    Seen {
        value,
        at: DateTime::UNIX_EPOCH,
    }
}

fn product(cost: Option<u32>, stock: Option<Stock>) -> Product {
    Product {
        price: cost.map(|cost| seen(Yen(cost))),
        stock: stock.map(seen),
        ..Product::unknown(Asin::parse("B00EXAMPLE").expect("an ASIN"))
    }
}

fn in_stock(cost: u32) -> Product {
    product(Some(cost), Some(Stock::In))
}

fn on_display(price: u32) -> ShopState {
    ShopState {
        price: Yen(price),
        visible: true,
        stock: Some(1),
    }
}

fn hidden(price: u32) -> ShopState {
    ShopState {
        price: Yen(price),
        visible: false,
        stock: Some(0),
    }
}

fn desire(product: &Product, shown: &ShopState) -> Desire {
    SellingRule::default().desire(product, shown)
}

/// The price that the shop should show for a product that costs `cost`, when it shows `shown`.
fn price(cost: u32, shown: u32) -> u32 {
    match desire(&in_stock(cost), &on_display(shown)) {
        Desire::State(state) => state.price.0,
        other => panic!("no state: {other:?}"),
    }
}

fn state_of(desire: Desire) -> Option<ShopState> {
    match desire {
        Desire::Undecided => None,
        Desire::State(state) | Desire::Held(_, state) => Some(state),
    }
}

fn products() -> impl Strategy<Value = Product> {
    let stock = prop_oneof![
        3 => Just(Some(Stock::In)),
        1 => Just(Some(Stock::NoOffer)),
        1 => (1_u32..4).prop_map(|times| Some(Stock::FilteredOut { times, why: Rejection::NotNew })),
        1 => Just(None),
    ];
    (prop::option::weighted(0.9, 1_u32..120_000), stock)
        .prop_map(|(cost, stock)| product(cost, stock))
}

fn shop_states() -> impl Strategy<Value = ShopState> {
    (0_u32..150_000, any::<bool>(), prop::option::of(0_u32..3)).prop_map(
        |(price, visible, stock)| ShopState {
            price: Yen(price),
            visible,
            stock,
        },
    )
}

fn rules() -> impl Strategy<Value = SellingRule> {
    (1_001_u32..3_000, 0_u32..300, 0_u32..10, 1_u32..4).prop_map(
        |(ratio, min_change, percent, filtered_out_after)| SellingRule {
            strategy: Pricing::Flat(Ratio::from_thousandths(ratio).expect("above 1.0")),
            min_change: Yen(min_change),
            min_change_percent: percent,
            filtered_out_after,
            ..SellingRule::default()
        },
    )
}

proptest! {
    #[test]
    fn an_applied_state_is_desired_again(rule in rules(), product in products(), shown in shop_states()) {
        let first = rule.desire(&product, &shown);
        let applied = state_of(first).unwrap_or(shown);

        let second = rule.desire(&product, &applied);

        prop_assert_eq!(second, first);
    }

    #[test]
    fn what_is_desired_equals_what_is_shown_or_needs_an_edit(
        rule in rules(), product in products(), shown in shop_states(),
    ) {
        if let Some(state) = state_of(rule.desire(&product, &shown)) {
            prop_assert!(state == shown || !shown.satisfies(&state), "{shown:?} -> {state:?}");
        }
    }

    #[test]
    fn no_held_listing_becomes_visible_or_changes_its_price(
        rule in rules(), product in products(), shown in shop_states(),
    ) {
        if let Desire::Held(_, state) = rule.desire(&product, &shown) {
            prop_assert!(shown.visible || !state.visible);
            prop_assert_eq!(state.price, shown.price);
        }
    }

    #[test]
    fn nothing_is_shown_below_cost(rule in rules(), product in products(), shown in shop_states()) {
        let below = |state: &ShopState| product.price.is_some_and(|cost| state.price < cost.value);
        // A ratio so thin that rounding to 10 yen eats it is the shop keeper's choice.
        let thin = product.price.is_some_and(|cost| rule.strategy.selling_price(cost.value) < cost.value);

        let desire = rule.desire(&product, &shown);

        if let Some(state) = state_of(desire) {
            prop_assert!(thin || !state.visible || !below(&state), "{desire:?}");
        }
    }

    #[test]
    fn a_product_out_of_stock_is_hidden_at_its_price(rule in rules(), cost in prop::option::of(1_u32..9_999), shown in shop_states()) {
        let desire = rule.desire(&product(cost, Some(Stock::NoOffer)), &shown);

        let state = state_of(desire).expect("it is known to have no offer");
        prop_assert!(!state.visible);
        prop_assert_eq!(state.price, shown.price);
    }

    #[test]
    fn a_shown_price_stays_until_it_is_off_by_100_yen_or_3_percent_or_below_cost(
        cost in 500_u32..70_000, shown in 500_u32..100_000,
    ) {
        let wanted = SellingRule::default().strategy.selling_price(Yen(cost)).0;
        let difference = wanted.abs_diff(shown);
        let due = difference >= 100 || difference * 100 >= 3 * shown || (shown < cost && difference > 0);

        let price = price(cost, shown);

        prop_assert_eq!(price, if due { wanted } else { shown });
    }
}

#[test]
fn amazon_goes_from_1000_to_1200_and_the_shop_from_1300_to_1560() {
    assert_eq!(price(1_000, 1_300), 1_300);
    assert_eq!(price(1_200, 1_300), 1_560);
}

#[test]
fn the_price_is_rounded_to_the_nearest_ten_yen() {
    assert_eq!(price(1_234, 1), 1_600);
}

#[test]
fn exactly_100_yen_are_worth_an_edit() {
    // Of 13,000 yen 100 are less than 3 %.
    assert_eq!(price(10_000, 12_901), 12_901);
    assert_eq!(price(10_000, 12_900), 13_000);
    assert_eq!(price(10_000, 13_099), 13_099);
    assert_eq!(price(10_000, 13_100), 13_000);
}

#[test]
fn exactly_3_percent_of_the_shown_price_are_worth_an_edit() {
    // 3 % of 1,000 are 30 yen; 1,030 is the price of what costs 792.
    assert_eq!(price(792, 1_000), 1_030);
    assert_eq!(price(792, 1_001), 1_001);
}

#[test]
fn a_price_below_cost_is_raised_however_small_the_difference() {
    let thin = SellingRule {
        strategy: Pricing::Flat(Ratio::parse("1.01").expect("a ratio")),
        ..SellingRule::default()
    };

    // 10,000 x 1.01 = 10,100: 90 yen and less than 1 % off.
    let below = thin.desire(&in_stock(10_000), &on_display(9_999));
    let lossless = thin.desire(&in_stock(10_000), &on_display(10_010));

    assert_eq!(below, Desire::State(on_display(10_100)));
    assert_eq!(lossless, Desire::State(on_display(10_010)));
}

#[test]
fn a_product_that_comes_back_is_shown_at_the_exact_price() {
    // 20 yen alone would not be worth an edit.
    let desired = desire(&in_stock(1_000), &hidden(1_280));

    assert_eq!(desired, Desire::State(on_display(1_300)));
}

#[test]
fn a_stock_that_was_never_set_is_no_reason_for_an_edit() {
    let unset = |visible, price| ShopState {
        price: Yen(price),
        visible,
        stock: None,
    };

    let kept = desire(&in_stock(1_000), &unset(true, 1_300));
    let still_hidden = desire(&product(None, Some(Stock::NoOffer)), &unset(false, 1_300));

    assert_eq!(kept, Desire::State(unset(true, 1_300)));
    assert_eq!(still_hidden, Desire::State(unset(false, 1_300)));
}

#[test]
fn a_stock_that_differs_is_a_reason_for_an_edit() {
    let sold_out = ShopState {
        stock: Some(0),
        ..on_display(1_300)
    };

    assert_eq!(
        desire(&in_stock(1_000), &sold_out),
        Desire::State(on_display(1_300))
    );
}

#[test]
fn offers_that_fail_the_rule_hide_at_the_second_observation() {
    let filtered_out = |times| {
        let why = Rejection::ShipsTooLate;
        product(Some(1_000), Some(Stock::FilteredOut { times, why }))
    };

    assert_eq!(
        desire(&filtered_out(1), &on_display(1_300)),
        Desire::Undecided
    );
    assert_eq!(
        desire(&filtered_out(2), &on_display(1_300)),
        Desire::State(hidden(1_300))
    );
}

#[test]
fn an_unknown_product_changes_nothing() {
    let no_price = product(None, Some(Stock::In));

    assert_eq!(
        desire(&product(None, None), &on_display(1)),
        Desire::Undecided
    );
    assert_eq!(
        desire(&product(Some(1_000), None), &on_display(1)),
        Desire::Undecided
    );
    assert_eq!(desire(&no_price, &on_display(1)), Desire::Undecided);
}

#[test]
fn a_price_out_of_bounds_is_held_and_not_clamped() {
    // 120,000 x 1.3 = 156,000; 380 x 1.3 = 494 -> 490.
    let dear = desire(&in_stock(120_000), &on_display(130_000));
    let cheap = desire(&in_stock(380), &on_display(500));

    assert_eq!(
        dear,
        Desire::Held(HoldReason::PriceAboveBounds, on_display(130_000))
    );
    assert_eq!(
        cheap,
        Desire::Held(HoldReason::PriceBelowBounds, on_display(500))
    );
}

#[test]
fn the_bounds_themselves_are_accepted() {
    // 385 x 1.3 = 500.5; 76,923 x 1.3 = 99,999.9.
    assert_eq!(price(385, 1), 500);
    assert_eq!(price(76_923, 1), 100_000);
}

#[test]
fn a_held_listing_shown_below_cost_is_hidden() {
    let desired = desire(&in_stock(120_000), &on_display(100_000));

    assert_eq!(
        desired,
        Desire::Held(HoldReason::PriceAboveBounds, hidden(100_000))
    );
}

#[test]
fn a_held_and_hidden_listing_does_not_change() {
    let put_away = ShopState {
        visible: false,
        ..on_display(100_000)
    };

    let desired = desire(&in_stock(120_000), &put_away);

    assert_eq!(
        desired,
        Desire::Held(HoldReason::PriceAboveBounds, put_away)
    );
}

#[test]
fn hiding_comes_before_prices_below_cost_and_other_updates() {
    let cost = Some(Yen(1_500));
    let raised = on_display(1_950);

    let hide = Urgency::of(&on_display(1_300), &hidden(1_300), cost);
    let below_cost = Urgency::of(&on_display(1_300), &raised, cost);
    let normal = Urgency::of(&on_display(1_600), &raised, cost);
    let shown_again = Urgency::of(&hidden(1_300), &raised, cost);

    assert_eq!(hide, Urgency::Hide);
    assert_eq!(below_cost, Urgency::BelowCost);
    assert_eq!([normal, shown_again], [Urgency::Normal, Urgency::Normal]);
    assert!(Urgency::Hide < Urgency::BelowCost && Urgency::BelowCost < Urgency::Normal);
}

#[test]
fn a_sale_at_cost_is_no_loss() {
    let cost = Yen(10_000);
    let thin = SellingRule {
        strategy: Pricing::Flat(Ratio::parse("1.005").expect("a ratio")),
        ..SellingRule::default()
    };

    assert!(is_at_a_loss(Some(Yen(9_999)), Some(cost)));
    assert!(!is_at_a_loss(Some(cost), Some(cost)));
    assert!(!is_at_a_loss(Some(Yen(10_001)), Some(cost)));
    assert!(!is_at_a_loss(None, Some(cost)) && !is_at_a_loss(Some(cost), None));
    // 10,000 x 1.005 = 10,050: the difference alone is not worth an edit.
    let shown = on_display(cost.0);
    assert_eq!(thin.desire(&in_stock(cost.0), &shown), Desire::State(shown));
    let dear = on_display(120_000);
    let held = Desire::Held(HoldReason::PriceAboveBounds, dear);
    assert_eq!(desire(&in_stock(120_000), &dear), held);
    let urgency = Urgency::of(&shown, &on_display(10_050), Some(cost));
    assert_eq!(urgency, Urgency::Normal);
}

#[test]
fn who_wants_every_change_gets_no_edit_without_one() {
    let every = SellingRule {
        min_change: Yen(0),
        min_change_percent: 0,
        ..SellingRule::default()
    };
    let unset = |price| ShopState {
        stock: None,
        ..on_display(price)
    };

    let same = every.desire(&in_stock(1_000), &unset(1_300));
    let other = every.desire(&in_stock(1_000), &unset(1_290));

    assert_eq!(same, Desire::State(unset(1_300)));
    assert_eq!(other, Desire::State(on_display(1_300)));
}

#[test]
fn an_item_that_sold_out_in_the_shop_has_no_stock_until_its_cool_down_is_over() {
    let rule = SellingRule::default();
    let until_stocked_by_hand = SellingRule {
        restock_after: None,
        ..SellingRule::default()
    };
    let since = DateTime::UNIX_EPOCH;
    let (day, instant) = (TimeDelta::hours(24), TimeDelta::milliseconds(1));

    assert!(rule.cools_down(Some(since), since));
    assert!(rule.cools_down(Some(since), since + day - instant));
    assert!(!rule.cools_down(Some(since), since + day));
    assert!(until_stocked_by_hand.cools_down(Some(since), since + day * 365));
    assert!(!rule.cools_down(None, since), "it has not sold out");
    let without_stock = ShopState {
        stock: Some(0),
        ..on_display(1_300)
    };
    let desired = rule.desire_cooling_down(&in_stock(1_000), &on_display(1_300));
    assert_eq!(desired, Desire::State(without_stock));
}

#[test]
fn an_item_is_hidden_while_a_sale_of_the_platform_asks_for_less_than_it_costs() {
    let (shown, product) = (on_display(1_300), in_stock(1_000));
    let during = |desire, sale| SellingRule::during_sale(desire, sale, &product, &shown);
    let hide = Desire::Held(HoldReason::SaleBelowCost, hidden(1_300));

    let stays = Desire::State(shown);
    assert_eq!(during(stays, Some(Yen(999))), hide);
    assert_eq!(during(stays, Some(Yen(1_000))), stays, "a sale at cost");
    assert_eq!(during(stays, None), stays, "no sale");
    let held = Desire::Held(HoldReason::PriceAboveBounds, shown);
    assert_eq!(during(held, Some(Yen(999))), hide);
    for desire in [Desire::State(hidden(1_300)), Desire::Undecided] {
        assert_eq!(during(desire, Some(Yen(999))), desire);
    }
}
