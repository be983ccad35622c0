//! `register`, `reconcile` and `import shop`: the binary on simulated shops.

use crate::vendors;
use serde_json::Value;
use simulator::{
    Config, ItemEdit, ItemSnapshot, MarketSet, NewItem, Quotas, ShopChange, Simulator,
};
use std::process::{Command, Output, Stdio};

struct Shops {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shops {
    async fn open(catalog: usize) -> Self {
        let simulator = Simulator::start(Config {
            catalog,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.unwrap();
        let folder = vendors::folder(&simulator);
        Self { simulator, folder }
    }

    /// The same, with its listings imported and at the right price.
    async fn up_to_date(catalog: usize) -> Self {
        let shops = Self::open(catalog).await;
        for arguments in [
            &["import", "listings", "listings.csv"][..],
            &["run", "price-stock"],
        ] {
            let output = shops.miseban(arguments).await;
            assert!(output.status.success(), "{}", printed(&output));
        }
        shops
    }

    async fn miseban(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(["--lang", "en"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .stdin(Stdio::null());
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.unwrap().unwrap()
    }

    fn items(&self, shop: &str) -> Vec<ItemSnapshot> {
        self.simulator.shop(shop).unwrap().items
    }

    fn tend(&self, shop: &str, work: ShopChange) {
        self.simulator.change_shop(shop, work).unwrap();
    }
}

fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn reconcile_reports_manual_changes_and_undoes_them() {
    let shops = Shops::up_to_date(40).await;
    let items = shops.items("shop-1");
    let edited = items.iter().find(|item| item.visible).unwrap();
    let edit = ItemEdit {
        item_id: edited.item_id,
        price: Some(edited.price + 700),
        ..ItemEdit::default()
    };
    let add = NewItem {
        title: "手作り".to_owned(),
        price: 900,
        stock: 1,
        visible: true,
        identifier: Some("HANDMADE-1".to_owned()),
    };
    let work = ShopChange {
        edit: vec![edit],
        add: vec![add],
        ..ShopChange::default()
    };
    shops.tend("shop-1", work);

    let output = shops.miseban(&["reconcile"]).await;

    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    for expected in [
        "Report of a run: reconciliation (reconcile) - done",
        "Changed by hand",
        edited.asin.as_str(),
        "HANDMADE-1",
        "miseban import shop",
    ] {
        assert!(text.contains(expected), "{text} lacks {expected}");
    }
    let now = shops.items("shop-1");
    let now = now
        .iter()
        .find(|item| item.item_id == edited.item_id)
        .unwrap();
    assert_eq!(now.price, edited.price);
    // One shop alone, as JSON.
    let again = shops
        .miseban(&["reconcile", "--account", "shop-2", "--json"])
        .await;
    let found = &json(&again)["reconcile"];
    assert_eq!(found["shops"].as_array().unwrap().len(), 1);
    assert_eq!(found["drifted"], 0);
}

#[tokio::test]
async fn register_reports_registered_and_skipped_asins() {
    let shops = Shops::up_to_date(20).await;
    let texts = shops.miseban(&["run", "basic-info"]).await;
    assert!(texts.status.success(), "{}", printed(&texts));
    let listed = |shop: &str| shops.items(shop)[0].asin.clone();
    let (own, known, new) = (listed("shop-1"), listed("shop-2"), "B0NEWITEM1");
    let set = MarketSet {
        asin: new.to_owned(),
        price: Some(1_000),
        in_stock: Some(true),
        ..MarketSet::default()
    };
    shops.simulator.set_market(vec![set]).unwrap();
    let file = format!("asin\n{own}\n{known}\n{new}\nB0ZZZZZZZZ\nno-asin\n");
    std::fs::write(shops.folder.path().join("new.csv"), file).unwrap();
    let register = ["register", "new.csv", "--account", "shop-1"];

    let dry = shops
        .miseban(&[&register[..], &["--dry-run", "--json"]].concat())
        .await;
    let first = shops.miseban(&register).await;
    let again = shops.miseban(&[&register[..], &["--json"]].concat()).await;

    let tried = json(&dry);
    assert_eq!(
        (&tried["pending"], &tried["known"]),
        (&2.into(), &1.into()),
        "{tried}"
    );
    // A person should check the skipped lines.
    assert_eq!(first.status.code(), Some(2));
    let text = printed(&first);
    for expected in [
        "2 products registered for shop-1, pending until listed in the shop (1 of them already known)",
        &format!("skipped, already in the shop: 1: {own}"),
        "not registered, not found on Amazon: 1: B0ZZZZZZZZ",
        "1 invalid line",
        "line 6",
    ] {
        assert!(text.contains(expected), "{text} lacks {expected}");
    }
    let again = json(&again);
    assert_eq!(again["pending"], 0, "{again}");
    assert_eq!(again["duplicates"].as_array().unwrap().len(), 3, "{again}");
    let explained = shops.miseban(&["explain", new]).await;
    assert!(explained.status.success(), "{}", printed(&explained));
}

#[tokio::test]
async fn register_with_a_missing_file_or_account_writes_nothing() {
    let shops = Shops::open(10).await;
    std::fs::write(shops.folder.path().join("new.csv"), "B0NEWITEM1\n").unwrap();

    for (arguments, expected) in [
        (
            ["register", "missing.csv", "--account", "shop-1"],
            "missing.csv",
        ),
        (["register", "new.csv", "--account", "nowhere"], "nowhere"),
    ] {
        let output = shops.miseban(&arguments).await;

        let text = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(shops.simulator.ledger().total.requests, 0);
}

#[tokio::test]
async fn reconcile_reports_an_unknown_account() {
    let shops = Shops::open(10).await;

    let output = shops.miseban(&["reconcile", "--account", "nowhere"]).await;

    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("account nowhere is not in the accounts file"));
}

#[tokio::test]
async fn import_shop_imports_listings_and_reports_skipped_items() {
    let shops = Shops::open(150).await;
    let listed = shops.items("shop-1").len() + shops.items("shop-2").len();
    let double = shops.items("shop-1")[0].clone();
    let made = |identifier: Option<&str>| NewItem {
        title: "手作り".to_owned(),
        price: 900,
        stock: 1,
        visible: true,
        identifier: identifier.map(ToOwned::to_owned),
    };
    let work = ShopChange {
        add: vec![
            made(None),
            made(Some("HANDMADE-1")),
            made(Some(&double.asin)),
        ],
        ..ShopChange::default()
    };
    shops.tend("shop-1", work);

    let dry = shops
        .miseban(&["import", "shop", "--dry-run", "--json"])
        .await;
    let counts = shops.miseban(&["status", "--json"]).await;
    let first = shops.miseban(&["import", "shop"]).await;
    let again = shops.miseban(&["import", "shop", "--json"]).await;

    let taken = listed - 1;
    let tried = json(&dry);
    assert_eq!(
        (&tried["taken"], &tried["left_out"]),
        (&taken.into(), &4.into()),
        "{tried}"
    );
    assert_eq!(
        json(&counts)["accounts"][0]["listed"],
        0,
        "{}",
        printed(&counts)
    );
    // A person has to resolve the duplicate.
    assert_eq!(first.status.code(), Some(2));
    let text = printed(&first);
    for expected in [
        "the SKU contains no ASIN",
        "no SKU",
        "other items have the same ASIN",
        "shop-1: ",
    ] {
        assert!(text.contains(expected), "{text} lacks {expected}");
    }
    let again = json(&again);
    assert_eq!(
        (&again["taken"], &again["known"]),
        (&0.into(), &taken.into()),
        "{again}"
    );
    // The imported listings take part in a run.
    let run = shops.miseban(&["run", "price-stock", "--json"]).await;
    assert_eq!(json(&run)["state"], "done");
    assert_eq!(json(&run)["updates"]["failed"], 0);
}

#[tokio::test]
async fn asins_that_amazon_calls_invalid_are_named_until_they_are_imported_again() {
    let shops = Shops::up_to_date(40).await;
    let shown = shops.items("shop-1");
    let shown = shown.iter().find(|item| item.visible).unwrap();
    let set = |known| MarketSet {
        asin: shown.asin.clone(),
        known: Some(known),
        ..MarketSet::default()
    };
    shops.simulator.set_market(vec![set(false)]).unwrap();

    let run = shops.miseban(&["run", "price-stock"]).await;
    shops.simulator.set_market(vec![set(true)]).unwrap();
    let status = shops.miseban(&["status"]).await;
    shops.miseban(&["import", "listings", "listings.csv"]).await;
    let next = shops.miseban(&["status"]).await;

    for output in [run, status] {
        let text = printed(&output);
        assert!(text.contains("unknown to Amazon (since)"), "{text}");
        assert!(text.contains(&shown.asin), "{text}");
    }
    assert!(!printed(&next).contains(&shown.asin), "{}", printed(&next));
}
