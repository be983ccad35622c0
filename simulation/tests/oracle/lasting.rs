//! What may not last, and what must be true in the end, judged over rows and shops.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use simulation::oracle::ending::{AliveMessage, EndJudge, messages};
use simulation::oracle::knowledge::ToldByAmazon;
use simulation::oracle::lasting::Look;
use simulation::oracle::law::Findings;
use simulation::oracle::open_work::{MessageWatch, grown};
use simulation::oracle::products::ProductWatch;
use simulation::oracle::rows::{NamedValues, RowChange};
use simulation::oracle::rules::KeeperRules;
use simulation::oracle::runs;
use simulation::oracle::shops::{EditJudge, Editor, ShopWatch};
use simulator::{AsinSnapshot, AsinState, ItemSnapshot, ShopSnapshot, TrueOffer};

use crate::sample_rows::SampleRows;

const ASIN: &str = "B000000001";

/// What is looked at: rows, the item in the shop, and Amazon.
struct Scene {
    watched: SampleRows,
    products: ProductWatch,
    shops: ShopWatch,
    rules: KeeperRules,
}

fn start() -> DateTime<Utc> {
    let start = DateTime::parse_from_rfc3339("2026-11-28T00:00:00Z").expect("an instant");
    start.to_utc()
}

fn hours(hours: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours)
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

/// Amazon sells it at this price, or does not.
fn market(price: Option<i64>) -> AsinSnapshot {
    let offers = price.map(|price| TrueOffer {
        price,
        ..TrueOffer::default()
    });
    AsinSnapshot {
        asin: ASIN.to_owned(),
        best_price: price,
        state: AsinState {
            known: true,
            offers: offers.into_iter().collect(),
            ..AsinState::unknown()
        },
    }
}

impl Scene {
    /// An item in the shop `shop-1`; and the rows after these statements.
    fn with(items: Vec<ItemSnapshot>, statements: &[&str]) -> Self {
        let watched = SampleRows::open();
        watched.rows.install(statements);
        let mut scene = Self {
            watched,
            products: ProductWatch::default(),
            shops: ShopWatch::default(),
            rules: KeeperRules::default(),
        };
        scene.shows(vec![item(1_300, true)], 0);
        scene.shows(items, 1);
        scene
    }

    /// A person has changed the shop.
    fn shows(&mut self, items: Vec<ItemSnapshot>, hour: i64) {
        let shop = ShopSnapshot {
            account: "shop-1".to_owned(),
            items,
        };
        let judge = EditJudge {
            products: &self.products,
            in_force: std::slice::from_ref(&self.rules),
            looks_back: TimeDelta::hours(1),
        };
        let mut findings = Findings::none(hours(hour));
        self.shops.look(&shop, Editor::Person, judge, &mut findings);
    }

    /// The rows say this of the product since the hour.
    fn known(&mut self, values: &str, told: ToldByAmazon, hour: i64) {
        self.products.answered(ASIN, told, hours(hour));
        let change = RowChange {
            what: "product".to_owned(),
            subject: ASIN.to_owned(),
            was: None,
            now: NamedValues::of_text(values),
        };
        self.products
            .changed(&change, &mut Findings::none(hours(hour)));
    }

    /// At the hour 10; nothing goes wrong since the hour 0, and the shops were read at the hour 2.
    fn look(&self) -> Look<'_> {
        Look {
            now: hours(10),
            calm_since: hours(0),
            left_until: None,
            read_at: Some(hours(2)),
            products: &self.products,
            shops: &self.shops,
            rules: &self.rules,
            filtered_hides_after: self.rules.filtered_hides_after,
        }
    }

    fn lasting(&self) -> Vec<&'static str> {
        let mut findings = Findings::none(hours(10));
        self.look().listings(&self.watched.rows, &mut findings);
        names(&findings)
    }

    fn end(&self, price: Option<i64>) -> Vec<&'static str> {
        let judge = EndJudge {
            look: self.look(),
            rows: &self.watched.rows,
        };
        let mut findings = Findings::none(hours(10));
        judge.runs(&mut findings);
        judge.updates(&mut findings);
        judge.notices(&mut findings);
        judge.notified(&mut findings);
        judge.cache(&mut findings);
        judge.listings(&|_| market(price), &mut findings);
        names(&findings)
    }
}

fn names(findings: &Findings) -> Vec<&'static str> {
    findings.breaches.iter().map(|breach| breach.rule).collect()
}

const DONE: &str = "UPDATE runs SET state = 'done', ended_at = '2026-11-28T01:00:00.000Z'";
const CLOSED: &str = "UPDATE batches SET state = 'done'";
const UPDATE: &str = "INSERT INTO updates (run_id, listing_id, version, urgency, state, from_price_yen, from_visible,
        to_price_yen, to_visible, at)
    VALUES ('run', 1, 1, 'hide', 'queued', 1300, 1, 1300, 0, '2026-11-28T01:00:00.000Z')";

#[test]
fn what_is_known_to_be_sold_out_is_not_left_for_sale() {
    let mut scene = Scene::with(vec![item(1_300, true)], &[]);

    scene.known(
        r#"{"price_yen":1000,"stock":"no_offer"}"#,
        ToldByAmazon::NoOffer,
        3,
    );

    assert_eq!(scene.lasting(), ["left-for-sale"]);
}

#[test]
fn what_is_known_to_cost_more_is_not_left_at_its_price() {
    let mut scene = Scene::with(vec![item(1_300, true)], &[]);

    scene.known(
        r#"{"price_yen":1400,"stock":"in"}"#,
        ToldByAmazon::InStock(1_400),
        3,
    );

    assert_eq!(scene.lasting(), ["left-below-cost"]);
}

#[test]
fn a_hide_that_a_guard_holds_may_wait() {
    let held = UPDATE.replace("'queued'", "'held'");
    let mass = "UPDATE updates SET hold_reason = 'mass_change'";
    let mut scene = Scene::with(vec![item(1_300, true)], &[&held, mass]);

    scene.known(
        r#"{"price_yen":1000,"stock":"no_offer"}"#,
        ToldByAmazon::NoOffer,
        3,
    );

    assert!(scene.lasting().is_empty());
}

#[test]
fn an_update_is_not_queued_while_its_shop_is_parked() {
    let of = |state: &str, parked_until: &str| {
        let update = UPDATE.replace("'queued'", &format!("'{state}'"));
        let park = format!("UPDATE accounts SET parked_until = '{parked_until}'");
        let scene = Scene::with(vec![item(1_300, true)], &[&update, &park]);
        let mut findings = Findings::none(hours(10));
        scene.look().parked(&scene.watched.rows, &mut findings);
        names(&findings)
    };
    let (later, before) = ("2026-11-28T15:00:00.000Z", "2026-11-28T09:00:00.000Z");

    assert_eq!(of("queued", later), ["parked-queued-again"]);
    assert!(of("parked", later).is_empty());
    assert!(of("queued", before).is_empty());
}

#[test]
fn runs_start_when_they_are_due() {
    let scene = Scene::with(vec![item(1_300, true)], &[DONE]);
    let schedule = |every| {
        let mut findings = Findings::none(hours(10));
        scene
            .look()
            .schedule(&scene.watched.rows, every, &mut findings);
        names(&findings)
    };

    assert_eq!(schedule(TimeDelta::hours(3)), ["no-runs"]);
    assert!(schedule(TimeDelta::hours(10)).is_empty());
}

#[test]
fn an_open_row_has_a_message_within_minutes() {
    let scene = Scene::with(vec![item(1_300, true)], &[UPDATE]);
    let rows = &scene.watched.rows;
    let both: HashSet<String> = ["sync:run:1", "update:1:1"].map(str::to_owned).into();
    let mut messages = MessageWatch::default();
    let mut findings = Findings::none(hours(1));
    messages.look(rows, &both, &mut findings);
    findings.at = hours(2);
    messages.look(rows, &both, &mut findings);
    assert!(names(&findings).is_empty());

    messages.look(rows, &HashSet::new(), &mut findings);
    findings.at = hours(3);
    messages.look(rows, &HashSet::new(), &mut findings);

    assert_eq!(
        names(&findings),
        ["row-without-message", "row-without-message"]
    );
}

#[test]
fn tables_and_queues_stay_in_proportion() {
    let scene = Scene::with(vec![item(1_300, true)], &[]);
    let of = |messages| {
        let mut findings = Findings::none(hours(1));
        grown(&scene.watched.rows, messages, &mut findings);
        names(&findings)
    };
    assert!(of(5).is_empty());

    scene
        .watched
        .rows
        .install(&["INSERT INTO products (asin) VALUES ('B000000009')"]);

    assert_eq!(of(1_000), ["growth-without-bound", "growth-without-bound"]);
}

#[test]
fn each_asin_of_a_run_has_one_outcome() {
    let scene = Scene::with(vec![item(1_300, true)], &[DONE]);
    let mut findings = Findings::none(hours(1));

    runs::ended(&scene.watched.rows, "run", &mut findings);

    assert_eq!(names(&findings), ["outcomes-do-not-add-up"]);
}

#[test]
fn a_run_hides_no_more_than_its_guard_allows() {
    let mut statements = vec!["UPDATE runs SET asins = 5".to_owned()];
    for listing in 2..=6 {
        let asin = format!("B00000000{listing}");
        statements.push(format!(
            "INSERT INTO listings (id, account_id, asin, sku, status, imported_at)
            VALUES ({listing}, 'shop-1', '{asin}', '', 'listed', '2026-11-28T00:00:00.000Z')"
        ));
        let hidden = UPDATE.replace("('run', 1,", &format!("('run', {listing},"));
        statements.push(hidden.replace("'queued'", "'applied'"));
    }
    let hides = |statements: &[String]| {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        let scene = Scene::with(vec![item(1_300, true)], &statements);
        let mut findings = Findings::none(hours(1));
        runs::hides(&scene.watched.rows, &[scene.rules], &mut findings);
        names(&findings)
    };

    assert_eq!(hides(&statements), ["mass-hide"]);
    // Four are allowed.
    assert!(hides(&statements[..9]).is_empty());
}

#[test]
fn a_run_ends() {
    let found = Scene::with(vec![item(1_300, true)], &[]).end(Some(1_000));

    assert_eq!(found, ["run-never-ends"]);
}

#[test]
fn all_is_well_in_the_end() {
    let scene = Scene::with(vec![item(1_300, true)], &[DONE, CLOSED]);

    assert!(scene.end(Some(1_000)).is_empty());
}

#[test]
fn the_shop_shows_what_follows_from_the_market() {
    let scene = Scene::with(vec![item(1_300, true)], &[DONE, CLOSED]);

    assert_eq!(scene.end(Some(1_200)), ["market-missed"]);
    assert_eq!(scene.end(None), ["market-missed"]);
}

#[test]
fn the_shop_shows_the_desired_state() {
    let desired = "UPDATE desired_states SET price_yen = 1320, version = 2";
    let scene = Scene::with(vec![item(1_300, true)], &[DONE, CLOSED, desired]);

    assert_eq!(scene.end(Some(1_000)), ["shop-differs-from-desired"]);

    let unknown = "UPDATE products SET invalid_since = '2026-11-28T01:00:00.000Z'";
    scene.watched.rows.install(&[unknown]);
    assert!(scene.end(Some(1_000)).is_empty(), "it is asked a day later");
}

#[test]
fn an_item_that_a_person_deleted_is_delisted() {
    let scene = Scene::with(Vec::new(), &[DONE, CLOSED]);
    assert_eq!(scene.end(Some(1_000)), ["gone-but-listed"]);

    let delisted = "UPDATE listings SET status = 'delisted'";
    let scene = Scene::with(Vec::new(), &[DONE, CLOSED, delisted]);
    assert!(scene.end(Some(1_000)).is_empty());
}

#[test]
fn an_update_does_not_wait_for_ever() {
    let parked = UPDATE.replace("'queued'", "'parked'");
    let scene = |update: &str| Scene::with(vec![item(1_300, true)], &[DONE, CLOSED, update]);

    assert_eq!(scene(UPDATE).end(Some(1_000)), ["still-queued"]);
    assert_eq!(scene(&parked).end(Some(1_000)), ["still-parked"]);
}

#[test]
fn an_update_may_wait_for_its_reset() {
    let parked = UPDATE.replace("'queued'", "'parked'");
    let until = "UPDATE accounts SET parked_until = '2026-11-28T11:00:00.000Z'";
    let scene = Scene::with(vec![item(1_300, true)], &[DONE, CLOSED, &parked, until]);

    assert!(scene.end(Some(1_000)).is_empty());
}

#[test]
fn people_are_told_of_a_run_that_failed() {
    let failed = DONE.replace("'done'", "'failed'");
    let notice = "INSERT INTO notices (channel, event, written_at, state, not_before, attempts)
        VALUES ('chatwork', 'run/run/ended', '2026-11-28T01:00:00.000Z', 'sent', '2026-11-28T01:00:00.000Z', 1)";
    let due = notice.replace("'sent'", "'due'");
    let scene = |more: &[&str]| {
        let mut statements = vec![failed.as_str(), CLOSED];
        statements.extend(more);
        Scene::with(vec![item(1_300, true)], &statements)
    };

    assert_eq!(scene(&[]).end(Some(1_000)), ["not-told"]);
    assert!(scene(&[notice]).end(Some(1_000)).is_empty());
    assert_eq!(scene(&[&due]).end(Some(1_000)), ["notice-waits"]);
}

#[test]
fn the_cache_is_a_copy() {
    let entry = "INSERT INTO cache_entries (asin, price_yen, stock, stock_updated_at, cached_at)
        VALUES ('B000000001', 990, 'in', '2026-11-28T00:00:00.000Z', '2026-11-28T00:00:00.000Z')";
    let scene = Scene::with(vec![item(1_300, true)], &[DONE, CLOSED, entry]);

    assert_eq!(scene.end(Some(1_000)), ["cache-differs"]);
}

#[test]
fn messages_drain() {
    let alive = |number| -> Vec<AliveMessage> {
        let message = |number| AliveMessage {
            id: format!("update:{number}:1"),
            due_in: TimeDelta::zero(),
        };
        (0..number).map(message).collect()
    };
    let left = |number, open| {
        let mut findings = Findings::none(hours(1));
        messages(&alive(number), open, &mut findings);
        names(&findings)
    };

    assert_eq!(left(6, false), ["messages-stay"]);
    assert!(left(6, true).is_empty());
    assert!(left(2, false).is_empty());
}
