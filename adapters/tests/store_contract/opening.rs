//! Opening a database, and copying it.

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::run::{RunKind, RunState};
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, RecordPart, RunQueries, RunStore, StoredToken,
    TokenStore,
};

#[tokio::test]
async fn a_new_database_has_the_newest_schema() {
    let store = open().await;

    let version = store.schema_version().await.unwrap();

    assert_eq!(version, SqlStore::known_version());
}

#[tokio::test]
async fn an_existing_database_is_opened_without_migrating_it() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 3).await;
    store.migrate().await.unwrap();
    store.close().await;

    let again = SqlStore::open_existing(&home.url).await.unwrap();

    assert_eq!(again.listed_asins(None).await.unwrap().len(), 3);
}

#[tokio::test]
async fn programs_can_open_a_new_database_at_the_same_time() {
    let home = home().await;

    let opened = futures::future::join_all((0..8).map(|_| SqlStore::open(&home.url))).await;

    for store in opened {
        let version = store.unwrap().schema_version().await.unwrap();
        assert_eq!(version, SqlStore::known_version());
    }
}

#[tokio::test]
async fn changes_of_a_scratch_copy_do_not_reach_the_store() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 2).await;
    let open_run = started(&store, 2).await;

    let copy = store.scratch_copy().await.unwrap();

    let dry = run_of(RunKind::PriceStock, 2);
    copy.start_run(&dry).await.unwrap();
    copy.import(&[new_listing("a", 3)], at(1)).await.unwrap();
    assert_eq!(
        copy.listed_asins(None).await.unwrap(),
        [asin(1), asin(2), asin(3)]
    );
    assert_eq!(store.listed_asins(None).await.unwrap(), [asin(1), asin(2)]);
    assert_eq!(store.run(dry.id).await.unwrap(), None);
    let state = |run: Option<shared::ports::store::RunRow>| run.unwrap().state;
    assert_eq!(state(store.run(open_run).await.unwrap()), RunState::Running);
    assert_eq!(
        state(copy.run(open_run).await.unwrap()),
        RunState::Cancelled
    );
}

#[tokio::test]
async fn a_scratch_copy_has_the_rows_that_a_dry_run_reads() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 3).await;
    shop(&store, "b", 3).await;
    let (_, listing) = run_with_update(&store).await;
    store.park(&account("b"), at(900)).await.unwrap();

    let copy = store.scratch_copy().await.unwrap();

    let asins = [asin(1), asin(2), asin(3)];
    assert_eq!(
        copy.listings(&asins, None).await.unwrap(),
        store.listings(&asins, None).await.unwrap()
    );
    assert_eq!(
        copy.products(&asins).await.unwrap(),
        store.products(&asins).await.unwrap()
    );
    assert_eq!(
        copy.accounts().await.unwrap(),
        store.accounts().await.unwrap()
    );
    let dry = started(&copy, 1).await;
    let mut seen = priced(1, 1300, at(30));
    seen.listings = vec![due(listing, shop_state(1690, true), 2)];
    let progress = copy
        .record(&record(dry, RecordPart::Batch(1), vec![seen]))
        .await;
    assert!(progress.unwrap().progress.updates_open);
}

#[tokio::test]
async fn a_scratch_copy_has_no_tokens() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 1).await;
    let token = StoredToken {
        access_token: "access".to_owned().into(),
        refresh_token: "refresh".to_owned().into(),
        access_expires_at: at(3600),
        refreshed_at: at(0),
        seed: String::new(),
    };
    store.save_token("base/a", &token).await.unwrap();

    let copy = store.scratch_copy().await.unwrap();

    assert!(copy.token("base/a").await.unwrap().is_none());
}
