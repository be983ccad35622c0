//! Signs of life of programs.

use crate::world::*;
use shared::jobs::QueueName;
use shared::ports::store::{ProcessRole, ProcessRow, ProcessStore};
use uuid::Uuid;

fn worker(heard: i64) -> ProcessRow {
    ProcessRow {
        id: Uuid::now_v7(),
        role: ProcessRole::Worker,
        name: "box:17".to_owned(),
        queues: vec![QueueName::Sync, QueueName::Update],
        started_at: at(0),
        heard_at: at(heard),
        stopped_at: None,
    }
}

#[tokio::test]
async fn a_program_is_known_by_its_last_sign_of_life_and_its_stop() {
    let store = open().await;
    let (mut first, second) = (worker(10), worker(20));
    store.hear(&first).await.unwrap();
    store.hear(&second).await.unwrap();
    (first.heard_at, first.stopped_at) = (at(50), Some(at(50)));

    store.hear(&first).await.unwrap();

    assert_eq!(store.processes().await.unwrap(), [first, second.clone()]);
    assert!(second.is_alive(at(80)) && !second.is_alive(at(81)));
}

#[tokio::test]
async fn programs_that_were_last_heard_long_ago_are_forgotten() {
    let store = open().await;
    let (old, young) = (worker(10), worker(20));
    store.hear(&old).await.unwrap();
    store.hear(&young).await.unwrap();

    store.forget_processes(at(20)).await.unwrap();

    assert_eq!(store.processes().await.unwrap(), [young]);
}
