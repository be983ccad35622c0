//! `notify`: what it says, and the message that tries the channels, over HTTP.

use crate::world::{Paper, failure};
use app::config::Settings;
use app::wiring;
use simulator::{Config, Fault, FaultKind, Simulator};
use standalone::cli::NotifyArgs;
use standalone::commands::notify::notify;
use ui::command_error::Exit;
use ui::message::Lang;

const TEST: NotifyArgs = NotifyArgs { test: true };
const LOOK: NotifyArgs = NotifyArgs { test: false };

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

async fn said(args: NotifyArgs, settings: &Settings) -> (Exit, String) {
    let channels = wiring::channels(settings).unwrap();
    let mut paper = Paper::new();
    let page = &mut paper.text(Lang::En);
    let exit = notify(args, settings, &channels, page).await.unwrap();
    (exit, paper.read())
}

#[tokio::test]
async fn a_test_sends_one_message_to_each_channel_and_says_which_failed() {
    let simulator = simulator().await;
    let url = simulator.url();
    let hook = format!("{url}/services/T/B/hidden");
    let settings = settings(&[
        ("CHATWORK_BASE_URL", &url),
        ("CHATWORK_TOKEN", "hidden"),
        ("CHATWORK_ROOM_ID", "42"),
        ("NOTIFY_WEBHOOK_URL", &hook),
    ]);

    let (exit, told) = said(TEST, &settings).await;
    assert_eq!(
        (exit, told.as_str()),
        (Exit::Done, "ok  chatwork: sent\nok  webhook: sent\n")
    );
    assert_eq!(simulator.messages().len(), 1);
    assert_eq!(simulator.webhook_texts().len(), 1);

    let forbidden = Fault::new("messages", FaultKind::Forbidden);
    simulator.add_fault(forbidden).unwrap();
    simulator.advance(10.0).unwrap();
    let (exit, told) = said(TEST, &settings).await;
    assert_eq!(exit, Exit::Failed);
    assert!(told.starts_with("NG  chatwork: it is refused"), "{told}");
    assert!(told.ends_with("ok  webhook: sent\n"), "{told}");
    assert!(!told.contains("hidden"), "{told}");
}

#[tokio::test]
async fn without_a_test_nothing_is_sent_and_the_events_are_told() {
    let simulator = simulator().await;
    let url = simulator.url();
    let settings = settings(&[
        ("CHATWORK_BASE_URL", &url),
        ("CHATWORK_TOKEN", "hidden"),
        ("CHATWORK_ROOM_ID", "42"),
        ("NOTIFY_EVENTS", "run-failed, reauthorise"),
    ]);

    let (exit, told) = said(LOOK, &settings).await;

    assert_eq!(exit, Exit::Done);
    assert!(told.starts_with("sent to Chatwork (room 42)"), "{told}");
    assert!(
        told.contains("run-failed") && told.contains("reauthorise"),
        "{told}"
    );
    assert!(
        !told.contains("run-changed") && !told.contains("hidden"),
        "{told}"
    );
    assert_eq!(simulator.messages(), []);
}

#[tokio::test]
async fn a_test_without_a_channel_is_wrong_use() {
    let mut paper = Paper::new();
    let page = &mut paper.text(Lang::En);

    let tried = notify(TEST, &settings(&[]), &[], page).await;

    let (said, exit) = failure(tried);
    assert!(said.contains("NOTIFY_WEBHOOK_URL"), "{said}");
    assert_eq!(exit, Exit::Usage);
}
