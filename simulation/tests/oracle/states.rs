//! Section 6: what an item must show for what is known of its product.

use simulation::oracle::face::{Hurry, ItemFace, Wanted, edit_is_due, hurry, wanted};
use simulation::oracle::knowledge::{BuyState, ProductKnown};
use simulation::oracle::rules::KeeperRules;

const SHOWN: ItemFace = ItemFace {
    price: 1_300,
    visible: true,
    stock: Some(1),
};
const HIDDEN: ItemFace = ItemFace {
    price: 1_300,
    visible: false,
    stock: Some(0),
};

fn known(standing: BuyState, cost: Option<i64>) -> ProductKnown {
    ProductKnown {
        cost,
        standing,
        ..ProductKnown::default()
    }
}

fn wanted_of(standing: BuyState, cost: Option<i64>, shown: ItemFace) -> Wanted {
    wanted(&known(standing, cost), shown, &KeeperRules::default())
}

#[test]
fn a_price_of_1_200_makes_the_shop_show_1_560() {
    let wanted = wanted_of(BuyState::InStock, Some(1_200), SHOWN);

    let face = ItemFace {
        price: 1_560,
        ..SHOWN
    };
    assert_eq!(wanted, Wanted::Shows(face));
    assert!(edit_is_due(SHOWN, face));
}

#[test]
fn a_price_that_is_right_needs_no_edit() {
    let wanted = wanted_of(BuyState::InStock, Some(1_000), SHOWN);

    assert_eq!(wanted, Wanted::Shows(SHOWN));
    assert!(!edit_is_due(SHOWN, wanted.face(SHOWN)));
}

#[test]
fn a_small_difference_keeps_the_price_that_is_shown() {
    // 1,020 x 1.3 = 1,326, rounded 1,330: 30 yen of 1,300 are 2.3 %.
    assert_eq!(
        wanted_of(BuyState::InStock, Some(1_020), SHOWN),
        Wanted::Shows(SHOWN)
    );
    // 1,030 x 1.3 = 1,339, rounded 1,340: 40 yen are 3.07 %.
    let face = ItemFace {
        price: 1_340,
        ..SHOWN
    };
    assert_eq!(
        wanted_of(BuyState::InStock, Some(1_030), SHOWN),
        Wanted::Shows(face)
    );
}

#[test]
fn a_small_difference_is_brought_along_when_the_item_is_shown_again() {
    let face = ItemFace {
        price: 1_330,
        ..SHOWN
    };

    assert_eq!(
        wanted_of(BuyState::InStock, Some(1_020), HIDDEN),
        Wanted::Shows(face)
    );
}

#[test]
fn a_product_without_an_offer_is_hidden_at_its_last_price() {
    let wanted = wanted_of(BuyState::NoOffer, Some(1_000), SHOWN);

    assert_eq!(wanted, Wanted::Shows(HIDDEN));
    assert_eq!(hurry(SHOWN, HIDDEN, Some(1_000)), Hurry::Hide);
}

#[test]
fn a_product_that_is_back_is_shown_again_at_its_new_price() {
    let face = ItemFace {
        price: 2_600,
        ..SHOWN
    };

    assert_eq!(
        wanted_of(BuyState::InStock, Some(2_000), HIDDEN),
        Wanted::Shows(face)
    );
}

#[test]
fn offers_that_fail_the_rule_hide_when_seen_twice() {
    assert_eq!(
        wanted_of(BuyState::NonePassed(1), Some(1_000), SHOWN),
        Wanted::Unchanged
    );
    assert_eq!(
        wanted_of(BuyState::NonePassed(2), Some(1_000), SHOWN),
        Wanted::Shows(HIDDEN)
    );
}

#[test]
fn they_hide_at_once_by_setting() {
    let rules = KeeperRules {
        filtered_hides_after: 1,
        ..KeeperRules::default()
    };

    assert_eq!(
        wanted(&known(BuyState::NonePassed(1), None), SHOWN, &rules),
        Wanted::Shows(HIDDEN)
    );
}

#[test]
fn what_was_never_answered_stays_as_it_is() {
    assert_eq!(wanted_of(BuyState::Unknown, None, SHOWN), Wanted::Unchanged);
    assert_eq!(
        wanted_of(BuyState::Unknown, None, HIDDEN),
        Wanted::Unchanged
    );
}

#[test]
fn a_product_of_120_000_yen_is_held_and_not_sold_at_100_000() {
    let shown = ItemFace {
        price: 130_000,
        ..SHOWN
    };

    assert_eq!(
        wanted_of(BuyState::InStock, Some(120_000), shown),
        Wanted::Held(shown)
    );
}

#[test]
fn a_held_item_that_is_shown_below_cost_is_hidden() {
    let shown = ItemFace {
        price: 99_000,
        ..SHOWN
    };
    let hidden = ItemFace {
        price: 99_000,
        ..HIDDEN
    };

    assert_eq!(
        wanted_of(BuyState::InStock, Some(120_000), shown),
        Wanted::Held(hidden)
    );
}

#[test]
fn a_held_item_that_is_hidden_stays_hidden() {
    assert_eq!(
        wanted_of(BuyState::InStock, Some(120_000), HIDDEN),
        Wanted::Held(HIDDEN)
    );
    assert_eq!(
        wanted_of(BuyState::InStock, Some(300), HIDDEN),
        Wanted::Held(HIDDEN)
    );
}

#[test]
fn a_rise_above_the_shown_price_hurries() {
    let wanted = wanted_of(BuyState::InStock, Some(1_400), SHOWN);

    // 1,400 x 1.3 = 1,820
    let face = ItemFace {
        price: 1_820,
        ..SHOWN
    };
    assert_eq!(wanted, Wanted::Shows(face));
    assert_eq!(hurry(SHOWN, face, Some(1_400)), Hurry::BelowCost);
    assert_eq!(hurry(SHOWN, face, Some(1_200)), Hurry::Rest);
}

#[test]
fn hides_go_before_rises_and_those_before_the_rest() {
    assert!(Hurry::Hide < Hurry::BelowCost);
    assert!(Hurry::BelowCost < Hurry::Rest);
}

#[test]
fn an_unknown_stock_is_no_difference() {
    let unknown = ItemFace {
        stock: None,
        ..SHOWN
    };
    let sold = ItemFace {
        stock: Some(0),
        ..SHOWN
    };

    assert!(!edit_is_due(unknown, SHOWN));
    assert!(edit_is_due(sold, SHOWN));
}

#[test]
fn visibility_alone_is_worth_an_edit() {
    let hidden = ItemFace {
        visible: false,
        ..SHOWN
    };

    assert!(edit_is_due(hidden, SHOWN));
}

#[test]
fn the_guard_allows_ten_percent_or_fifty_and_four_in_a_small_shop() {
    let rules = KeeperRules::default();

    assert_eq!(rules.hides_allowed(12_829, 12_829), 1_282);
    assert_eq!(rules.hides_allowed(300, 12_829), 50);
    assert_eq!(rules.hides_allowed(40, 40), 4);
    assert_eq!(rules.hides_allowed(50, 50), 5);
}
