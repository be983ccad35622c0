//! `queues`: the binary over a real Redis.

use crate::server::{link, own_prefix, shared_url};
use adapters::queue::RedisQueue;
use serde_json::{Value, json};
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::jobs::{Job, QueueName, Rank, SyncBatch, UpdateListing};
use shared::ports::queue::{Capacity, Message, Queue as _, Settlement};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(600);

/// A queue with its own key prefix, and the binary over it.
pub struct Redis {
    pub queue: RedisQueue,
    pub prefix: String,
}

impl Redis {
    pub async fn open() -> Self {
        let link = link(&shared_url()).await;
        let prefix = link.prefix().to_owned();
        let queue = RedisQueue::new(link);
        Self { queue, prefix }
    }

    /// In `sync` one ready, one delayed, one leased and two dead messages; one ready message in
    /// `update`.
    pub async fn busy() -> Self {
        let redis = Self::open().await;
        for (no, error) in [(1, "no answer"), (2, "\u{1b}[2Jbroken")] {
            redis.bury(no, error).await;
        }
        redis.push(batch(3)).await;
        let held = redis
            .queue
            .claim(QueueName::Sync, LONG, LONG, &Capacity::fixed(1))
            .await;
        assert_eq!(held.unwrap().len(), 1);
        redis.push(batch(4)).await;
        let later = Message {
            delay: LONG,
            ..batch(5)
        };
        redis.push(later).await;
        redis.push(hide(12_829)).await;
        redis
    }

    pub async fn push(&self, message: Message) {
        assert_eq!(self.queue.push(&[message]).await.unwrap(), 1);
    }

    async fn bury(&self, no: u32, error: &str) {
        self.push(batch(no)).await;
        let claimed = self
            .queue
            .claim(QueueName::Sync, LONG, LONG, &Capacity::fixed(1))
            .await;
        let dead = Settlement::Dead(error.to_owned());
        let claimed = claimed.unwrap().remove(0);
        let settled = self.queue.settle(QueueName::Sync, &claimed, dead).await;
        assert!(settled.unwrap());
    }

    fn queues(&self, args: &[&str]) -> Output {
        run(args, &shared_url(), &self.prefix)
    }

    fn object(&self, args: &[&str]) -> Value {
        let output = self.queues(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stderr));
        assert_eq!(utf8(&output.stderr), "");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn run(args: &[&str], url: &str, prefix: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_miseban"))
        .args(["--lang", "en", "queues"])
        .args(args)
        .env_clear()
        .env("REDIS_URL", url)
        .env("REDIS_PREFIX", prefix)
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn batch(no: u32) -> Message {
    let run = RunId::parse("01934f5e-7b7a-7000-8000-000000000001").unwrap();
    Message {
        job: Job::new(SyncBatch { run, no }),
        rank: Rank::NORMAL,
        delay: Duration::ZERO,
    }
}

fn hide(listing: i64) -> Message {
    let listing = ListingId(listing);
    Message {
        job: Job::new(UpdateListing {
            listing,
            version: 3,
        }),
        rank: Rank(0),
        delay: Duration::ZERO,
    }
}

pub fn id(no: u32) -> String {
    batch(no).job.id()
}

#[tokio::test]
async fn ls_shows_the_counts_of_every_queue() {
    let redis = Redis::busy().await;

    let object = redis.object(&["ls"]);
    let text = utf8(&redis.queues(&["ls"]).stdout);

    let (sync, update) = (&object["queues"][0], &object["queues"][1]);
    let figures = ["ready", "delayed", "leased", "dead", "done", "cut"];
    assert_eq!(figures.map(|name| &sync[name]), [1, 1, 1, 2, 0, 0]);
    assert_eq!(sync["ready_by_rank"], json!([0, 0, 1]));
    assert_eq!(update["ready_by_rank"], json!([1, 0, 0]));
    assert!(sync["oldest_seconds"].as_f64().unwrap() < LONG.as_secs_f64());
    assert_eq!(sync["paused"], false);
    assert_eq!(object["queues"][2]["queue"], "info");
    let first = text.lines().map(|line| line.split_whitespace().next());
    let first: Vec<_> = first.take(3).map(Option::unwrap).collect();
    assert_eq!(first, ["sync", "update", "info"]);
    assert!(text.contains("no worker is alive"), "{text}");
    assert!(text.contains("ready 1 (0/0/1)"), "{text}");
}

#[tokio::test]
async fn messages_are_shown_by_state() {
    let redis = Redis::busy().await;

    let all = redis.object(&["show", "sync"]);
    let dead = redis.object(&["show", "sync", "--dead", "--limit", "1"]);
    let text = utf8(
        &redis
            .queues(&["show", "sync", "--dead", "--limit", "1"])
            .stdout,
    );

    let places = all["places"].as_array().unwrap();
    let shown: Vec<_> = places
        .iter()
        .map(|room| (&room["place"], &room["messages"][0]["id"]))
        .collect();
    assert_eq!(
        shown,
        [
            (&json!("ready"), &json!(id(4))),
            (&json!("delayed"), &json!(id(5))),
            (&json!("leased"), &json!(id(3))),
            (&json!("dead"), &json!(id(2))),
        ]
    );
    assert_eq!(dead["places"].as_array().unwrap().len(), 1);
    assert_eq!(dead["places"][0]["count"], 2);
    assert_eq!(dead["places"][0]["messages"].as_array().unwrap().len(), 1);
    assert!(text.contains("and 1 more"), "{text}");
    assert!(
        text.contains("?[2Jbroken"),
        "control characters are removed: {text}"
    );
}

#[tokio::test]
async fn one_message_is_shown_in_detail() {
    let redis = Redis::busy().await;

    let dead = redis.object(&["show", &id(1)]);
    let waiting = redis.object(&["show", &id(5)]);
    let update = redis.object(&["show", "update:12829:3"]);

    let dead = &dead["messages"][0];
    assert_eq!(
        (&dead["place"], &dead["error"]),
        (&json!("dead"), &json!("no answer"))
    );
    assert_eq!(
        (&dead["attempts"], &dead["job"]["no"]),
        (&json!(1), &json!(1))
    );
    assert!(dead["since"].is_string());
    assert!(waiting["messages"][0]["until"].is_string());
    assert_eq!(update["messages"][0]["queue"], "update");
}

#[tokio::test]
async fn dead_messages_are_retried_one_or_all() {
    let redis = Redis::open().await;
    for no in [1, 2, 6] {
        redis.bury(no, "no answer").await;
    }

    let one = redis.object(&["retry", "sync", &id(1)]);
    let rest = redis.object(&["retry", "--all"]);
    let none = redis.object(&["retry", "sync", "--all"]);

    assert_eq!(
        [&one, &rest, &none].map(|object| &object["messages"]),
        [1, 2, 0]
    );
    let ready = redis.object(&["show", "sync", "--ready"]);
    let ready = ready["places"][0]["messages"].as_array().unwrap();
    let order: Vec<_> = ready.iter().map(|message| &message["id"]).collect();
    assert_eq!(
        order,
        [&id(1), &id(2), &id(6)],
        "retried in the order in which they died"
    );
}

#[tokio::test]
async fn dead_messages_are_dropped_and_nothing_else() {
    let redis = Redis::busy().await;

    let one = redis.object(&["drop", &id(2)]);
    let rest = redis.object(&["drop", "--all"]);

    assert_eq!([&one, &rest].map(|object| &object["messages"]), [1, 1]);
    let sync = &redis.object(&["ls"])["queues"][0];
    let left = ["ready", "delayed", "leased", "dead"].map(|name| &sync[name]);
    assert_eq!(left, [1, 1, 1, 0]);
}

#[tokio::test]
async fn a_paused_queue_delivers_nothing_until_it_is_resumed() {
    let redis = Redis::busy().await;
    let timeout = Duration::from_millis(50);
    let one = Capacity::fixed(1);
    let claim = || redis.queue.claim(QueueName::Update, LONG, timeout, &one);

    let paused = redis.object(&["pause", "update"]);
    let meanwhile = claim().await.unwrap();
    let shown = redis.object(&["ls"]);
    let resumed = redis.object(&["resume", "update"]);

    assert_eq!(
        (&paused["queue"], &paused["paused"]),
        (&json!("update"), &json!(true))
    );
    assert!(meanwhile.is_empty());
    assert_eq!(shown["queues"][1]["paused"], true);
    assert_eq!(resumed["paused"], false);
    assert_eq!(claim().await.unwrap().len(), 1);
}

#[tokio::test]
async fn unknown_queues_and_ids_are_wrong_usage_and_change_nothing() {
    let redis = Redis::busy().await;
    let before = redis.object(&["ls"]);
    for (args, hint) in [
        (
            &["show", "sync:nowhere:1"][..],
            "the queues are sync, update and info",
        ),
        (&["retry", "nowhere", "--all"], "sync, update and info"),
        (&["retry", "update:12829:3"], "is not a dead message"),
        (&["drop", "sync"], "--all"),
        (&["drop", "update", "update:12829:3"], "miseban queues show"),
        (&["retry", "sync", &id(1), "--all"], "use either"),
        (&["pause", "nowhere"], "sync, update"),
        (&["retry"], "--all"),
        (&["show", "sync", "--limit", "0"], "from 1 to 1000"),
    ] {
        let output = redis.queues(args);

        let text = utf8(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(hint), "{args:?}: {text}");
        assert!(output.stdout.is_empty());
    }
    let figures = |object: &Value| {
        ["ready", "delayed", "leased", "dead"].map(|name| object["queues"][0][name].clone())
    };
    assert_eq!(figures(&redis.object(&["ls"])), figures(&before));
}

#[test]
fn without_a_shared_queue_the_error_names_the_alternative() {
    let output = run(&["ls"], "", &own_prefix());

    let text = utf8(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("REDIS_URL") && text.contains("miseban status"),
        "{text}"
    );
}

#[test]
fn an_unreachable_redis_is_a_failure() {
    let unreachable = format!("redis://127.0.0.1:{}", crate::server::free_port());
    let output = run(&["ls"], &unreachable, &own_prefix());

    assert_eq!(output.status.code(), Some(1));
    assert!(utf8(&output.stderr).contains("cannot be reached"));
}
