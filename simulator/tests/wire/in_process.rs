//! Requests without a listener, for callers in the same process.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use simulator::{Fault, FaultKind, PendingAnswer, Simulator};
use tokio::time::Instant;

use super::support::stopped_clock;

fn token_request() -> Request<axum::body::Bytes> {
    Request::post("/auth/o2/token?x=%41")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=refresh_token&refresh_token=r".into())
        .unwrap()
}

fn ask(simulator: &Simulator, kind: FaultKind) -> PendingAnswer {
    let fault = Fault {
        millis: Some(5_000),
        ..Fault::new("lwaToken", kind).times(1)
    };
    simulator.add_fault(fault).unwrap();
    simulator.receive(token_request())
}

#[tokio::test(start_paused = true)]
async fn the_vendor_acts_at_once_and_its_answer_is_late() {
    let simulator = Simulator::in_process(stopped_clock());
    let asked = Instant::now();

    let answer = ask(&simulator, FaultKind::Slow);

    assert_eq!(simulator.ledger().total.requests, 1);
    assert_eq!(answer.operation(), "lwaToken");
    let (status, body) = (answer.status(), answer.body().to_vec());
    let sent = answer.send().await;
    assert_eq!(asked.elapsed(), Duration::from_secs(5));
    assert_eq!(sent.status().as_u16(), status);
    assert_eq!(to_bytes(sent.into_body(), 10_000).await.unwrap(), body);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_cut_or_never_come() {
    let simulator = Simulator::in_process(stopped_clock());

    let cut = ask(&simulator, FaultKind::Cut).send().await;
    let hanging = ask(&simulator, FaultKind::Hang).send();
    let waited = tokio::time::timeout(Duration::from_secs(3_600), hanging).await;

    assert!(to_bytes(cut.into_body(), 10_000).await.is_err());
    assert!(waited.is_err());
}

#[tokio::test]
async fn simulator_time_goes_where_the_caller_says_and_never_back() {
    let simulator = Simulator::in_process(stopped_clock());
    let at = |simulator: &Simulator| {
        simulator.receive(token_request());
        let lines = simulator.detailed_ledger().detail.unwrap();
        lines.last().unwrap().simulated_at.clone()
    };

    simulator.advance_to(Duration::from_secs(90));
    let later = at(&simulator);
    simulator.advance_to(Duration::from_secs(60));

    assert_eq!(later, "2026-11-02T01:31:30.000000Z");
    assert_eq!(at(&simulator), later);
}
