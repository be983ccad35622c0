//! Both channels over HTTP: what is posted, and what each answer means.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use adapters::http::{HttpClient, HttpSettings, client};
use adapters::notify::{ChatworkNotifier, WebhookNotifier};
use secrecy::SecretString;
use shared::ports::notifier::{ChannelMessage, Notifier, NotifyError};
use simulator::{Config, Fault, FaultKind, Quotas, Simulator};
use std::time::Duration;

const TOKEN: &str = "the-token";
const HOOK: &str = "services/T0/B0/the-hook";

async fn world(quotas: Quotas) -> Simulator {
    let config = Config {
        catalog: 1,
        accounts: 1,
        quotas,
        ..Config::default()
    };
    Simulator::start(config).await.unwrap()
}

fn http() -> HttpClient {
    client(&HttpSettings {
        total_timeout: Duration::from_millis(500),
        ..HttpSettings::default()
    })
    .unwrap()
}

fn chatwork(base_url: &str, token: &str) -> ChatworkNotifier {
    ChatworkNotifier {
        http: http(),
        base_url: base_url.to_owned(),
        token: SecretString::from(token),
        room_id: "123".to_owned(),
    }
}

fn webhook(base_url: &str) -> WebhookNotifier {
    WebhookNotifier::new(http(), SecretString::from(format!("{base_url}/{HOOK}")))
}

fn message() -> ChannelMessage {
    ChannelMessage {
        title: "店番: 完了".to_owned(),
        body: "1行目 100% & 50+50\n2行目 🎉 [toall]".to_owned(),
    }
}

/// Each channel with the name of its operation in the simulator.
fn both(simulator: &Simulator) -> [(Box<dyn Notifier>, &'static str); 2] {
    let url = simulator.url();
    [
        (Box::new(chatwork(&url, TOKEN)), "messages"),
        (Box::new(webhook(&url)), "webhook"),
    ]
}

fn arrived(simulator: &Simulator) -> usize {
    simulator.messages().len() + simulator.webhook_texts().len()
}

fn is_later(error: &NotifyError) -> bool {
    matches!(error, NotifyError::Later { .. })
}

fn is_unknown(error: &NotifyError) -> bool {
    matches!(error, NotifyError::Unknown(_))
}

fn is_forbidden(error: &NotifyError) -> bool {
    matches!(error, NotifyError::Forbidden(_))
}

#[tokio::test]
async fn a_message_arrives_unchanged_and_mentions_no_one() {
    let simulator = world(Quotas::default()).await;

    for (channel, _) in both(&simulator) {
        channel.post(&message()).await.unwrap();
    }

    let posted = simulator.messages().remove(0);
    assert_eq!(posted.room, "123");
    assert!(posted.self_unread);
    assert_eq!(
        posted.body,
        "[info][title]店番: 完了[/title]1行目 100% & 50+50\n2行目 🎉 ［toall］[/info]"
    );
    let text = simulator.webhook_texts().remove(0);
    assert_eq!(text, "店番: 完了\n1行目 100% &amp; 50+50\n2行目 🎉 [toall]");
}

#[tokio::test]
async fn every_failure_says_whether_the_message_may_have_been_posted() {
    type Expected = fn(&NotifyError) -> bool;
    let faults: [(FaultKind, Option<u16>, Expected, usize); 7] = [
        (FaultKind::Throttle, None, is_later, 0),
        (FaultKind::Status, Some(500), is_later, 0),
        (FaultKind::Html, Some(503), is_later, 0),
        (FaultKind::Html, Some(502), is_unknown, 0),
        (FaultKind::Status, Some(504), is_unknown, 0),
        (FaultKind::Forbidden, None, is_forbidden, 0),
        (FaultKind::Hang, None, is_unknown, 1),
    ];
    for (kind, status, expected, posted) in faults {
        let simulator = world(Quotas::Off).await;
        for (channel, operation) in both(&simulator) {
            let before = arrived(&simulator);
            let fault = Fault {
                status,
                ..Fault::new(operation, kind).times(1)
            };
            simulator.add_fault(fault).unwrap();

            let error = channel.post(&message()).await.unwrap_err();

            assert!(expected(&error), "{kind:?} on {operation}: {error:?}");
            assert_eq!(arrived(&simulator) - before, posted, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_after_its_status_counts() {
    for kind in [FaultKind::Cut, FaultKind::Malformed, FaultKind::Huge] {
        let simulator = world(Quotas::Off).await;
        for (channel, operation) in both(&simulator) {
            simulator
                .add_fault(Fault::new(operation, kind).times(1))
                .unwrap();

            channel.post(&message()).await.unwrap();
        }
        assert_eq!(arrived(&simulator), 2, "{kind:?}");
    }
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_has_posted_nothing() {
    // No program listens on a port that was just released.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);

    for channel in [
        Box::new(chatwork(&url, TOKEN)) as Box<dyn Notifier>,
        Box::new(webhook(&url)),
    ] {
        let error = channel.post(&message()).await.unwrap_err();

        assert!(is_later(&error), "{error:?}");
    }
}

#[tokio::test]
async fn the_eleventh_post_into_a_room_within_ten_seconds_waits_ten_seconds() {
    let simulator = world(Quotas::default()).await;
    let channel = chatwork(&simulator.url(), TOKEN);
    for _ in 0..10 {
        channel.post(&message()).await.unwrap();
    }

    let error = channel.post(&message()).await.unwrap_err();

    let NotifyError::Later { after, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(after, Some(Duration::from_secs(10)));
    assert_eq!(simulator.messages().len(), 10);
}

#[tokio::test]
async fn an_account_without_calls_waits_for_the_reset_in_the_header() {
    let simulator = world(Quotas::default()).await;
    // Another program has used up the quota with the same token.
    let http = http();
    for _ in 0..300 {
        let other = http
            .post(format!("{}/v2/rooms/9/messages", simulator.url()))
            .header("x-chatworktoken", TOKEN);
        other.send().await.unwrap();
    }

    let error = chatwork(&simulator.url(), TOKEN).post(&message()).await;

    let Err(NotifyError::Later {
        after: Some(after), ..
    }) = error
    else {
        panic!("{error:?}");
    };
    assert!(after > Duration::from_secs(60), "{after:?}");
    assert!(after <= Duration::from_secs(300), "{after:?}");
}

#[tokio::test]
async fn a_webhook_waits_as_long_as_its_refusal_asks() {
    let simulator = world(Quotas::Off).await;
    simulator
        .add_fault(Fault::new("webhook", FaultKind::Throttle).times(1))
        .unwrap();

    let error = webhook(&simulator.url()).post(&message()).await;

    let Err(NotifyError::Later { after, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(after, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn no_failure_shows_the_token_or_the_address_of_the_webhook() {
    let simulator = world(Quotas::Off).await;
    let mut errors = Vec::new();
    for kind in [FaultKind::Throttle, FaultKind::Forbidden, FaultKind::Hang] {
        for (channel, operation) in both(&simulator) {
            simulator
                .add_fault(Fault::new(operation, kind).times(1))
                .unwrap();
            errors.push(channel.post(&message()).await.unwrap_err());
        }
    }
    let url = "http://127.0.0.1:1";
    errors.push(webhook(url).post(&message()).await.unwrap_err());
    errors.push(chatwork(url, TOKEN).post(&message()).await.unwrap_err());
    let wrong = chatwork(&simulator.url(), "invalid").post(&message()).await;
    errors.push(wrong.unwrap_err());

    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains(TOKEN) && !shown.contains("the-hook"),
            "{shown}"
        );
    }
}
