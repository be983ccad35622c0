//! When silence is reported, and when it ends.

use super::*;
use tokio::time::{advance, sleep, timeout};

const A_LITTLE_MORE: Duration = Duration::from_millis(1);

fn silent(watch: &CallWatch) -> Vec<(String, u64)> {
    let silent = watch.silent().into_iter();
    silent
        .map(|silence| (silence.callee, silence.lasts.as_secs()))
        .collect()
}

async fn answer_after(watch: &CallWatch, seconds: u64) {
    let call = sleep(Duration::from_secs(seconds));
    watch.call("Amazon", call, |()| true).await;
}

async fn fail_after(watch: &CallWatch, seconds: u64) {
    let call = sleep(Duration::from_secs(seconds));
    watch.call("Amazon", call, |()| false).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_named_after_half_a_minute_until_it_is_answered() {
    let watch = CallWatch::default();
    let mut call = Box::pin(answer_after(&watch, 75));
    let mut wait = async |seconds| {
        let _ = timeout(Duration::from_secs(seconds), &mut call).await;
    };

    wait(29).await;
    assert_eq!(silent(&watch), []);
    wait(2).await;
    assert_eq!(silent(&watch), [("Amazon".to_owned(), 31)]);
    wait(60).await;

    assert_eq!(silent(&watch), []);
    assert!(watch.calls().callees.is_empty());
}

#[tokio::test(start_paused = true)]
async fn calls_that_fail_one_after_the_other_count_as_one_silence() {
    let watch = CallWatch::default();

    for _ in 0..4 {
        fail_after(&watch, 8).await;
    }

    assert_eq!(silent(&watch), [("Amazon".to_owned(), 32)]);
    answer_after(&watch, 0).await;
    assert_eq!(silent(&watch), []);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_forgotten_when_nothing_is_asked_any_more() {
    let watch = CallWatch::default();
    fail_after(&watch, 31).await;

    advance(FAILURE_COUNTS_FOR + A_LITTLE_MORE).await;

    assert_eq!(silent(&watch), []);
    let call = Box::pin(answer_after(&watch, 5));
    let _ = timeout(Duration::from_secs(1), call).await;
    assert_eq!(silent(&watch), [], "it counts from the new call");
}

#[tokio::test(start_paused = true)]
async fn calls_that_hang_are_no_silence_while_others_are_answered() {
    let watch = CallWatch::default();
    let hangs = fail_after(&watch, 33);
    let others = async {
        for _ in 0..8 {
            answer_after(&watch, 4).await;
        }
        silent(&watch)
    };

    let ((), named) = tokio::join!(hangs, others);

    assert_eq!(named, []);
    assert_eq!(silent(&watch), [], "nor is the end of such a call");
    assert!(watch.calls().told_at.is_none());
}

#[tokio::test(start_paused = true)]
async fn it_is_told_once_a_minute_whatever_the_number_of_calls_and_of_callees() {
    let watch = CallWatch::default();
    let hour = || sleep(Duration::from_secs(3_600));
    let mut calls = Box::pin(async {
        let shops = ["a", "b"].map(|shop| watch.call(shop, hour(), |()| true));
        let [a, b] = shops;
        tokio::join!(a, b, answer_after(&watch, 200), answer_after(&watch, 200));
    });
    let mut told = Vec::new();

    for _ in 0..140 {
        let _ = timeout(Duration::from_secs(1), &mut calls).await;
        told.extend(watch.calls().told_at);
    }

    told.dedup();
    assert_eq!(told.len(), 2, "after 30 s and after 90 s");
}
