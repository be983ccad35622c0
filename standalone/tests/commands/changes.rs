//! `changes` as text, JSON and CSV, over a real database.

use crate::fixture::{Captured, RUN, account, asin, at, failure, open_run, shop, state};
use adapters::store::SqlStore;
use insta::assert_snapshot;
use shared::ports::store::{BatchStore, UpdateClaim, UpdateResult, UpdateStore};
use standalone::cli::{ChangesArgs, Since};
use standalone::commands::changes::changes;
use ui::command_error::Exit;
use ui::message::Lang;

fn all_changes() -> ChangesArgs {
    ChangesArgs {
        since: Since::parse("24h").unwrap(),
        asin: None,
        account: None,
        limit: 1_000,
        json: false,
        csv: false,
    }
}

/// A store where the first listing was updated in the shop and the second one is held.
async fn changed() -> SqlStore {
    let store = shop().await;
    open_run(&store).await;
    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    let applied = UpdateResult::Applied(state(1_560, true));
    store
        .finish_update(
            UpdateClaim::without_lease(row.listing.id, 1),
            &applied,
            at(12),
        )
        .await
        .unwrap();
    store
}

#[tokio::test]
async fn each_change_is_shown_with_its_reason() {
    let store = changed().await;
    for (lang, name) in [
        (Lang::Ja, "changes_in_japanese"),
        (Lang::En, "changes_in_english"),
    ] {
        let mut output = Captured::new();

        let exit = changes(&store, &all_changes(), at(20), &mut output.text(lang)).await;

        assert_eq!(exit.unwrap(), Exit::Done);
        assert_snapshot!(name, output.read());
    }
}

#[tokio::test]
async fn changes_as_json_have_run_observation_and_chosen_offer() {
    let store = changed().await;
    let mut output = Captured::new();

    changes(&store, &all_changes(), at(20), &mut output.json())
        .await
        .unwrap();

    let object = output.object();
    assert_eq!(object["more"], false);
    let change = &object["changes"][0];
    assert_eq!(
        (&change["state"], &change["code"]),
        (&"applied".into(), &serde_json::Value::Null)
    );
    assert_eq!(change["from"]["price"], 1300);
    assert_eq!(change["to"]["price"], 1560);
    let cause = &change["cause"];
    assert_eq!(cause["run_id"], RUN);
    assert_eq!(cause["observation"]["won"]["price"], 1200);
    assert_eq!(object["changes"][1]["code"], "price_above_bounds");
}

#[tokio::test]
async fn changes_as_csv_are_one_line_each() {
    let store = changed().await;
    let mut output = Captured::new();
    let csv = ChangesArgs {
        csv: true,
        ..all_changes()
    };

    changes(&store, &csv, at(20), &mut output.text(Lang::Ja))
        .await
        .unwrap();

    assert_snapshot!("changes_as_a_table", output.read());
}

#[tokio::test]
async fn the_limit_is_kept_and_more_changes_are_indicated() {
    let store = changed().await;
    let one = ChangesArgs {
        limit: 1,
        ..all_changes()
    };
    let mut output = Captured::new();

    changes(&store, &one, at(20), &mut output.json())
        .await
        .unwrap();

    let object = output.object();
    assert_eq!(object["changes"].as_array().unwrap().len(), 1);
    assert_eq!(object["more"], true);
}

#[tokio::test]
async fn another_period_or_shop_has_no_changes() {
    let store = changed().await;
    let late = ChangesArgs {
        since: Since::parse("5m").unwrap(),
        ..all_changes()
    };
    let elsewhere = ChangesArgs {
        account: Some(account("second")),
        ..all_changes()
    };
    for args in [late, elsewhere] {
        let mut output = Captured::new();

        changes(&store, &args, at(20), &mut output.json())
            .await
            .unwrap();

        assert_eq!(output.object()["changes"].as_array().unwrap().len(), 0);
    }
}

#[tokio::test]
async fn an_unknown_shop_or_invalid_asin_is_wrong_usage() {
    let store = changed().await;
    let no_shop = ChangesArgs {
        account: Some(account("third")),
        ..all_changes()
    };
    let no_asin = ChangesArgs {
        asin: Some("B00".to_owned()),
        ..all_changes()
    };
    for args in [no_shop, no_asin] {
        let mut output = Captured::new();

        let message = changes(&store, &args, at(20), &mut output.json()).await;

        assert_eq!(failure(message).1, Exit::Usage);
        assert_eq!(output.read(), "");
    }
}
