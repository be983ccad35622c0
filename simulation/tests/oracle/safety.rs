//! What may never happen: each watch says so when it does, and is silent otherwise.

use chrono::{DateTime, TimeDelta, Utc};
use simulation::oracle::applied::AppliedWatch;
use simulation::oracle::knowledge::ToldByAmazon;
use simulation::oracle::law::Findings;
use simulation::oracle::notices::NoticeWatch;
use simulation::oracle::products::ProductWatch;
use simulation::oracle::rows::{NamedValues, RowChange};
use simulation::oracle::rules::KeeperRules;
use simulation::oracle::shops::{EditJudge, Editor, ShopWatch};
use simulation::oracle::tokens::{CallerEnd, TokenWatch};
use simulator::{ItemSnapshot, ShopSnapshot};

const ASIN: &str = "B000000001";
const PAIR: &[u8] = br#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn names(findings: &Findings) -> Vec<&'static str> {
    findings.breaches.iter().map(|breach| breach.rule).collect()
}

fn at_first() -> Findings {
    Findings::none(at(0))
}

/// A product's row: its price and stock, both seen at this minute.
fn row(price: i64, stock: &str, minute: i64) -> NamedValues {
    let seen = at(minute).to_rfc3339();
    NamedValues::of_text(&format!(
        r#"{{"price_yen":{price},"price_updated_at":"{seen}","stock":"{stock}","stock_updated_at":"{seen}"}}"#
    ))
}

fn change(was: Option<NamedValues>, now: NamedValues) -> RowChange {
    RowChange {
        what: "product".to_owned(),
        subject: ASIN.to_owned(),
        was,
        now,
    }
}

/// What is broken when a product's row changes so, after Amazon told this.
fn recorded(
    told: Option<ToldByAmazon>,
    was: Option<NamedValues>,
    now: NamedValues,
) -> Vec<&'static str> {
    let mut products = ProductWatch::default();
    if let Some(told) = told {
        products.answered(ASIN, told, at(9));
    }
    let mut findings = Findings::none(at(10));
    products.changed(&change(was, now), &mut findings);
    names(&findings)
}

#[test]
fn what_amazon_told_may_be_recorded_and_nothing_else() {
    let now = row(1_000, "in", 9);

    assert!(recorded(Some(ToldByAmazon::InStock(1_000)), None, now.clone()).is_empty());
    assert_eq!(
        recorded(Some(ToldByAmazon::InStock(990)), None, now.clone()),
        ["untold-observation"]
    );
    assert_eq!(recorded(None, None, now), ["untold-observation"]);
}

#[test]
fn a_stock_out_that_was_an_error_is_found() {
    let was = Some(row(1_000, "in", 1));
    let mut now = row(1_000, "no_offer", 9);
    assert_eq!(
        recorded(Some(ToldByAmazon::Nothing), was.clone(), now.clone()),
        ["untold-observation"]
    );

    now = NamedValues::of_text(&format!(
        r#"{{"price_yen":1000,"price_updated_at":"{}","stock":"no_offer","stock_updated_at":"{}"}}"#,
        at(1).to_rfc3339(),
        at(9).to_rfc3339()
    ));
    assert!(recorded(Some(ToldByAmazon::NoOffer), was, now).is_empty());
}

#[test]
fn an_older_observation_that_replaces_a_newer_one_is_found() {
    let found = recorded(
        Some(ToldByAmazon::InStock(1_000)),
        Some(row(1_000, "in", 8)),
        row(1_000, "in", 7),
    );

    assert!(found.contains(&"older-wins"));
}

#[test]
fn an_observation_of_the_future_may_be_replaced() {
    let found = recorded(
        Some(ToldByAmazon::InStock(1_000)),
        Some(row(1_000, "in", 600)),
        row(1_000, "in", 9),
    );

    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_price_of_nothing_and_an_erased_value_are_found() {
    let erased = NamedValues::of_text("{}");

    assert!(
        recorded(Some(ToldByAmazon::InStock(0)), None, row(0, "in", 9)).contains(&"price-zero")
    );
    assert!(recorded(None, Some(row(1_000, "in", 1)), erased).contains(&"value-erased"));
}

fn item(price: i64, visible: bool) -> ItemSnapshot {
    ItemSnapshot {
        item_id: 7,
        identifier: None,
        asin: ASIN.to_owned(),
        title: String::new(),
        price,
        stock: i64::from(visible),
        visible,
        modified: 0,
        edits: 0,
        sale_price: None,
        digital: false,
        variations: 0,
    }
}

/// What is broken when an item changes so, an hour after the rows said each of these.
fn edited(known: &[(i64, &str)], before: ItemSnapshot, after: ItemSnapshot) -> Vec<&'static str> {
    let mut products = ProductWatch::default();
    for (minute, (price, stock)) in (0..).zip(known) {
        let told = if *stock == "in" {
            ToldByAmazon::InStock(*price)
        } else {
            ToldByAmazon::NoOffer
        };
        products.answered(ASIN, told, at(minute));
        let now = row(*price, stock, minute);
        products.changed(&change(None, now), &mut Findings::none(at(minute)));
    }
    let rules = KeeperRules::default();
    let judge = EditJudge {
        products: &products,
        in_force: std::slice::from_ref(&rules),
        looks_back: TimeDelta::minutes(10),
    };
    let shop = |item| ShopSnapshot {
        account: "shop-1".to_owned(),
        items: vec![item],
    };
    let mut shops = ShopWatch::default();
    let mut findings = at_first();
    shops.look(&shop(before), Editor::Person, judge, &mut findings);
    findings.at = at(60);
    shops.look(&shop(after), Editor::Product, judge, &mut findings);
    names(&findings)
}

#[test]
fn a_hide_needs_an_answer_that_confirms_it() {
    let (shown, hidden) = (item(1_300, true), item(1_300, false));

    assert_eq!(
        edited(&[(1_000, "in")], shown.clone(), hidden.clone()),
        ["hidden-without-cause"]
    );
    assert!(edited(&[(1_000, "in"), (1_000, "no_offer")], shown, hidden).is_empty());
}

#[test]
fn what_is_sold_out_is_not_shown() {
    let (shown, hidden) = (item(1_300, true), item(1_300, false));

    assert_eq!(
        edited(&[(1_000, "no_offer")], hidden.clone(), shown.clone()),
        ["shown-without-cause"]
    );
    assert!(edited(&[(1_000, "no_offer"), (1_000, "in")], hidden, shown).is_empty());
}

#[test]
fn nothing_is_set_below_its_cost() {
    let found = edited(&[(2_000, "in")], item(2_600, true), item(1_950, true));

    assert_eq!(found, ["sold-below-cost", "price-from-nowhere"]);
}

#[test]
fn a_new_price_follows_from_the_cost() {
    // 1,200 x 1.3 = 1,560.
    assert!(edited(&[(1_200, "in")], item(1_300, true), item(1_560, true)).is_empty());
    assert_eq!(
        edited(&[(1_200, "in")], item(1_300, true), item(1_570, true)),
        ["price-from-nowhere"]
    );
}

/// What is broken when the shop shows 1,300 yen and the rows say so of what counts as applied.
fn applied(row: &str) -> Vec<&'static str> {
    let products = ProductWatch::default();
    let rules = KeeperRules::default();
    let judge = EditJudge {
        products: &products,
        in_force: std::slice::from_ref(&rules),
        looks_back: TimeDelta::minutes(10),
    };
    let shop = ShopSnapshot {
        account: "shop-1".to_owned(),
        items: vec![item(1_300, true)],
    };
    let (mut shops, mut watch) = (ShopWatch::default(), AppliedWatch::default());
    let mut findings = at_first();
    shops.look(&shop, Editor::Person, judge, &mut findings);
    watch.listed(&NamedValues::of_text(
        r#"{"id":1,"account_id":"shop-1","asin":"B000000001","item_id":7}"#,
    ));
    let change = RowChange {
        what: "applied".to_owned(),
        subject: "1".to_owned(),
        was: None,
        now: NamedValues::of_text(row),
    };
    watch.changed(&change, &shops, &mut findings);
    names(&findings)
}

#[test]
fn what_counts_as_applied_is_shown() {
    let row = |price, more: &str| {
        format!(
            r#"{{"price_yen":{price},"visible":1,"applied_at":"2026-11-28T00:00:00Z","sends":0{more}}}"#
        )
    };

    assert!(applied(&row(1_300, "")).is_empty());
    assert_eq!(applied(&row(1_560, "")), ["confirmed-but-not-shown"]);
    // In doubt.
    assert!(applied(&row(1_560, r#","sent":"{}""#)).is_empty());
    assert!(applied(&row(1_560, r#","busy_until":"2026-11-28T00:00:08Z""#)).is_empty());
}

#[test]
fn two_refreshes_at_a_time_are_found() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.asked(1, "shop-1", &mut findings);
    tokens.asked(2, "shop-2", &mut findings);
    assert!(names(&findings).is_empty());

    findings.at = at(0) + TimeDelta::seconds(30);
    tokens.asked(3, "shop-1", &mut findings);

    assert_eq!(names(&findings), ["two-refreshes"]);
}

#[test]
fn a_refresh_that_hangs_for_a_minute_may_be_followed_by_another() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.asked(1, "shop-1", &mut findings);

    findings.at = at(1);
    tokens.asked(2, "shop-1", &mut findings);

    assert!(names(&findings).is_empty());
}

#[test]
fn a_token_is_used_when_it_is_stored_and_not_before() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.stored("a1", "r1");
    tokens.used("shop-1", "Bearer a1", &mut findings);
    assert!(names(&findings).is_empty());

    tokens.used("shop-1", "Bearer a2", &mut findings);

    assert_eq!(names(&findings), ["token-used-before-stored"]);
}

#[test]
fn a_pair_that_was_received_is_stored() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    for account in ["shop-1", "shop-2"] {
        let call = u64::from(account == "shop-2");
        tokens.asked(call, account, &mut findings);
        tokens.answered(call, 200, PAIR, (true, false));
        tokens.over(call, CallerEnd::Received, 0, &mut findings);
        if account == "shop-1" {
            tokens.stored("a2", "r2");
            findings.at = at(30);
            tokens.look(&mut findings);
            assert!(names(&findings).is_empty());
            (tokens, findings) = (TokenWatch::default(), at_first());
        }
    }

    findings.at = at(30);
    tokens.look(&mut findings);

    assert_eq!(names(&findings), ["token-pair-lost"]);
}

#[test]
fn a_pair_dies_with_its_process() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.asked(1, "shop-1", &mut findings);
    tokens.answered(1, 200, PAIR, (true, false));
    tokens.over(1, CallerEnd::Received, 2, &mut findings);

    tokens.killed(2);
    findings.at = at(30);
    tokens.look(&mut findings);
    tokens.reauthorise("shop-1", &mut findings);

    assert!(names(&findings).is_empty());
}

#[test]
fn a_pair_waits_with_a_process_that_stands_still_and_no_longer() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.asked(1, "shop-1", &mut findings);
    tokens.answered(1, 200, PAIR, (true, false));
    tokens.over(1, CallerEnd::Received, 2, &mut findings);

    tokens.frozen(2);
    findings.at = at(30);
    tokens.look(&mut findings);
    tokens.thawed(2, at(30));
    findings.at = at(34);
    tokens.look(&mut findings);
    assert!(names(&findings).is_empty());

    findings.at = at(60);
    tokens.look(&mut findings);
    assert_eq!(names(&findings), ["token-pair-lost"]);
}

#[test]
fn a_refresh_is_not_dropped_after_eight_seconds() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.asked(1, "shop-1", &mut findings);
    findings.at = at(1);
    tokens.over(1, CallerEnd::GaveUp, 0, &mut findings);
    assert!(names(&findings).is_empty());

    tokens.asked(2, "shop-1", &mut findings);
    findings.at = at(1) + TimeDelta::seconds(8);
    tokens.over(2, CallerEnd::GaveUp, 0, &mut findings);

    assert_eq!(names(&findings), ["refresh-answer-dropped"]);
}

#[test]
fn a_person_is_called_only_for_a_token_that_was_refused() {
    let (mut tokens, mut findings) = (TokenWatch::default(), at_first());
    tokens.refused("shop-1");
    tokens.reauthorise("shop-1", &mut findings);
    assert!(names(&findings).is_empty());

    tokens.reauthorise("shop-2", &mut findings);

    assert_eq!(names(&findings), ["reauthorised-in-vain"]);
}

#[test]
fn a_message_that_is_posted_twice_is_found_and_one_that_the_network_doubled_is_not() {
    let (mut notices, mut findings) = (NoticeWatch::default(), at_first());
    notices.posted(1, "/rooms/1/messages", b"sold out", &mut findings);
    notices.posted(1, "/rooms/1/messages", b"sold out", &mut findings);
    notices.posted(2, "/rooms/1/messages", b"back again", &mut findings);
    assert!(names(&findings).is_empty());

    notices.posted(3, "/rooms/1/messages", b"sold out", &mut findings);

    assert_eq!(names(&findings), ["notice-twice"]);
}
