//! `reconcile` and `import shop`: the program itself, on simulated shops.

use serde_json::Value;
use simulator::{Config, HandEdit, HandMade, Quotas, ShopItem, ShopTending, Simulator};
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
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text);
        write("accounts.toml", simulator.accounts_toml()).unwrap();
        write("listings.csv", simulator.listings_csv()).unwrap();
        Self { simulator, folder }
    }

    /// The same, with its listings taken in and at the right price.
    async fn minded(catalog: usize) -> Self {
        let shops = Self::open(catalog).await;
        for arguments in [
            &["import", "listings", "listings.csv"][..],
            &["run", "price-stock"],
        ] {
            let output = shops.miseban(arguments).await;
            assert!(output.status.success(), "{}", said(&output));
        }
        shops
    }

    async fn miseban(&self, arguments: &[&str]) -> Output {
        let url = self.simulator.url();
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(["--lang", "en"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("SP_API_BASE_URL", &url)
            .env("LWA_BASE_URL", &url)
            .env("BASE_API_BASE_URL", &url)
            .env("LWA_APP_ID", "amzn1.application-oa2-client.example")
            .env("LWA_CLIENT_SECRET", "amzn1.oa2-cs.v1.example")
            .env("REFRESH_TOKEN", "Atzr|example")
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .stdin(Stdio::null());
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.unwrap().unwrap()
    }

    fn items(&self, shop: &str) -> Vec<ShopItem> {
        self.simulator.shop(shop).unwrap().items
    }

    fn tend(&self, shop: &str, work: ShopTending) {
        self.simulator.tend_shop(shop, work).unwrap();
    }
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn reconcile_tells_what_was_changed_by_hand_and_sets_it_right() {
    let shops = Shops::minded(40).await;
    let items = shops.items("shop-1");
    let edited = items.iter().find(|item| item.visible).unwrap();
    let edit = HandEdit {
        item_id: edited.item_id,
        price: Some(edited.price + 700),
        ..HandEdit::default()
    };
    let add = HandMade {
        title: "手作り".to_owned(),
        price: 900,
        stock: 1,
        visible: true,
        identifier: Some("HANDMADE-1".to_owned()),
    };
    let work = ShopTending {
        edit: vec![edit],
        add: vec![add],
        ..ShopTending::default()
    };
    shops.tend("shop-1", work);

    let output = shops.miseban(&["reconcile"]).await;

    let told = said(&output);
    assert!(output.status.success(), "{told}");
    for expected in [
        "Report of a run: reconciliation (reconcile) - done",
        "Changed by hand",
        edited.asin.as_str(),
        "HANDMADE-1",
        "miseban import shop",
    ] {
        assert!(told.contains(expected), "{told} lacks {expected}");
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
async fn reconcile_names_an_account_that_is_not_there() {
    let shops = Shops::open(10).await;

    let output = shops.miseban(&["reconcile", "--account", "nowhere"]).await;

    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("account nowhere is not in the accounts file"));
}

#[tokio::test]
async fn import_shop_takes_the_listings_over_and_names_what_it_leaves_out() {
    let shops = Shops::open(150).await;
    let listed = shops.items("shop-1").len() + shops.items("shop-2").len();
    let double = shops.items("shop-1")[0].clone();
    let made = |identifier: Option<&str>| HandMade {
        title: "手作り".to_owned(),
        price: 900,
        stock: 1,
        visible: true,
        identifier: identifier.map(ToOwned::to_owned),
    };
    let work = ShopTending {
        add: vec![
            made(None),
            made(Some("HANDMADE-1")),
            made(Some(&double.asin)),
        ],
        ..ShopTending::default()
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
        said(&counts)
    );
    // A person has to say which of two is the one.
    assert_eq!(first.status.code(), Some(2));
    let told = said(&first);
    for expected in [
        "its SKU holds no ASIN",
        "it has no SKU",
        "other items carry the same ASIN",
        "shop-1: ",
    ] {
        assert!(told.contains(expected), "{told} lacks {expected}");
    }
    let again = json(&again);
    assert_eq!(
        (&again["taken"], &again["known"]),
        (&0.into(), &taken.into()),
        "{again}"
    );
    // What went in is at work.
    let run = shops.miseban(&["run", "price-stock", "--json"]).await;
    assert_eq!(json(&run)["state"], "done");
    assert_eq!(json(&run)["updates"]["failed"], 0);
}
