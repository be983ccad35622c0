//! `notify`: its output, and the test message to each channel over HTTP.

use crate::fixture::{Captured, failure};
use app::config::Settings;
use app::wiring;
use simulator::{Config, Fault, FaultKind, Simulator};
use standalone::cli::NotifyArgs;
use standalone::commands::notify::notify;
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
    let channels = wiring::channels(settings).unwrap();
    let mut output = Captured::new();
    let page = &mut output.text(Lang::En);
    let exit = notify(args, settings, &channels, page).await.unwrap();
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
    let mut output = Captured::new();
    let page = &mut output.text(Lang::En);

    let tried = notify(TEST, &settings(&[]), &[], page).await;

    let (text, exit) = failure(tried);
    assert!(text.contains("NOTIFY_WEBHOOK_URL"), "{text}");
    assert_eq!(exit, Exit::Usage);
}
