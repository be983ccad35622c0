//! `notify`: its output, and the test message to each channel over HTTP.

use crate::fixture::{Captured, account, failure};
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use app::config::Settings;
use chrono::TimeDelta;
use shared::domain::notice::Notice;
use shared::ports::clock::Clock as _;
use shared::ports::store::{DeliveryOutcome, NewNotice, NoticeClaim, NoticeStore as _};
use simulator::{Config, Fault, FaultKind, Simulator};
use standalone::cli::NotifyArgs;
use standalone::commands::notify::notify;
use standalone::database::CommandStore;
use ui::command_error::Exit;
use ui::message::Lang;

const TEST: NotifyArgs = NotifyArgs { test: true };
const SHOW: NotifyArgs = NotifyArgs { test: false };

async fn simulator() -> Simulator {
    let config = Config {
        catalog: 1,
        accounts: 1,
        ..Config::default()
    };
    Simulator::start(config).await.unwrap()
}

fn settings(given: &[(&str, &str)]) -> Settings {
    let find = |name: &str| {
        let found = given.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::load(None, &find).unwrap()
}

async fn run_notify(args: NotifyArgs, settings: &Settings) -> (Exit, String) {
    let store = CommandStore::new(settings);
    let mut output = Captured::new();
    let page = &mut output.text(Lang::En);
    let exit = notify(args, settings, &store, page).await.unwrap();
    (exit, output.read())
}

#[tokio::test]
async fn a_test_sends_one_message_per_channel_and_reports_failures() {
    let simulator = simulator().await;
    let url = simulator.url();
    let hook = format!("{url}/services/T/B/hidden");
    let settings = settings(&[
        ("CHATWORK_BASE_URL", &url),
        ("CHATWORK_TOKEN", "hidden"),
        ("CHATWORK_ROOM_ID", "42"),
        ("NOTIFY_WEBHOOK_URL", &hook),
    ]);

    let (exit, text) = run_notify(TEST, &settings).await;
    assert_eq!(
        (exit, text.as_str()),
        (Exit::Done, "ok  chatwork: sent\nok  webhook: sent\n")
    );
    assert_eq!(simulator.messages().len(), 1);
    assert_eq!(simulator.webhook_texts().len(), 1);

    let forbidden = Fault::new("messages", FaultKind::Forbidden);
    simulator.add_fault(forbidden).unwrap();
    simulator.advance(10.0).unwrap();
    let (exit, text) = run_notify(TEST, &settings).await;
    assert_eq!(exit, Exit::Failed);
    assert!(text.starts_with("NG  chatwork: rejected"), "{text}");
    assert!(text.ends_with("ok  webhook: sent\n"), "{text}");
    assert!(!text.contains("hidden"), "{text}");
}

#[tokio::test]
async fn without_test_nothing_is_sent_and_the_events_are_listed() {
    let simulator = simulator().await;
    let url = simulator.url();
    let settings = settings(&[
        ("CHATWORK_BASE_URL", &url),
        ("CHATWORK_TOKEN", "hidden"),
        ("CHATWORK_ROOM_ID", "42"),
        ("NOTIFY_EVENTS", "run-failed, reauthorise"),
    ]);

    let (exit, text) = run_notify(SHOW, &settings).await;

    assert_eq!(exit, Exit::Done);
    assert!(text.starts_with("sent to Chatwork (room 42)"), "{text}");
    assert!(
        text.contains("run-failed") && text.contains("reauthorise"),
        "{text}"
    );
    assert!(
        !text.contains("run-changed") && !text.contains("hidden"),
        "{text}"
    );
    assert_eq!(simulator.messages(), []);
}

#[tokio::test]
async fn a_test_without_a_channel_is_wrong_usage() {
    let settings = settings(&[]);
    let store = CommandStore::new(&settings);
    let mut output = Captured::new();
    let page = &mut output.text(Lang::En);

    let tried = notify(TEST, &settings, &store, page).await;

    let (text, exit) = failure(tried);
    assert!(text.contains("NOTIFY_WEBHOOK_URL"), "{text}");
    assert_eq!(exit, Exit::Usage);
}

/// A notice that a process could not send: its next attempt is in twelve minutes.
async fn put_off(store: &SqlStore) {
    let now = SystemClock.now();
    let channels = ["webhook".to_owned()];
    let notice = Notice::ProxyFailed {
        account: account("main"),
        name: "本店".to_owned(),
        since: now,
    };
    let new = NewNotice {
        event: notice.event(),
        notice: Some(notice),
        at: now,
    };
    store.write_notices(&channels, &[new]).await.unwrap();
    let claim = NoticeClaim {
        message: uuid::Uuid::now_v7(),
        now,
        until: now + TimeDelta::minutes(1),
        gather: TimeDelta::zero(),
        most: 200,
    };
    store.claim_notices("webhook", &claim).await.unwrap();
    let later = now + TimeDelta::minutes(12);
    let refused = DeliveryOutcome::RetryAt(later, "http 404".to_owned());
    store
        .settle_notices(claim.message, &refused, now)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_channel_that_works_again_gets_at_once_what_another_process_put_off() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("m.db").display());
    let store = SqlStore::open(&url).await.unwrap();
    put_off(&store).await;
    let simulator = simulator().await;
    let hook = format!("{}/services/T/B/hidden", simulator.url());
    let settings = settings(&[("NOTIFY_WEBHOOK_URL", &hook), ("DATABASE_URL", &url)]);
    let away = Fault::new("webhook", FaultKind::Forbidden).times(1);
    simulator.add_fault(away).unwrap();

    let (exit, _) = run_notify(TEST, &settings).await;
    assert_eq!((exit, simulator.webhook_texts().len()), (Exit::Failed, 0));
    let (exit, text) = run_notify(TEST, &settings).await;

    assert_eq!(exit, Exit::Done);
    assert!(text.ends_with("and 1 notice that waited\n"), "{text}");
    let texts = simulator.webhook_texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[1].contains("miseban accounts check main"),
        "{texts:?}"
    );
    let left = store.notice_channels().await.unwrap();
    assert_eq!(left[0].waiting, 0);
}
