//! Notifications: each event once, in numbers, and without delaying the jobs. Chatwork is
//! simulated, with its limits and faults, over HTTP.

use crate::fixture::{Fixture, world};
use adapters::base::quota;
use adapters::clock::SystemClock;
use adapters::http::HttpSettings;
use adapters::notify::ChatworkNotifier;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use producer::notices::{NotificationPolicy, NotificationTask, Notifications, WaitingNotices};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::event_filter::EventFilter;
use shared::domain::lane::{Lane, Priority};
use shared::domain::money::Yen;
use shared::domain::platform::Platform;
use shared::domain::quota::{Window, WindowUse};
use shared::domain::rate::{Feedback, Micros};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError};
use shared::ports::notifier::Notifier;
use shared::ports::store::{
    AccountRow, AccountStore as _, ChannelView, HistoryStore as _, LaneMemory, LaneRefusals,
    LaneStore as _, NoticeStore as _, ReauthoriseMark, RunStore as _, StoredToken, TokenStore as _,
};
use simulator::{Fault, FaultKind, MarketSet};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use ui::message::Lang;

const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A clock some seconds ahead of the system's.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Ahead {
    fn by(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds)))
    }

    fn skip(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

fn policy(events: &str) -> NotificationPolicy {
    NotificationPolicy {
        events: EventFilter::parse(events).expect("events"),
        lang: Lang::Ja,
        quotas: BTreeMap::from([(Platform::default(), quota(None, Some(100_000)))]),
        gather: TimeDelta::zero(),
        warning_days: vec![7, 2],
        shops: None,
    }
}

fn chatwork(base_url: String) -> Arc<dyn Notifier> {
    let http = adapters::http::client(&HttpSettings {
        total_timeout: Duration::from_secs(20),
        ..HttpSettings::default()
    });
    Arc::new(ChatworkNotifier {
        http: http.expect("a client"),
        base_url,
        token: "token".into(),
        room_id: "1".to_owned(),
    })
}

fn notifications_with(
    app: &Fixture,
    clock: Arc<Ahead>,
    policy: NotificationPolicy,
) -> Notifications {
    let channel = chatwork(app.simulator.url());
    Notifications::new(app.ctx.store.clone(), clock, vec![channel], policy)
}

fn notifications(app: &Fixture, clock: Arc<Ahead>) -> Notifications {
    notifications_with(app, clock, policy("all"))
}

async fn pass(notifications: &Notifications) {
    notifications.tidy().await.expect("the store answers");
    notifications
        .record_events()
        .await
        .expect("the store answers");
    notifications.send_due().await.expect("the store answers");
}

fn posted(app: &Fixture) -> Vec<String> {
    let messages = app.simulator.messages();
    messages.into_iter().map(|message| message.body).collect()
}

async fn outbox(app: &Fixture) -> ChannelView {
    let mut channels = app.store.notice_channels().await.expect("the store");
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

fn fault(app: &Fixture, kind: FaultKind, count: u64) {
    let fault = Fault::new("messages", kind).times(count);
    app.simulator.add_fault(fault).expect("a fault");
}

/// An app whose listings match Amazon, so that the next run finds only what a test changes. The notices of the
/// runs before have been sent.
async fn settled(catalog: usize) -> Fixture {
    let app = Fixture::open(world(catalog, 1)).await;
    // A listing without a usable offer is hidden at the second observation.
    for _ in 0..3 {
        app.run(RunKind::PriceStock).await;
    }
    pass(&notifications(&app, Ahead::by(0))).await;
    app
}

/// Runs that failed, each of which is an event.
async fn failed_runs(app: &Fixture, count: usize) -> Vec<RunId> {
    let mut failed = Vec::new();
    for _ in 0..count {
        let run = app.start(RunKind::PriceStock).await.expect("a run");
        let ended = app.store.fail_run(run, "the reason", app.now()).await;
        assert!(ended.expect("the store answers"));
        failed.push(run);
    }
    failed
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(ENDS_WITHIN, wait).await;
    assert!(waited.is_ok(), "never: {what}");
}

#[tokio::test]
async fn a_run_with_changes_is_notified_once_with_its_numbers() {
    let app = settled(40).await;
    let posts = posted(&app).len();
    let sold_out = app.simulator.asin(0);
    app.simulator
        .set_market(vec![MarketSet {
            asin: sold_out,
            in_stock: Some(false),
            ..MarketSet::default()
        }])
        .expect("a market");
    let report = app.run(RunKind::PriceStock).await;
    assert_eq!(report.stock_changes.to_out, 1, "{report:?}");

    let notifications = notifications(&app, Ahead::by(0));
    pass(&notifications).await;
    pass(&notifications).await;

    let all = posted(&app);
    assert_eq!(all.len() - posts, 1, "{all:?}");
    let message = all.last().expect("a message");
    assert!(
        message.starts_with("[info][title]店番: 価格と在庫 - 完了[/title]"),
        "{message}"
    );
    let changes = format!(
        "価格変更 {}件(うち100円以上 {}件)、在庫切れ 1件、在庫復活 0件",
        report.price_changes.count, report.price_changes.of_100_yen_or_more
    );
    assert!(message.contains(&changes), "{message}");
    let applied = format!(
        "反映 {}件(非公開 {}件",
        report.updates.applied, report.hidden
    );
    assert!(message.contains(&applied), "{message}");
    assert!(message.contains(&report.run_id.to_string()), "{message}");
}

#[tokio::test]
async fn a_mass_change_is_notified_once_and_names_what_a_person_can_do() {
    let app = settled(120).await;
    let posts = posted(&app).len();
    let broken = Fault::new("getItemOffersBatch", FaultKind::EmptyOffers);
    app.simulator.add_fault(broken).expect("a fault");
    let run = app.start(RunKind::PriceStock).await.expect("a run");
    let report = app.finish(run).await;
    assert_eq!(report.state, RunState::Held);

    for _ in 0..2 {
        pass(&notifications(&app, Ahead::by(0))).await;
    }

    let all = posted(&app);
    assert_eq!(all.len() - posts, 1, "{all:?}");
    let message = all.last().expect("a message");
    for command in ["release", "cancel"] {
        let line = format!("miseban {command} {run}");
        assert!(message.contains(&line), "{message}");
    }
}

#[tokio::test]
async fn a_run_without_changes_and_a_disabled_event_are_not_notified() {
    let app = settled(20).await;
    let posts = posted(&app);
    let quiet: Report = app.run(RunKind::PriceStock).await;
    assert_eq!(quiet.updates.applied + quiet.price_changes.count, 0);
    pass(&notifications(&app, Ahead::by(0))).await;
    assert_eq!(posted(&app), posts, "nothing changed");

    failed_runs(&app, 1).await;
    pass(&notifications_with(
        &app,
        Ahead::by(0),
        policy("account-parked"),
    ))
    .await;
    // Switched on later, it reports later events only.
    pass(&notifications(&app, Ahead::by(0))).await;

    assert_eq!(posted(&app), posts);
}

/// Sets Amazon's price of an ASIN to `by` more than the one that is known.
async fn raise(app: &Fixture, asin: &str, by: u32) {
    let asin = Asin::parse(asin).expect("an ASIN");
    let known = app.store.asin_history(asin).await.expect("the store");
    let known = known.product.and_then(|product| product.price);
    let price = i64::from(known.expect("a price").value.0 + by);
    let set = MarketSet {
        asin: asin.to_string(),
        price: Some(price),
        ..MarketSet::default()
    };
    app.simulator.set_market(vec![set]).expect("a market");
}

#[tokio::test]
async fn a_price_that_changed_by_a_few_yen_is_told_with_other_news_only() {
    let app = settled(20).await;
    let posts = posted(&app).len();
    let small = app.simulator.asin(3);
    raise(&app, &small, 1).await;
    let report = app.run(RunKind::PriceStock).await;
    assert_eq!((report.price_changes.count, report.updates.applied), (1, 0));
    pass(&notifications(&app, Ahead::by(0))).await;
    assert_eq!(posted(&app).len(), posts, "one yen, and no edit");

    raise(&app, &small, 1).await;
    let mut nosy = policy("all");
    nosy.events = nosy.events.with_price_changes_from(Yen(1));
    app.run(RunKind::PriceStock).await;
    pass(&notifications_with(&app, Ahead::by(0), nosy)).await;
    assert_eq!(posted(&app).len(), posts + 1, "told from one yen on");

    raise(&app, &small, 100).await;
    app.run(RunKind::PriceStock).await;
    pass(&notifications(&app, Ahead::by(0))).await;
    assert_eq!(posted(&app).len(), posts + 2);
}

#[tokio::test]
async fn what_sold_out_and_came_back_is_named_with_its_shop_in_notice_report_and_json() {
    let app = Fixture::open(world(40, 2)).await;
    app.run(RunKind::BasicInfo).await;
    for _ in 0..3 {
        app.run(RunKind::PriceStock).await;
    }
    pass(&notifications(&app, Ahead::by(0))).await;
    let asin = app.simulator.asin(0);
    let turned = |in_stock| MarketSet {
        asin: asin.clone(),
        in_stock: Some(in_stock),
        ..MarketSet::default()
    };
    let history = app.store.asin_history(Asin::parse(&asin).expect("an ASIN"));
    let history = history.await.expect("the store");
    let title = history.info.and_then(|info| info.value.title);
    let title: String = title.expect("a title").chars().take(20).collect();
    let shop = history.listings[0].listing.account.clone();

    for (in_stock, told) in [(false, "在庫 あり → 切れ"), (true, "在庫 切れ → あり")]
    {
        app.simulator
            .set_market(vec![turned(in_stock)])
            .expect("a market");
        let report = app.run(RunKind::PriceStock).await;
        pass(&notifications(&app, Ahead::by(0))).await;

        let message = posted(&app).pop().expect("a message");
        let line = message.lines().find(|line| line.contains(told));
        let line = line.unwrap_or_else(|| panic!("{told} in {message}"));
        for part in [asin.as_str(), title.as_str(), shop.as_str()] {
            assert!(line.contains(part), "{line}");
        }
        let by_shop = format!("{shop}: 在庫");
        assert!(message.contains(&by_shop), "{message}");
        let text = ui::report::render(&report, Lang::Ja);
        let json = serde_json::to_string(&report).expect("a report is JSON");
        for part in [asin.as_str(), title.as_str(), shop.as_str()] {
            assert!(text.contains(part) && json.contains(part), "{text}");
        }
        let only = report.shops.iter().find(|changes| changes.account == shop);
        let only = only.expect("the shop has a change");
        assert_eq!(only.to_out + only.to_in, 1);
    }
}

#[tokio::test]
async fn two_leaders_at_once_send_one_message() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 3).await;
    let senders = [0, 0, 0, 0].map(|seconds| notifications(&app, Ahead::by(seconds)));

    let passes = senders.iter().map(pass);
    futures::future::join_all(passes).await;

    assert_eq!(posted(&app).len(), 1);
    assert_eq!(outbox(&app).await.waiting, 0);
}

#[tokio::test]
async fn a_sender_killed_between_post_and_row_repeats_nothing_and_is_reported() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 1).await;
    // The post is done at once and answered much later.
    let slow = Fault {
        millis: Some(60_000),
        ..Fault::new("messages", FaultKind::Slow).times(1)
    };
    app.simulator.add_fault(slow).expect("a fault");
    let sending = tokio::spawn({
        let notifications = notifications(&app, Ahead::by(0));
        async move { pass(&notifications).await }
    });
    until("posted", || posted(&app).len() == 1).await;

    sending.abort();
    assert!(sending.await.expect_err("aborted").is_cancelled());
    let clock = Ahead::by(30);
    let next = notifications(&app, clock.clone());
    pass(&next).await;
    clock.skip(60);
    pass(&next).await;

    assert_eq!(posted(&app).len(), 1);
    assert_eq!(outbox(&app).await.perhaps, 1);
    failed_runs(&app, 1).await;
    pass(&next).await;
    let last = posted(&app).pop().expect("a message");
    assert!(
        last.contains("お知らせ1件は、届いていないかもしれません"),
        "{last}"
    );
}

#[tokio::test]
async fn a_refused_message_is_sent_again_when_the_channel_said_and_once() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 1).await;
    fault(&app, FaultKind::Throttle, 1);
    let clock = Ahead::by(0);
    let notifications = notifications(&app, clock.clone());
    let asked_at = SystemClock.now();

    pass(&notifications).await;

    let waiting = outbox(&app).await;
    let not_before = waiting.not_before.expect("a pause");
    let pause = (not_before - asked_at).num_milliseconds();
    assert!((10_000..10_000 + 30_000).contains(&pause), "{pause}");
    pass(&notifications).await;
    assert_eq!(posted(&app), Vec::<String>::new());
    clock.skip(pause / 1000 + 1);
    pass(&notifications).await;
    pass(&notifications).await;
    assert_eq!(posted(&app).len(), 1);
}

#[tokio::test]
async fn a_success_of_the_channel_sends_what_another_process_put_off() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 2).await;
    fault(&app, FaultKind::Throttle, 1);
    let daemon = notifications(&app, Ahead::by(0));
    pass(&daemon).await;
    pass(&daemon).await;
    assert_eq!(posted(&app), Vec::<String>::new(), "it waits");

    let channel = chatwork(app.simulator.url());
    let other = notifications(&app, Ahead::by(0));
    let waited = other.send_waiting(&*channel).await.expect("the store");

    assert_eq!((waited, posted(&app).len()), (WaitingNotices::Sent(2), 1));
    pass(&daemon).await;
    assert_eq!((posted(&app).len(), outbox(&app).await.waiting), (1, 0));
}

#[tokio::test]
async fn what_the_channel_refuses_again_is_not_said_to_be_sent() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 2).await;
    fault(&app, FaultKind::Throttle, 2);
    let daemon = notifications(&app, Ahead::by(0));
    pass(&daemon).await;

    let channel = chatwork(app.simulator.url());
    let waited = daemon.send_waiting(&*channel).await.expect("the store");

    assert_eq!(waited, WaitingNotices::Waiting);
    assert_eq!((posted(&app).len(), outbox(&app).await.waiting), (0, 2));
}

#[tokio::test]
async fn fifty_events_become_one_digest() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 50).await;

    let notifications = notifications(&app, Ahead::by(0));
    // One pass finds twenty runs.
    for _ in 0..3 {
        notifications
            .record_events()
            .await
            .expect("the store answers");
    }
    pass(&notifications).await;

    let all = posted(&app);
    assert_eq!(all.len(), 1);
    let digest = &all[0];
    assert!(
        digest.contains("[title]店番: お知らせ50件[/title]"),
        "{digest}"
    );
    let rest = "ほか40件(miseban status で確かめられます): 失敗した実行 40件";
    assert!(digest.contains(rest), "{digest}");
    assert!(digest.chars().count() < 3_000, "{digest}");
}

#[tokio::test]
async fn a_channel_that_is_down_for_days_delays_no_run_and_keeps_no_rows() {
    let app = Fixture::open(world(20, 1)).await;
    // No server listens there any more.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let clock = Ahead::by(0);
    let store = app.ctx.store.clone();
    let notifications =
        Notifications::new(store, clock.clone(), vec![chatwork(url)], policy("all"));

    for _ in 0..6 {
        failed_runs(&app, 1).await;
        pass(&notifications).await;
        clock.skip(600);
    }
    assert!(app.run(RunKind::PriceStock).await.ended_at.is_some());
    pass(&notifications).await;
    assert_eq!(outbox(&app).await.waiting, 7);

    clock.skip(25 * 3_600);
    pass(&notifications).await;
    let ended = outbox(&app).await;
    assert_eq!((ended.waiting, ended.lost), (0, 7));
    clock.skip(31 * 24 * 3_600);
    pass(&notifications).await;
    assert_eq!(app.store.notice_channels().await.expect("the store"), []);
}

#[tokio::test]
async fn a_hanging_channel_delays_nothing_but_itself() {
    let app = Fixture::open(world(20, 1)).await;
    failed_runs(&app, 1).await;
    fault(&app, FaultKind::Hang, 1);
    let task = NotificationTask::start(notifications(&app, Ahead::by(0)));
    until("the message is on its way", || !posted(&app).is_empty()).await;

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.outcomes.total(), 20);
    task.stop().await;
    assert_eq!(posted(&app).len(), 1);
}

#[tokio::test]
async fn shops_out_of_quota_and_shops_to_authorise_are_notified_once() {
    let app = Fixture::open(world(20, 2)).await;
    let (first, second) = (AccountId::parse("shop-1"), AccountId::parse("shop-2"));
    let (first, second) = (first.expect("an id"), second.expect("an id"));
    let now = app.now();
    let hour = TimeDelta::hours(1);
    app.store.park(&first, now + hour).await.expect("the store");
    app.store
        .park(&second, now + TimeDelta::seconds(10))
        .await
        .expect("the store");
    app.store
        .set_reauthorise(
            &second,
            Some(ReauthoriseMark {
                since: now,
                why: "invalid_request",
                seed: "",
                pair_at: None,
            }),
        )
        .await
        .expect("the store");
    let memory = LaneMemory {
        day_ms: quota(None, None).long.start(now).timestamp_millis(),
        day_used: 90_000,
        ..LaneMemory::default()
    };
    app.store
        .save_lane("base/shop-1", &memory)
        .await
        .expect("the store");

    for _ in 0..2 {
        pass(&notifications(&app, Ahead::by(0))).await;
    }

    let all = posted(&app);
    assert_eq!(all.len(), 1, "{all:?}");
    let digest = &all[0];
    assert!(digest.contains("お知らせ3件"), "{digest}");
    let places = [
        "shop-2 の再連携が必要です",
        "shop-1 の1日の利用上限が残りわずかです",
        "shop-1 の利用上限に達しました",
    ]
    .map(|text| {
        digest
            .find(text)
            .unwrap_or_else(|| panic!("{text} in {digest}"))
    });
    assert!(places.is_sorted(), "the gravest goes first: {digest}");
}

#[tokio::test]
async fn a_token_that_expires_and_a_proxy_that_fails_are_notified_once_each() {
    let app = Fixture::open(world(2, 2)).await;
    app.activate(|id| id == "shop-1").await;
    let now = app.now();
    let store = &app.store;
    // The end lies 6 days ahead, in an inactive shop, and 8 days ahead in an active one.
    for (shop, left) in [("shop-1", 8), ("shop-2", 6)] {
        let token = StoredToken {
            access_token: "a".to_owned().into(),
            refresh_token: "r".to_owned().into(),
            access_expires_at: now,
            refreshed_at: now - TimeDelta::days(30 - left),
            seed: String::new(),
        };
        let owner = format!("base/{shop}");
        store.save_token(&owner, &token).await.expect("stored");
    }
    let first = AccountId::parse("shop-1").expect("an id");
    for minutes in [5, 10] {
        let until = now + TimeDelta::minutes(minutes);
        let failed = store.set_proxy_failed(&first, Some((now, until))).await;
        failed.expect("noted");
    }

    for _ in 0..2 {
        pass(&notifications(&app, Ahead::by(0))).await;
    }
    let posts = posted(&app);
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert!(posts[0].contains("お知らせ2件"), "{posts:?}");
    assert!(
        posts[0].contains("shop-1 のプロキシが使えません"),
        "{posts:?}"
    );
    assert!(
        posts[0].contains("shop-2 のトークンがまもなく切れます"),
        "{posts:?}"
    );

    let later = TimeDelta::days(4).num_seconds() + 60;
    for _ in 0..2 {
        pass(&notifications(&app, Ahead::by(later))).await;
    }
    let posts = posted(&app);
    assert_eq!(
        posts.len(),
        2,
        "the second warning, and the first of shop-1: {posts:?}"
    );
    assert!(posts[1].contains("お知らせ2件"), "{posts:?}");
}

#[tokio::test]
async fn people_are_told_once_that_amazon_refuses_every_request() {
    let app = settled(20).await;
    let posts = posted(&app).len();
    let now = app.now();
    let refusals = |since: i64| LaneRefusals {
        since: now - TimeDelta::seconds(since),
        last: now,
    };
    let lane = "spapi/app/item-offers";
    let refused = async |since| {
        let saved = app.store.save_refusals(lane, Some(refusals(since))).await;
        saved.expect("the store");
        pass(&notifications(&app, Ahead::by(0))).await;
    };

    refused(59).await;
    assert_eq!(posted(&app).len(), posts, "it may pass");
    refused(60).await;
    refused(60).await;

    let all = posted(&app);
    assert_eq!(all.len() - posts, 1, "{all:?}");
    let message = all.last().expect("a message");
    assert!(
        message.contains("Amazonがすべての問い合わせを断っています"),
        "{message}"
    );
    assert!(message.contains(lane), "{message}");
}

/// Counts how often it is asked for the use of a quota: in Redis each costs a call.
#[derive(Default)]
struct CountingLimiter(Mutex<BTreeMap<String, u32>>);

#[async_trait]
impl Limiter for CountingLimiter {
    async fn acquire(&self, _: &Lane, _: Priority) -> Result<Grant, LimiterError> {
        unreachable!("notices send no request")
    }

    async fn feedback(&self, _: &Lane, _: Micros, _: Feedback) {}

    async fn close(&self, _: &Lane, _: Window) -> DateTime<Utc> {
        unreachable!("notices close no lane")
    }

    async fn period(&self, _: &Lane) -> Option<Micros> {
        None
    }

    async fn shared_use(&self, lane: &Lane) -> Result<Option<WindowUse>, LimiterError> {
        let mut asked = self.0.lock().expect("no panic");
        *asked.entry(lane.to_string()).or_default() += 1;
        Ok(None)
    }
}

#[tokio::test]
async fn a_pass_costs_no_more_for_many_shops_and_each_shop_has_its_turn() {
    let app = Fixture::open(world(1, 1)).await;
    let shops: Vec<AccountRow> = (0..450)
        .map(|no| format!("many-{no}"))
        .map(|id| AccountRow::new(AccountId::parse(&id).expect("an id"), id, true))
        .collect();
    app.store.sync_accounts(&shops).await.expect("accounts");
    let limiter = Arc::new(CountingLimiter::default());
    let notifications = notifications(&app, Ahead::by(0)).with_limiter(limiter.clone());
    let asked = || limiter.0.lock().expect("no panic").clone();

    let mut most = 0;
    for _ in 0..3 {
        let before = asked().values().sum::<u32>();
        notifications.record_events().await.expect("the store");
        most = most.max(asked().values().sum::<u32>() - before);
    }

    assert!(most <= 200, "{most} calls in a pass");
    assert_eq!(asked().len(), 450);
    assert!(asked().values().all(|times| *times == 1));
}

#[tokio::test]
async fn runs_that_are_held_for_invalid_asins_one_after_the_other_are_told_once_a_day() {
    let app = settled(60).await;
    let known = |known| {
        let set = |place| MarketSet {
            asin: app.simulator.asin(place),
            known: Some(known),
            ..MarketSet::default()
        };
        let all = (0..60).map(set).collect();
        app.simulator.set_market(all).expect("a market");
    };
    known(false);
    let clock = Ahead::by(0);
    let notices = notifications(&app, clock.clone());
    let before = posted(&app).len();
    let mut told = Vec::new();

    for hours in [0, 0, 24] {
        clock.skip(hours * 3_600);
        let held = app.run(RunKind::PriceStock).await;
        assert_eq!(held.state, RunState::Held);
        pass(&notices).await;
        told.push(posted(&app).len() - before);
    }

    assert_eq!(told, [1, 1, 2]);
}
