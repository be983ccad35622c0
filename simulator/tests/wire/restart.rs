//! A restart: what the state file keeps.
//!
//! A copy of the file, taken while the simulator runs, is what a killed process leaves behind.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use simulator::{Config, ItemEdit, ShopChange, Simulator};
use tempfile::TempDir;

use crate::support::{Fixture, read, stopped_clock};

struct StateFolder(TempDir);

impl StateFolder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("world.state")
    }

    async fn begin(&self) -> Fixture {
        resume(&self.file(), stopped_clock()).await
    }

    /// The simulator that is started after the one before was killed.
    async fn after_kill(&self) -> Fixture {
        let left = self.0.path().join("killed.state");
        fs::copy(self.file(), &left).unwrap();
        resume(&left, stopped_clock()).await
    }
}

async fn resume(file: &Path, config: Config) -> Fixture {
    Fixture::of(Simulator::resume(config, file).await.unwrap())
}

async fn refusal(file: &Path, config: Config) -> String {
    let refused = Simulator::resume(config, file).await;
    refused.unwrap_err().to_string()
}

#[tokio::test]
async fn a_rotated_token_renews_after_a_restart_and_a_used_one_is_refused() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let [_, _, first] = fixture.credentials();
    let pair = fixture.refresh(&first).await.json();

    let later = folder.after_kill().await;

    let access = pair["access_token"].as_str().unwrap();
    let refused = later.refresh(&first).await;
    assert_eq!(
        refused.json()["error_description"],
        "不正なリフレッシュトークンです。"
    );
    assert_eq!(later.base(access, "users/me", &[]).await.status, 200);
    let renewed = later.refresh(pair["refresh_token"].as_str().unwrap()).await;
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.json()["access_token"], pair["access_token"]);
}

#[tokio::test]
async fn items_market_faults_limits_messages_and_clock_are_the_same_after_a_restart() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let token = fixture.base_token().await;
    let shop = fixture.simulator.shop("shop-1").unwrap();
    let (edited, deleted) = (shop.items[0].item_id, shop.items[1].item_id);
    let asin = fixture.simulator.asin(7);
    let form = [("item_id", &*edited.to_string()), ("price", "4321")];
    fixture.base(&token, "items/edit", &form).await;
    for (control, body) in [
        ("clock", json!({"advance_seconds": 7_200.5})),
        (
            "shop/shop-1",
            json!({"delete": [deleted], "add": [{"title": "新しい商品", "price": 500}], "use_up": "hour"}),
        ),
        (
            "market",
            json!({"set": [{"asin": asin, "in_stock": false}], "move": {"hours": 30}}),
        ),
        (
            "faults",
            json!({"operation": "items", "kind": "slow", "count": 3}),
        ),
    ] {
        read(fixture.post(&format!("/_sim/{control}")).json(&body)).await;
    }
    read(
        fixture
            .post("/services/hook")
            .json(&json!({"text": "売り切れ"})),
    )
    .await;

    let later = folder.after_kill().await;

    for control in [
        "clock",
        "shop/shop-1",
        "faults",
        "webhook",
        &format!("market?asins={asin}"),
    ] {
        let shown = |fixture: &Fixture| read(fixture.get(&format!("/_sim/{control}")));
        let (before, after) = (shown(&fixture).await, shown(&later).await);
        assert_eq!(before.text, after.text, "{control}");
    }
    read(
        later
            .post("/_sim/market")
            .json(&json!({"set": [{"asin": asin, "in_stock": true}]})),
    )
    .await;
    let back = later.simulator.market(&asin).best_price;
    assert!(back.is_some(), "the offers that were sold out come back");
}

#[tokio::test]
async fn the_calls_of_an_hour_and_the_tokens_of_a_bucket_stay_used() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let (amazon, base) = (fixture.amazon_token().await, fixture.base_token().await);
    assert_eq!(fixture.batch(&amazon, &[0]).await.status, 200);
    read(
        fixture
            .post("/_sim/shop/shop-1")
            .json(&json!({"use_up": "hour"})),
    )
    .await;

    let later = folder.after_kill().await;

    assert_eq!(later.batch(&amazon, &[0]).await.status, 429);
    assert_eq!(
        later.base(&base, "users/me", &[]).await.error(),
        "hour_api_limit"
    );
}

#[tokio::test]
async fn a_change_by_a_method_is_kept_by_the_end_of_the_program_and_by_the_next_request() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let price = |price| ShopChange {
        edit: vec![ItemEdit {
            item_id: fixture.simulator.shop("shop-1").unwrap().items[0].item_id,
            price: Some(price),
            ..ItemEdit::default()
        }],
        ..ShopChange::default()
    };
    let shown = |fixture: &Fixture| fixture.simulator.shop("shop-1").unwrap().items[0].price;

    fixture.simulator.change_shop("shop-1", price(777)).unwrap();
    fixture.base_token().await;
    let killed = folder.after_kill().await;
    fixture.simulator.change_shop("shop-1", price(888)).unwrap();
    fixture.simulator.stop().await;
    let stopped = folder.begin().await;

    assert_eq!((shown(&killed), shown(&stopped)), (777, 888));
}

#[tokio::test]
async fn a_reset_begins_the_world_anew_also_after_a_restart() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let [_, _, first] = fixture.credentials();
    fixture.refresh(&first).await;
    read(fixture.post("/_sim/reset")).await;

    let later = folder.after_kill().await;

    assert_eq!(later.refresh(&first).await.status, 200);
}

#[tokio::test]
async fn a_request_that_was_written_in_part_is_as_if_it_had_not_come() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let [_, _, first] = fixture.credentials();
    fixture.refresh(&first).await;
    let text = fs::read_to_string(folder.file()).unwrap();
    fixture.simulator.stop().await;
    fs::write(folder.file(), &text[..text.len() - 10]).unwrap();

    let later = folder.begin().await;

    assert_eq!(later.refresh(&first).await.status, 200);
}

#[tokio::test]
async fn the_file_stays_small() {
    let folder = StateFolder::new();
    let fixture = folder.begin().await;
    let body = json!({"text": "x".repeat(100_000)});
    for _ in 0..50 {
        read(fixture.post("/services/hook").json(&body)).await;
    }

    let later = folder.after_kill().await;

    let bytes = fs::metadata(folder.file()).unwrap().len();
    assert!(bytes < 3_000_000, "{bytes}");
    assert_eq!(later.simulator.webhook_texts().len(), 1);
}

#[tokio::test]
async fn a_file_with_other_options_or_in_use_or_unreadable_is_refused_and_left_as_it_is() {
    let folder = StateFolder::new();
    let file = folder.file();
    let fixture = folder.begin().await;
    let busy = refusal(&file, stopped_clock()).await;
    fixture.simulator.stop().await;
    let before = fs::read(&file).unwrap();
    let other_seed = Config {
        seed: 2,
        catalog: 61,
        ..stopped_clock()
    };

    let other = refusal(&file, other_seed).await;
    let kept = fs::read(&file).unwrap();
    fs::write(&file, "{\"a\": 1}\n").unwrap();
    let foreign = refusal(&file, stopped_clock()).await;

    assert!(busy.contains("another simulator uses"), "{busy}");
    assert!(other.contains("other options (catalog, seed)"), "{other}");
    assert!(
        foreign.contains("line 1") && foreign.contains("delete"),
        "{foreign}"
    );
    assert!(before == kept);
}

#[tokio::test]
async fn while_the_program_is_away_time_passes_as_fast_as_really() {
    let folder = StateFolder::new();
    let fast = Config {
        time_scale: 1_000.0,
        ..stopped_clock()
    };
    resume(&folder.file(), fast.clone())
        .await
        .simulator
        .stop()
        .await;
    let mut world: Value = serde_json::from_slice(&fs::read(folder.file()).unwrap()).unwrap();
    let real: DateTime<Utc> = world["clock"]["last"]["real"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    world["clock"]["last"]["real"] = json!(real - TimeDelta::hours(1));
    fs::write(folder.file(), format!("{world}\n")).unwrap();

    let stopped = resume(&folder.file(), stopped_clock()).await;
    let still = read(stopped.get("/_sim/clock")).await.json();
    stopped.simulator.stop().await;
    fs::write(folder.file(), format!("{world}\n")).unwrap();
    let later = resume(&folder.file(), fast).await;
    let shown = read(later.get("/_sim/clock")).await.json();

    assert!(
        still["elapsed_seconds"].as_f64().unwrap() < 3_600.0,
        "{still}"
    );
    let elapsed = shown["elapsed_seconds"].as_f64().unwrap();
    assert!((3_600.0..1_000_000.0).contains(&elapsed), "{elapsed}");
}
