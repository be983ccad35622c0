//! A run that Amazon's refusal ends.

use crate::vendors;
use simulator::{Config, Fault, FaultKind, MarketSet, Quotas, Simulator};
use std::process::{Command, Output, Stdio};

const OFFERS: &str = "getItemOffersBatch";
/// No more than the guard of a small shop allows.
const SOLD_OUT: usize = 4;

async fn miseban(words: &[&str], simulator: &Simulator, folder: &tempfile::TempDir) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
    command
        .args(words)
        .current_dir(folder.path())
        .env_clear()
        .env("MISEBAN_LANG", "en")
        .envs(vendors::settings(simulator))
        .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
        .env("SYNC_CONCURRENCY", "1")
        .env("UPDATE_CONCURRENCY", "1")
        .stdin(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    ended.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_credentials_are_refused_sends_its_hides_before_it_ends() {
    let simulator = Simulator::start(Config {
        catalog: 40,
        accounts: 1,
        quotas: Quotas::Off,
        ..Config::default()
    });
    let simulator = simulator.await.unwrap();
    let folder = vendors::folder(&simulator);
    let run = ["run", "price-stock"];
    let mut asins: Vec<String> = (0..40).map(|number| simulator.asin(number)).collect();
    asins.sort();
    let set = |price| {
        asins.iter().map(move |asin| MarketSet {
            asin: asin.clone(),
            price,
            in_stock: Some(price.is_some()),
            ..MarketSet::default()
        })
    };
    simulator.set_market(set(Some(2_000)).collect()).unwrap();
    for words in [&["import", "listings", "listings.csv"][..], &run] {
        let output = miseban(words, &simulator, &folder).await;
        assert!(output.status.success(), "{output:?}");
    }
    let sold_out = set(None).take(SOLD_OUT).collect();
    simulator.set_market(sold_out).unwrap();
    let refusal = Fault {
        skip: 1,
        ..Fault::new(OFFERS, FaultKind::Forbidden)
    };
    let slow = Fault {
        millis: Some(500),
        ..Fault::new("items/edit", FaultKind::Slow)
    };
    for fault in [refusal, slow] {
        simulator.add_fault(fault).unwrap();
    }

    let output = miseban(&run, &simulator, &folder).await;

    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let shop = simulator.shop("shop-1").unwrap();
    let hidden = shop.items.iter().filter(|item| !item.visible).count();
    assert_eq!(hidden, SOLD_OUT, "{output:?}");
}
