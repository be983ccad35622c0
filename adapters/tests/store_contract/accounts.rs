//! Accounts, tokens and lanes: what outlives a process.

use crate::world::*;
use secrecy::{ExposeSecret, SecretString};
use shared::domain::rate::LanePace;
use shared::ports::store::{
    AccountStore, CatalogueStore, LaneMemory, LaneRefusals, LaneStore, ReauthoriseMark,
    StoredToken, TokenStore,
};

#[tokio::test]
async fn an_account_that_leaves_the_file_becomes_inactive_and_keeps_its_rows() {
    let store = open().await;
    shop(&store, "a", 2).await;
    shop(&store, "b", 1).await;

    store
        .sync_accounts(&[account_row("b", true)])
        .await
        .unwrap();

    let accounts = store.accounts().await.unwrap();
    assert_eq!(accounts, [account_row("a", false), account_row("b", true)]);
    assert_eq!(
        store.listed_asins(None).await.unwrap(),
        [asin(1)],
        "b lists it"
    );
    assert_eq!(store.listed_asins(Some(&account("a"))).await.unwrap(), []);
    store
        .sync_accounts(&[account_row("a", true)])
        .await
        .unwrap();
    assert_eq!(store.listed_asins(None).await.unwrap(), [asin(1), asin(2)]);
}

#[tokio::test]
async fn people_are_notified_once_of_a_parked_account() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let a = account("a");

    assert!(store.park(&a, at(100)).await.unwrap());
    assert!(!store.park(&a, at(100)).await.unwrap());
    assert!(!store.park(&a, at(50)).await.unwrap());
    assert!(store.park(&a, at(200)).await.unwrap());

    store
        .sync_accounts(&[account_row("a", true)])
        .await
        .unwrap();
    assert_eq!(
        store.accounts().await.unwrap()[0].parked_until,
        Some(at(200))
    );
}

#[tokio::test]
async fn a_mark_for_a_person_is_set_once_and_cleared_once() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let a = account("a");

    let mark = |minutes, seed| {
        Some(ReauthoriseMark {
            since: at(minutes),
            why: "refused",
            seed,
            pair_at: None,
        })
    };
    assert!(store.set_reauthorise(&a, mark(1, "x")).await.unwrap());
    assert!(!store.set_reauthorise(&a, mark(2, "x")).await.unwrap());
    assert_eq!(
        store.accounts().await.unwrap()[0].reauthorise_since,
        Some(at(1))
    );
    assert!(store.set_reauthorise(&a, mark(3, "y")).await.unwrap());
    let row = store.accounts().await.unwrap().remove(0);
    assert_eq!(
        (row.reauthorise_since, row.reauthorise_seed.as_deref()),
        (Some(at(3)), Some("y")),
        "another first token is as bad"
    );
    assert!(store.set_reauthorise(&a, None).await.unwrap());
    assert!(!store.set_reauthorise(&a, None).await.unwrap());
}

#[tokio::test]
async fn a_mark_from_before_the_refused_pair_is_replaced() {
    let store = open().await;
    shop(&store, "a", 0).await;
    let a = account("a");
    let mark = |minutes, pair_at| {
        Some(ReauthoriseMark {
            since: at(minutes),
            why: "refused",
            seed: "x",
            pair_at,
        })
    };
    assert!(store.set_reauthorise(&a, mark(1, None)).await.unwrap());

    let of_the_same = store.set_reauthorise(&a, mark(6, Some(at(1)))).await;
    let of_a_newer = store.set_reauthorise(&a, mark(7, Some(at(5)))).await;

    assert!(!of_the_same.unwrap());
    assert!(of_a_newer.unwrap());
    let row = store.accounts().await.unwrap().remove(0);
    assert_eq!(row.reauthorise_since, Some(at(7)));
}

#[tokio::test]
async fn a_token_survives_a_restart() {
    let home = home().await;
    let store = home.store().await;
    assert!(store.token("base/a").await.unwrap().is_none());
    let token = |text: &str| StoredToken {
        access_token: SecretString::from(format!("access-{text}")),
        refresh_token: SecretString::from(format!("refresh-{text}")),
        access_expires_at: at(3600),
        refreshed_at: at(0),
        seed: "seed".to_owned(),
    };
    store.save_token("base/a", &token("1")).await.unwrap();

    store.save_token("base/a", &token("2")).await.unwrap();

    // Read by a second store while the first is open, as after a crash.
    let again = home.store().await;
    let read = again.token("base/a").await.unwrap().unwrap();
    assert_eq!(read.access_token.expose_secret(), "access-2");
    assert_eq!(read.refresh_token.expose_secret(), "refresh-2");
    assert_eq!(
        (read.access_expires_at, read.refreshed_at),
        (at(3600), at(0))
    );
    assert_eq!(read.seed, "seed");
    assert!(!format!("{read:?}").contains("access-2"));
}

#[tokio::test]
async fn a_token_that_was_lost_is_stored_again_and_replaces_no_newer_one() {
    let store = open().await;
    let token = |seconds| StoredToken {
        access_token: SecretString::from("access"),
        refresh_token: SecretString::from(format!("refresh-{seconds}")),
        access_expires_at: at(3600),
        refreshed_at: at(seconds),
        seed: "seed".to_owned(),
    };
    let mut stored = Vec::new();

    for (owner, before) in [
        ("none", None),
        ("older", Some(1)),
        ("same", Some(2)),
        ("newer", Some(3)),
    ] {
        if let Some(seconds) = before {
            store.save_token(owner, &token(seconds)).await.unwrap();
        }
        let restored = store.restore_token(owner, &token(2)).await.unwrap();
        let after = store.token(owner).await.unwrap().unwrap();
        stored.push((restored, after.refreshed_at));
    }

    assert_eq!(
        stored,
        [(true, at(2)), (true, at(2)), (false, at(2)), (false, at(3))]
    );
}

#[tokio::test]
async fn lanes_are_read_as_they_were_saved() {
    let store = open().await;
    let memory = LaneMemory {
        opens_at_us: 1_700_000_000_000_001,
        pace: LanePace {
            configured: 10_000_000,
            period: 20_000_000,
            header: 5,
            default_until: 6,
        },
        hour_ms: 1,
        hour_used: 4999,
        day_ms: 2,
        day_used: 99_999,
        closed_until_ms: 3,
        refusals: None,
    };
    store
        .save_lane("base/a", &LaneMemory::default())
        .await
        .unwrap();

    store.save_lane("base/a", &memory).await.unwrap();
    store
        .save_lane("spapi/x/item-offers", &memory)
        .await
        .unwrap();

    let lanes = store.lanes().await.unwrap();
    assert_eq!(lanes.len(), 2);
    assert_eq!(lanes[0], ("base/a".to_owned(), memory));
}

#[tokio::test]
async fn the_refusals_of_a_lane_are_kept_apart_from_its_memory() {
    let store = open().await;
    let refusals = Some(LaneRefusals {
        since: at(1),
        last: at(3),
    });
    let kept = async || store.lanes().await.unwrap()[0].1;

    store.save_refusals("spapi/x", refusals).await.unwrap();
    let memory = LaneMemory {
        opens_at_us: 7,
        ..LaneMemory::default()
    };
    store.save_lane("spapi/x", &memory).await.unwrap();
    let refused = kept().await;
    store.save_refusals("spapi/x", None).await.unwrap();

    assert_eq!(refused, LaneMemory { refusals, ..memory });
    assert_eq!(kept().await, memory);
}

#[tokio::test]
async fn an_account_is_parked_from_the_first_failure_of_its_proxy_until_it_works() {
    let store = open().await;
    store
        .sync_accounts(&[account_row("a", true)])
        .await
        .unwrap();
    let a = account("a");
    let noted = async || {
        let row = store.accounts().await.unwrap().remove(0);
        (row.proxy_failed_since, row.parked_until)
    };

    let failed = |since, until| Some((at(since), at(until)));
    store.set_proxy_failed(&a, failed(1, 300)).await.unwrap();
    store.set_proxy_failed(&a, failed(301, 900)).await.unwrap();
    assert_eq!(noted().await, (Some(at(1)), Some(at(900))));

    store.set_proxy_failed(&a, None).await.unwrap();
    assert_eq!(noted().await, (None, None));
    // A working proxy does not end the parking for the quota.
    store.park(&a, at(50)).await.unwrap();
    store.set_proxy_failed(&a, None).await.unwrap();
    assert_eq!(noted().await, (None, Some(at(50))));
}

#[tokio::test]
async fn tokens_are_rejected_from_the_first_rejection_until_one_is_accepted() {
    let store = open().await;
    let (a, b) = (account("a"), account("b"));
    let rows = [account_row("a", true), account_row("b", true)];
    store.sync_accounts(&rows).await.unwrap();
    let note = async |account, now: Option<i64>| {
        let noted = store.set_tokens_refused(account, now.map(at)).await;
        noted.unwrap()
    };
    let noted = async || {
        let rows = store.accounts().await.unwrap();
        rows.iter()
            .map(|row| row.tokens_refused_since)
            .collect::<Vec<_>>()
    };

    assert_eq!(note(&a, Some(1)).await, Some(at(1)));
    assert_eq!(note(&a, Some(300)).await, Some(at(1)));
    assert_eq!(noted().await, [Some(at(1)), None]);

    assert_eq!(note(&b, None).await, None);
    assert_eq!(note(&a, None).await, None);
    assert_eq!(noted().await, [None, None]);
    assert_eq!(note(&a, Some(301)).await, Some(at(301)));
    assert_eq!(note(&account("stranger"), Some(301)).await, None);
}
