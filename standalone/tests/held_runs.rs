//! Held runs, and `release` and `cancel`: the real program, with vendors simulated in this process.

#[path = "../../worker/tests/vendors/mod.rs"]
mod vendors;

use serde_json::Value;
use simulator::{Config, Fault, FaultKind, Quotas, Simulator};
use std::process::{Command, Output, Stdio};

const LISTINGS: usize = 200;

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    /// A shop that is up to date, after which Amazon returns empty offers only.
    async fn broken() -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: 1,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        for words in ["import listings listings.csv", RUN, RUN] {
            assert_eq!(shop.miseban(words).await.0, 0, "{words}");
        }
        let empty = Fault::new("getItemOffersBatch", FaultKind::EmptyOffers);
        shop.simulator.add_fault(empty).expect("a fault");
        shop
    }

    /// Exit code, stdout and stderr.
    async fn miseban(&self, words: &str) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .env("MISEBAN_LANG", "en")
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .stdin(Stdio::null());
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        let output: Output = ended.expect("no panic").expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().expect("an exit code");
        (code, text(output.stdout), text(output.stderr))
    }

    fn visible_items(&self) -> usize {
        let shop = self.simulator.shop("shop-1").expect("a shop");
        shop.items.iter().filter(|item| item.visible).count()
    }
}

const RUN: &str = "run price-stock --json";

fn object(text: &str) -> Value {
    serde_json::from_str(text).expect("one JSON object")
}

#[tokio::test]
async fn a_held_run_says_what_to_do_and_is_sent_when_released() {
    let shop = Shop::broken().await;
    let before = shop.visible_items();

    let (code, out, err) = shop.miseban(RUN).await;

    let report = object(&out);
    let id = report["run_id"].as_str().expect("an id").to_owned();
    assert_eq!((code, report["state"].as_str()), (1, Some("held")));
    assert!(err.contains(&format!("miseban release {id}")), "{err}");
    assert!(err.contains(&format!("miseban cancel {id}")), "{err}");
    assert!(before - shop.visible_items() <= 50);
    for again in [RUN, "run price-stock --resume"] {
        let (code, out, err) = shop.miseban(again).await;
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(&format!("miseban release {id}")), "{err}");
    }
    let (_, status, _) = shop.miseban("status").await;
    assert!(
        status.contains(&format!("miseban release {id}")),
        "{status}"
    );

    let (code, out, err) = shop.miseban(&format!("release {id}")).await;

    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(shop.visible_items(), 0);
    let (code, _, err) = shop.miseban(&format!("release {id}")).await;
    assert_eq!(code, 2, "{err}");
}

#[tokio::test]
async fn a_cancelled_run_leaves_the_shop_unchanged_and_allows_the_next_run() {
    let shop = Shop::broken().await;
    let before = shop.visible_items();
    let (_, out, _) = shop.miseban(RUN).await;
    let id = object(&out)["run_id"].as_str().expect("an id").to_owned();
    let shown = shop.visible_items();

    let (code, _, err) = shop.miseban(&format!("cancel {id}")).await;

    assert_eq!((code, shop.visible_items()), (0, shown), "{err}");
    let (_, out, _) = shop.miseban(&format!("report {id} --json")).await;
    assert_eq!(object(&out)["guard"]["decision"], "cancelled");
    shop.simulator.clear_faults();
    let (code, ..) = shop.miseban(RUN).await;
    assert_eq!((code, shop.visible_items()), (0, before));
}

#[tokio::test]
async fn a_dry_run_says_that_a_run_would_be_held() {
    let shop = Shop::broken().await;
    let before = shop.visible_items();

    let (code, out, _) = shop.miseban("run price-stock --dry-run").await;

    assert_eq!((code, shop.visible_items()), (1, before));
    assert!(out.contains("a live run would wait for you"), "{out}");
    assert!(!out.contains("miseban release 0"), "no id: {out}");
}
