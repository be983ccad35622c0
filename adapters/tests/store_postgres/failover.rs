//! Servers that refuse for a while: a pooler that is full, a fail-over that keeps the old server and the
//! connections to it open.

use crate::store_fixture::server::{command, elsewhere};
use crate::world::*;
use adapters::store::SqlStore;
use shared::ports::store::{CatalogueStore, LeaseStore, StoreError};
use std::time::{Duration, Instant};

#[path = "../fake_pooler/mod.rs"]
mod fake_pooler;

/// Longer than it takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);

async fn refused_with(code: &'static str) -> StoreError {
    let port = fake_pooler::refusing(code).await;
    let opened = SqlStore::open(&format!("postgres://u:hush@127.0.0.1:{port}/db")).await;
    opened.err().expect("no store")
}

#[tokio::test]
async fn a_connection_that_is_refused_is_away_unless_a_person_has_to_act() {
    for code in [
        "XX000", "08P01", "53300", "53400", "57P01", "57P03", "58000", "0A000", "42P05", "XYZ99",
    ] {
        let error = refused_with(code).await;

        let StoreError::Unavailable(text) = error else {
            panic!("{code}: {error}");
        };
        assert!(text.contains("no more connections"), "{code}: {text}");
        assert!(!text.contains("files are damaged"), "{code}: {text}");
        assert!(!text.contains("hush"), "{code}: {text}");
    }
    for code in ["28000", "28P01", "3D000", "42501"] {
        let error = refused_with(code).await;

        assert!(matches!(error, StoreError::Unusable(_)), "{code}: {error}");
    }
}

async fn write(store: &SqlStore) -> Result<bool, StoreError> {
    let (now, until) = (at(0), at(10));
    store.take_lease("test", "holder", now, until).await
}

/// A database whose sessions so far are those of a server that only reads.
async fn demoted() -> SqlStore {
    let home = home().await;
    home.store().await.close().await;
    let (_, name) = home.url.rsplit_once('/').expect("a name");
    let another = elsewhere(&home.url, None, "postgres");
    let alter = |what: &str| command(&another, format!("ALTER DATABASE {name} {what}"));
    alter("SET default_transaction_read_only = on").await;
    let store = SqlStore::open_existing(&home.url).await.expect("a store");
    let asked = (0..8).map(|_| store.listed_asins(None));
    futures::future::join_all(asked).await;
    // New ones are led to another server.
    alter("RESET default_transaction_read_only").await;
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_server_that_only_reads_are_replaced() {
    let store = demoted().await;

    let first = write(&store).await;
    let given_up = Instant::now() + PATIENCE;
    while let Err(error) = write(&store).await {
        assert!(error.may_pass(), "{error}");
        assert!(Instant::now() < given_up, "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    assert!(
        matches!(&first, Err(StoreError::Unusable(why)) if why.contains("primary")),
        "{first:?}"
    );
    let later = futures::future::join_all((0..20).map(|_| write(&store))).await;
    assert!(later.iter().all(Result::is_ok), "{later:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_one_refusal_no_connection_to_the_old_server_is_used() {
    // Another test may have had the connections of the process renewed a moment ago.
    for _ in 0..3 {
        let store = demoted().await;
        write(&store).await.expect_err("only reads");

        let later = futures::future::join_all((0..20).map(|_| write(&store))).await;

        if later.iter().all(Result::is_ok) {
            return;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    panic!("connections to the old server are used");
}
