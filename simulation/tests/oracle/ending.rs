//! What a listing may show in the end, when the market has rested.

use simulation::oracle::face::ItemFace;
use simulation::oracle::finally::{Circumstances, wrong_in_the_end};
use simulation::oracle::knowledge::ToldByAmazon;
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

fn is_right(told: &ToldByAmazon, shown: ItemFace, about: Circumstances) -> bool {
    wrong_in_the_end(told, shown, about, &KeeperRules::default()).is_none()
}

fn usual() -> Circumstances {
    Circumstances::default()
}

#[test]
fn what_cannot_be_bought_is_not_for_sale() {
    assert!(!is_right(&ToldByAmazon::NoOffer, SHOWN, usual()));
    assert!(!is_right(&ToldByAmazon::NonePassed(None), SHOWN, usual()));
    assert!(is_right(&ToldByAmazon::NoOffer, HIDDEN, usual()));
}

#[test]
fn a_hidden_item_has_no_stock_unless_its_price_was_never_known() {
    let stocked = ItemFace {
        stock: Some(3),
        ..HIDDEN
    };
    let priced = Circumstances {
        last_cost: Some(1_000),
        ..usual()
    };

    assert!(!is_right(&ToldByAmazon::NoOffer, stocked, priced));
    assert!(is_right(&ToldByAmazon::NoOffer, stocked, usual()));
}

#[test]
fn what_can_be_bought_is_for_sale_at_its_price() {
    assert!(is_right(&ToldByAmazon::InStock(1_000), SHOWN, usual()));
    assert!(!is_right(&ToldByAmazon::InStock(1_000), HIDDEN, usual()));
    assert!(!is_right(&ToldByAmazon::InStock(1_200), SHOWN, usual()));
}

#[test]
fn a_price_within_the_threshold_may_stay() {
    // 1,010 x 1.3 = 1,313, rounded 1,310.
    assert!(is_right(&ToldByAmazon::InStock(1_010), SHOWN, usual()));
}

#[test]
fn nothing_is_for_sale_below_cost_even_when_it_is_held() {
    let shown = ItemFace {
        price: 99_000,
        ..SHOWN
    };

    assert!(!is_right(&ToldByAmazon::InStock(120_000), shown, usual()));
    assert!(is_right(&ToldByAmazon::InStock(90_000), shown, usual()));
    assert!(is_right(&ToldByAmazon::InStock(120_000), HIDDEN, usual()));
}

#[test]
fn a_sale_below_cost_hides() {
    let about = Circumstances {
        sale_price: Some(910),
        ..usual()
    };

    assert!(!is_right(&ToldByAmazon::InStock(1_000), SHOWN, about));
    assert!(is_right(&ToldByAmazon::InStock(1_000), HIDDEN, about));
}

#[test]
fn an_item_that_sold_out_may_rest_with_stock_0() {
    let sold = ItemFace {
        stock: Some(0),
        ..SHOWN
    };
    let about = Circumstances {
        sold_out: true,
        ..usual()
    };

    assert!(is_right(&ToldByAmazon::InStock(1_000), sold, about));
    assert!(!is_right(&ToldByAmazon::InStock(1_000), sold, usual()));
}

#[test]
fn what_amazon_does_not_answer_stays_as_it_is() {
    for told in [ToldByAmazon::Nothing, ToldByAmazon::Invalid] {
        assert!(is_right(&told, SHOWN, usual()));
        assert!(is_right(&told, HIDDEN, usual()));
    }
}

#[test]
fn what_may_not_be_edited_is_not_judged() {
    let about = Circumstances {
        is_locked: true,
        ..usual()
    };

    assert!(is_right(&ToldByAmazon::NoOffer, SHOWN, about));
}
