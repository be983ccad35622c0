//! What people are told when nothing happens: no run was made, or the other programs are missing.

use crate::fixture::{Fixture, every_hours, world};
use crate::guard::broken;
use adapters::clock::SystemClock;
use adapters::http::HttpSettings;
use adapters::notify::WebhookNotifier;
use adapters::queue::LocalQueue;
use chrono::{DateTime, TimeDelta, Utc};
use producer::notices::{NotificationPolicy, Notifications, ProcessWatch};
use producer::{RunOrder, ScheduleState, start_run};
use shared::domain::event_filter::EventFilter;
use shared::domain::run::RunKind;
use shared::jobs::QueueName;
use shared::ports::clock::Clock;
use shared::ports::queue::{Capacity, Queue as _};
use shared::ports::store::{LeaseStore as _, ProcessRole, ProcessRow, ProcessStore as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use ui::message::Lang;
use uuid::Uuid;

/// The system's clock, some seconds ahead.
#[derive(Clone, Default)]
struct SecondsAhead(Arc<AtomicI64>);

impl SecondsAhead {
    fn skip(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SecondsAhead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

fn notifications(app: &Fixture, clock: &SecondsAhead) -> Notifications {
    let http = adapters::http::client(&HttpSettings::default()).expect("a client");
    let url = format!("{}/services/T0/B0/hook", app.simulator.url());
    let policy = NotificationPolicy {
        events: EventFilter::default(),
        lang: Lang::En,
        quotas: BTreeMap::new(),
        gather: TimeDelta::zero(),
        warning_days: Vec::new(),
        shops: None,
    };
    let channel = Arc::new(WebhookNotifier::new(http, url.into()));
    Notifications::new(
        app.ctx.store.clone(),
        Arc::new(clock.clone()),
        vec![channel],
        policy,
    )
}

async fn hear(app: &Fixture, role: ProcessRole, at: DateTime<Utc>) {
    let row = ProcessRow {
        id: Uuid::from_u128(role as u128),
        role,
        name: "box:1".to_owned(),
        queues: QueueName::ALL.to_vec(),
        started_at: at,
        heard_at: at,
        stopped_at: None,
    };
    app.store.hear(&row).await.expect("the store answers");
}

fn watch_of_workers(app: &Fixture, clock: &SecondsAhead) -> ProcessWatch {
    let queues = QueueName::ALL.to_vec();
    ProcessWatch::of_workers(notifications(app, clock), queues, None)
}

/// The titles of what was posted.
fn titles(app: &Fixture) -> Vec<String> {
    let texts = app.simulator.webhook_texts().into_iter();
    let title = |text: String| text.lines().next().unwrap_or_default().to_owned();
    texts.map(title).collect()
}

#[tokio::test]
async fn a_start_after_a_missed_run_says_since_when_there_was_none() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let clock = SecondsAhead::default();
    let start = async || {
        let notifications = notifications(&app, &clock);
        notifications.tell_missed_run(&every_hours(3)).await;
        notifications.send_due().await.expect("the store answers");
    };

    // A restart in time, and one seven hours later; the second of two starts tells nothing new.
    start().await;
    assert!(titles(&app).is_empty());
    clock.skip(7 * 3600);
    start().await;
    start().await;

    assert_eq!(titles(&app), ["Miseban: no run was made for a while"]);
    let text = app.simulator.webhook_texts().remove(0);
    assert!(text.contains("no run since 20"), "{text}");
}

#[tokio::test]
async fn a_start_after_a_kill_in_the_middle_of_a_run_says_since_when_nothing_worked() {
    let app = Fixture::open(world(20, 1)).await;
    app.start(RunKind::PriceStock).await.expect("a run");
    let clock = SecondsAhead::default();
    hear(&app, ProcessRole::Serve, clock.now()).await;
    let notifications = notifications(&app, &clock);

    clock.skip(120);
    notifications.tell_missed_run(&every_hours(3)).await;
    notifications.send_due().await.expect("the store answers");
    assert!(titles(&app).is_empty(), "a restart takes two minutes");
    clock.skip(7 * 3600);
    notifications.tell_missed_run(&every_hours(3)).await;
    notifications.send_due().await.expect("the store answers");

    assert_eq!(titles(&app).len(), 1);
}

#[tokio::test]
async fn an_open_run_that_no_program_with_signs_of_life_has_seen_is_not_called_missed() {
    let app = Fixture::open(world(20, 1)).await;
    app.start(RunKind::PriceStock).await.expect("a run");
    let clock = SecondsAhead::default();
    let notifications = notifications(&app, &clock);

    clock.skip(3600);
    notifications.tell_missed_run(&every_hours(3)).await;
    notifications.send_due().await.expect("the store answers");

    assert!(titles(&app).is_empty(), "an earlier version worked on it");
}

#[tokio::test]
async fn workers_keep_an_open_run_from_being_overdue_until_the_next_start_is_missed() {
    let app = Fixture::open(world(20, 1)).await;
    app.start(RunKind::PriceStock).await.expect("a run");
    let begun = SystemClock.now();
    hear(&app, ProcessRole::Producer, begun).await;
    let overdue_since = async |minutes| {
        let now = begun + TimeDelta::minutes(minutes);
        hear(&app, ProcessRole::Worker, now).await;
        let state = ScheduleState::read(&*app.store, &every_hours(3), now).await;
        state.expect("the store answers").overdue_since
    };

    assert_eq!(overdue_since(100).await, None);
    assert_eq!(overdue_since(189).await, None);
    assert!(overdue_since(191).await.is_some(), "nobody starts the next");
}

#[tokio::test]
async fn a_run_that_is_held_is_not_told_as_a_stop() {
    let (app, _, run, _) = broken().await;
    let clock = SecondsAhead::default();
    clock.skip(7 * 3600);

    let notifications = notifications(&app, &clock);
    notifications.tell_missed_run(&every_hours(3)).await;
    notifications.send_due().await.expect("the store answers");

    assert!(titles(&app).is_empty(), "{:?}", titles(&app));
    let state = ScheduleState::read(&*app.ctx.store, &every_hours(3), clock.now()).await;
    let state = state.expect("the store answers");
    assert!(state.overdue_since.is_some());
    assert_eq!(state.blocked_by.map(|by| by.id), Some(run));
}

#[tokio::test]
async fn a_capped_run_that_is_worked_on_blocks_the_schedule_and_is_no_stop() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::PriceStock).await;
    let order = RunOrder {
        max_items: Some(5),
        ..RunOrder::new(RunKind::PriceStock)
    };
    let started = start_run(order, &app.ctx).await.expect("a run");
    let clock = SecondsAhead::default();
    clock.skip(7 * 3600);
    hear(&app, ProcessRole::Serve, clock.now()).await;

    let state = ScheduleState::read(&*app.ctx.store, &every_hours(3), clock.now()).await;
    let state = state.expect("the store answers");

    assert_eq!(state.overdue_since, None);
    assert!(!state.is_held());
    assert_eq!(state.blocked_by.map(|by| by.id), Some(started.id));
}

#[tokio::test]
async fn a_producer_without_workers_tells_it_once_and_when_it_is_over() {
    let app = Fixture::open(world(20, 1)).await;
    let clock = SecondsAhead::default();
    hear(&app, ProcessRole::Producer, clock.now()).await;
    let mut watch = watch_of_workers(&app, &clock);
    let mut look = async |seconds| {
        clock.skip(seconds);
        watch.look().await.expect("the store answers");
    };

    look(30).await;
    assert!(titles(&app).is_empty(), "workers may start a moment later");
    look(40).await;
    look(3600).await;
    assert_eq!(titles(&app), ["Miseban: no worker is alive"]);
    hear(&app, ProcessRole::Worker, clock.now()).await;
    look(1).await;
    look(1).await;
    let over = [
        "Miseban: no worker is alive",
        "Miseban: workers are alive again",
    ];
    assert_eq!(titles(&app), over);

    // The next time is told again.
    look(61).await;
    assert_eq!(titles(&app).len(), 3);
}

#[tokio::test]
async fn workers_without_a_producer_tell_it_once_however_many_they_are() {
    let app = Fixture::open(world(20, 1)).await;
    let clock = SecondsAhead::default();
    hear(&app, ProcessRole::Producer, clock.now()).await;
    let mut watches = [(); 3].map(|()| ProcessWatch::of_producers(notifications(&app, &clock)));

    for seconds in [50, 11, 30, 600] {
        clock.skip(seconds);
        for watch in &mut watches {
            watch.look().await.expect("the store answers");
        }
    }

    assert_eq!(titles(&app), ["Miseban: no producer is alive"]);
}

/// A worker of `queues`; one of earlier versions gives no other sign than its heartbeat.
async fn hear_worker(app: &Fixture, id: u128, queues: &[QueueName], at: DateTime<Utc>) {
    let row = ProcessRow {
        id: Uuid::from_u128(id),
        role: ProcessRole::Worker,
        name: "box:2".to_owned(),
        queues: queues.to_vec(),
        started_at: at,
        heard_at: at,
        stopped_at: None,
    };
    app.store.hear(&row).await.expect("the store answers");
}

#[tokio::test]
async fn workers_that_leave_out_a_queue_are_not_enough_and_the_notice_names_it_once() {
    let app = Fixture::open(world(20, 1)).await;
    let clock = SecondsAhead::default();
    hear(&app, ProcessRole::Producer, clock.now()).await;
    let mut watch = watch_of_workers(&app, &clock);
    let others = [QueueName::Sync, QueueName::Update];

    // Each of the others lives for a while, and is followed by the next one.
    for worker in 100..104 {
        clock.skip(70);
        hear_worker(&app, worker, &others, clock.now()).await;
        watch.look().await.expect("the store answers");
    }
    assert_eq!(titles(&app), ["Miseban: no worker for info is alive"]);
    let text = app.simulator.webhook_texts().remove(0);
    assert!(text.contains("prices and stock go on"), "{text}");
    assert!(text.contains("worker --queues info"), "{text}");

    // Without any worker it is told anew, and what comes back is told by name.
    clock.skip(70);
    watch.look().await.expect("the store answers");
    assert_eq!(titles(&app).last().unwrap(), "Miseban: no worker is alive");
    hear_worker(&app, 104, &others, clock.now()).await;
    watch.look().await.expect("the store answers");
    let last = titles(&app).pop().expect("a notice");
    assert_eq!(last, "Miseban: workers for sync, update are alive again");
    assert_eq!(titles(&app).len(), 3);
}

#[tokio::test]
async fn a_queue_without_jobs_needs_no_worker() {
    let app = Fixture::open(world(20, 1)).await;
    let clock = SecondsAhead::default();
    let used = vec![QueueName::Sync, QueueName::Update];
    let mut watch = ProcessWatch::of_workers(notifications(&app, &clock), used.clone(), None);
    clock.skip(70);
    hear_worker(&app, 1, &used, clock.now()).await;

    watch.look().await.expect("the store answers");

    assert!(titles(&app).is_empty());
}

#[tokio::test]
async fn programs_of_an_earlier_version_are_known_by_their_heartbeats_and_the_leader_lease() {
    let app = Fixture::open(world(20, 1)).await;
    let clock = SecondsAhead::default();
    let queue = LocalQueue::new();
    for name in QueueName::ALL {
        let soon = Duration::from_millis(1);
        let claimed = queue.claim(name, soon, soon, &Capacity::fixed(1)).await;
        claimed.expect("the queue answers");
    }
    let lists = notifications(&app, &clock);
    let all = QueueName::ALL.to_vec();
    let mut of_workers = ProcessWatch::of_workers(lists, all, Some(Arc::new(queue)));
    let mut of_producers = ProcessWatch::of_producers(notifications(&app, &clock));
    clock.skip(70);
    let now = clock.now();
    let lease = ("producer/lead", "old", now, now + TimeDelta::seconds(10));
    let taken = app.store.take_lease(lease.0, lease.1, lease.2, lease.3);
    assert!(taken.await.expect("the store answers"));

    of_workers.look().await.expect("the store answers");
    of_producers.look().await.expect("the store answers");

    assert!(titles(&app).is_empty());
    clock.skip(20);
    of_producers.look().await.expect("the store answers");
    assert_eq!(titles(&app), ["Miseban: no producer is alive"]);
}
