//! `list`: complete lists as text and JSON, over a real database.

use crate::fixture::{Captured, RUN, account, asin, at, failure, open_run, shop};
use adapters::store::SqlStore;
use shared::ports::store::{
    BatchStore as _, ProductList, RunStore as _, UpdateClaim, UpdateResult, UpdateStore as _,
};
use standalone::cli::ListArgs;
use standalone::cli::OutputArgs;
use standalone::commands::list::list;
use ui::command_error::Exit;
use ui::message::Lang;

fn args(list: ProductList, json: bool) -> ListArgs {
    ListArgs {
        list,
        run: None,
        account: None,
        output: OutputArgs { json },
    }
}

/// A store where the first update failed, the second listing is held and the third was not fetched.
async fn troubled() -> SqlStore {
    let store = shop().await;
    let run = open_run(&store).await;
    let row = &store.listings(&[asin(1)], None).await.unwrap()[0];
    let claim = UpdateClaim::without_lease(row.listing.id, 1);
    let failed = UpdateResult::Failed("bad_price".to_owned());
    store.finish_update(claim, &failed, at(12)).await.unwrap();
    store.begin_backfill(run).await.unwrap();
    store.end_backfill(run, at(13)).await.unwrap();
    assert!(store.close_run(run, at(14)).await.unwrap());
    store
}

async fn listed(store: &SqlStore, args: &ListArgs) -> Captured {
    let mut output = Captured::new();
    let page = &mut if args.output.json {
        output.json()
    } else {
        output.text(Lang::En)
    };
    let exit = list(store, args, page).await.unwrap();
    assert_eq!(exit, Exit::Done);
    output
}

#[tokio::test]
async fn each_list_names_product_shop_and_reason_as_text_and_json() {
    let store = troubled().await;
    for (what, number, why) in [
        (ProductList::Failed, 1, "bad_price"),
        (ProductList::Held, 2, "PRICE_MAX"),
        (ProductList::Missing, 3, "absent"),
    ] {
        let text = listed(&store, &args(what, false)).await.read();
        assert_eq!(text.lines().count(), 1, "{text}");
        let asin = asin(number).to_string();
        for part in ["main", asin.as_str(), why] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");

        let object = listed(&store, &args(what, true)).await.object();
        assert_eq!(object["list"], what.as_str());
        assert_eq!(
            (&object["count"], object["items"].as_array().unwrap().len()),
            (&1.into(), 1)
        );
        assert_eq!(object["items"][0]["asin"], asin);
        assert_eq!(object["items"][0]["account"], "main");
    }
}

#[tokio::test]
async fn an_empty_list_is_valid_json_and_no_text() {
    let store = shop().await;
    for what in ProductList::ALL {
        let object = listed(&store, &args(what, true)).await.object();
        assert_eq!(
            (&object["count"], &object["items"]),
            (&0.into(), &serde_json::json!([]))
        );
        assert_eq!(listed(&store, &args(what, false)).await.read(), "");
    }
}

#[tokio::test]
async fn an_unknown_shop_or_run_is_wrong_usage() {
    let store = troubled().await;
    let mut of_run = args(ProductList::Failed, true);
    of_run.run = Some(RUN.to_owned());
    assert_eq!(listed(&store, &of_run).await.object()["count"], 1);
    let mut unknown_run = args(ProductList::Failed, true);
    unknown_run.run = Some("01939c1e-7c00-7000-8000-00000000ffff".to_owned());
    let mut unknown_shop = args(ProductList::Failed, true);
    unknown_shop.account = Some(account("nobody"));
    let mut of_no_run = args(ProductList::Pending, true);
    of_no_run.run = Some(RUN.to_owned());

    for wrong in [unknown_run, unknown_shop, of_no_run] {
        let mut output = Captured::new();
        let tried = list(&store, &wrong, &mut output.json()).await;

        assert_eq!(failure(tried).1, Exit::Usage, "{wrong:?}");
        assert_eq!(output.read(), "");
    }
}
