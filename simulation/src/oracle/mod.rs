//! The oracle: says of a history what `domain.md` demands and what the history breaks.
//!
//! It is written from `domain.md` alone, in a hand of its own: nothing here uses a crate of the product, so that a
//! misreading on one side does not cancel out on the other (`tests/oracle` looks for that). [`law`] has all demands by
//! name. The rules: [`offer`] selects the offer that counts, [`pricing`] makes a price of it, [`knowledge`] is what is known
//! after a row of answers, [`face`] what an item must show then, [`finally`] what it may show in the end. The watch:
//! [`decode`] reads what Amazon told, [`rows`] what the rows say, and [`products`], [`shops`], [`applied`], [`runs`], [`tokens`], [`quota`],
//! [`shop_limits`], [`notices`] and [`open_work`] judge each event; [`lasting`] looks every few minutes and [`ending`] at the end.

pub mod applied;
pub mod decode;
mod drain;
pub mod ending;
mod excuses;
pub mod face;
pub mod finally;
mod hearing;
pub mod knowledge;
pub mod lasting;
pub mod law;
pub mod market;
pub mod notices;
pub mod offer;
pub mod open_work;
pub mod pricing;
pub mod products;
pub mod quota;
pub mod rows;
pub mod rules;
pub mod runs;
pub mod settings;
pub mod shop_limits;
pub mod shops;
pub mod tokens;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use self::ending::{AliveMessage, EndJudge};
use self::lasting::{Look, last_run};
use self::law::Findings;
use self::rules::KeeperRules;
use self::settings::RulesInForce;
use self::shops::{EditJudge, Editor};
use crate::breach::Breach;
use crate::event::{Event, Happening, ProcessChange, VendorRequest};
use crate::watcher::Watcher;
use crate::world_view::WorldView;

pub use rows::WATCH;

/// So many minutes pass from one look at what may not last to the next.
const STEPS_A_LOOK: u32 = 5;

/// Judges one history.
pub struct Oracle {
    start: DateTime<Utc>,
    rules: RulesInForce,
    accounts: HashSet<String>,
    log: rows::LogReader,
    requests: HashMap<u64, VendorRequest>,
    answered: HashSet<u64>,
    given_up: HashSet<u64>,
    products: products::ProductWatch,
    shops: shops::ShopWatch,
    applied: applied::AppliedWatch,
    tokens: tokens::TokenWatch,
    quota: quota::QuotaWatch,
    shop_limits: shop_limits::ShopLimitWatch,
    notices: notices::NoticeWatch,
    messages: open_work::MessageWatch,
    excuses: excuses::Excuses,
    ended_runs: Vec<String>,
    steps: u32,
    findings: Findings,
}

impl Oracle {
    /// Begins to watch; accounts, listings and tokens are in the rows.
    pub fn new(world: &WorldView<'_>) -> Self {
        let scenario = world.scenario;
        let kinds = scenario
            .kinds
            .iter()
            .map(|kind| format!("{kind:?}"))
            .collect();
        let an_hour = scenario.shop_calls_an_hour.map(u64::from);
        let mut oracle = Self {
            start: world.now,
            rules: RulesInForce::only(KeeperRules::of_drawn(&scenario.rules)),
            accounts: scenario.accounts.iter().cloned().collect(),
            log: rows::LogReader::default(),
            requests: HashMap::new(),
            answered: HashSet::new(),
            given_up: HashSet::new(),
            products: products::ProductWatch::default(),
            shops: shops::ShopWatch::default(),
            applied: applied::AppliedWatch::default(),
            tokens: tokens::TokenWatch::default(),
            quota: quota::QuotaWatch::default(),
            shop_limits: shop_limits::ShopLimitWatch::of_settings(an_hour),
            notices: notices::NoticeWatch::default(),
            messages: open_work::MessageWatch::default(),
            excuses: excuses::Excuses::of_kinds(kinds),
            ended_runs: Vec::new(),
            steps: 0,
            findings: Findings::none(world.now),
        };
        for pair in rows::selected(world.rows, include_str!("sql/tokens.sql")) {
            let (access, refresh) = (pair.text("access_token"), pair.text("refresh_token"));
            oracle.tokens.stored(access, refresh);
        }
        for product in rows::selected(world.rows, include_str!("sql/products.sql")) {
            oracle
                .products
                .begin(product.text("asin"), &product, world.now);
        }
        for listing in rows::selected(world.rows, include_str!("sql/items.sql")) {
            oracle.applied.listed(&listing);
        }
        for account in &scenario.accounts {
            oracle.look_at(account, Editor::Person, world);
        }
        oracle
    }

    /// Looks at a shop that `editor` may have changed.
    fn look_at(&mut self, account: &str, editor: Editor, world: &WorldView<'_>) {
        let Some(shop) = world.simulator.shop(account) else {
            return;
        };
        let looks_back = self.excuses.looks_back(self.start, world.now);
        let judge = EditJudge {
            products: &self.products,
            in_force: &self.rules.since(world.now - looks_back),
            looks_back,
        };
        self.shops.look(&shop, editor, judge, &mut self.findings);
    }

    /// What is seen at one look; no fault is at work since `calm_since`.
    fn look(&self, calm_since: DateTime<Utc>, world: &WorldView<'_>) -> Look<'_> {
        Look {
            now: world.now,
            calm_since,
            left_until: self.excuses.left_to_next_run(world.now, run_every(world)),
            read_at: last_run(world.rows, "reconcile", "'done'"),
            products: &self.products,
            shops: &self.shops,
            rules: self.rules.newest(),
            filtered_hides_after: self.rules.filtered_hides_after(),
        }
    }

    /// Looks at what may not last, unless a fault explains it.
    fn look_at_what_lasts(&mut self, world: &WorldView<'_>, findings: &mut Findings) {
        let Some(quiet_since) = self.excuses.quiet_since(self.start, world.now) else {
            self.messages.excuse();
            return;
        };
        let look = self.look(quiet_since, world);
        look.listings(world.rows, findings);
        look.parked(world.rows, findings);
        look.schedule(world.rows, run_every(world), findings);
        let alive: HashSet<String> = world
            .messages()
            .into_iter()
            .map(|message| message.id)
            .collect();
        self.messages.look(world.rows, &alive, findings);
        open_work::grown(world.rows, alive.len(), findings);
    }
}

/// From one scheduled run to the next.
fn run_every(world: &WorldView<'_>) -> TimeDelta {
    TimeDelta::from_std(world.scenario.run_every).unwrap_or(TimeDelta::MAX)
}

impl Watcher for Oracle {
    fn see(&mut self, event: &Event, world: &WorldView<'_>) {
        self.findings.at = event.at;
        let place = event.process.map(|process| process.number);
        match &event.what {
            Happening::Asked(request) => self.asked(request, world),
            Happening::Answered(answer) => self.answered(answer, place, world),
            Happening::CallOver { call, how } => self.call_over(*call, *how, place),
            Happening::Person(act) => self.look_at(&act.account, Editor::Person, world),
            // What persons and other programs do every day explains nothing.
            Happening::Fault { name, .. } if name.is_everyday() => {}
            Happening::Fault { begins, .. } => self.excuses.fault(*begins, event.at),
            Happening::Process(ProcessChange::Killed) => {
                self.drain(world);
                self.tokens.killed(place.unwrap_or(usize::MAX));
                self.excuses.happened(event.at);
            }
            Happening::Process(ProcessChange::Frozen) => {
                self.tokens.frozen(place.unwrap_or(usize::MAX));
                self.excuses.happened(event.at);
            }
            Happening::Process(ProcessChange::Thawed) => {
                self.tokens.thawed(place.unwrap_or(usize::MAX), event.at);
                self.excuses.thawed(place.unwrap_or(usize::MAX), event.at);
            }
            Happening::Process(ProcessChange::Clock(ahead)) => {
                // Beside a server the database itself knows what is of the future.
                if world.scenario.serve {
                    self.products.clock_is(*ahead);
                }
                self.excuses.happened(event.at);
            }
            Happening::Process(change) => {
                if let (ProcessChange::Started, Some(place)) = (change, place) {
                    self.rules.started(place);
                }
                self.excuses.happened(event.at);
            }
            Happening::Settings(drawn) => self.rules.changed(KeeperRules::of_drawn(drawn)),
            Happening::Call(_) | Happening::Market(_) | Happening::Note(_) => {}
        }
    }

    fn step(&mut self, world: &WorldView<'_>) {
        self.drain(world);
        let mut findings = Findings::none(world.now);
        self.tokens.look(&mut findings);
        self.applied.look(&self.shops, &mut findings);
        for run in self.ended_runs.drain(..) {
            runs::ended(world.rows, &run, &mut findings);
        }
        self.rules
            .look(world.now, || last_run(world.rows, "price-stock", "'done'"));
        let in_force = self.rules.since(world.now - runs::HIDES_COUNT_FOR);
        runs::hides(world.rows, &in_force, &mut findings);
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_A_LOOK) {
            self.look_at_what_lasts(world, &mut findings);
        }
        self.findings.breaches.append(&mut findings.breaches);
    }

    fn calm(&mut self, world: &WorldView<'_>) {
        self.drain(world);
        self.excuses.calm(world.now);
    }

    fn end(&mut self, world: &WorldView<'_>) {
        self.step(world);
        let mut findings = Findings::none(world.now);
        let look = self.look(self.excuses.calm_since().unwrap_or(self.start), world);
        let judge = EndJudge {
            look,
            rows: world.rows,
        };
        let alive: Vec<AliveMessage> = world
            .messages()
            .into_iter()
            .map(|message| AliveMessage {
                id: message.id,
                due_in: TimeDelta::from_std(message.due_in).unwrap_or(TimeDelta::MAX),
            })
            .collect();
        let open = rows::selected(world.rows, include_str!("sql/open_work.sql"));
        judge.runs(&mut findings);
        runs::decided(world.rows, &mut findings);
        judge.updates(&mut findings);
        ending::messages(&alive, !open.is_empty(), &mut findings);
        judge.notices(&mut findings);
        judge.notified(&mut findings);
        judge.cache(&mut findings);
        judge.listings(&|asin| world.simulator.market(asin), &mut findings);
        self.findings.breaches.append(&mut findings.breaches);
    }

    fn breaches(&self) -> &[Breach] {
        &self.findings.breaches
    }
}
