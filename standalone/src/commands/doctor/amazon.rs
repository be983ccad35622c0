//! The line of `doctor` about Amazon: a token, then one real request.

use super::check_list::CheckList;
use super::checked::Vendors;
use adapters::store::SqlStore;
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::lane::{Lane, Priority};
use shared::ports::limiter::{Grant, Permit};
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::CatalogueStore as _;
use std::time::{Duration, Instant};
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::labels;
use ui::layout::span;
use ui::message::{Lang, Text, text};

/// Longer than from one request to the next at Amazon's published rate.
const PERMIT_WITHIN: Duration = Duration::from_secs(12);
/// A slower answer is told.
const SLOW: Duration = Duration::from_secs(5);
/// Asked for when nothing is known; an item that does not exist is an answer, too.
const ANY_ASIN: &str = "B000000000";

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AskedFor {
    Prices,
    /// Texts: their quota is of its own, and hardly ever used up.
    Texts,
}

/// Whether another process that this one shares no limiter with may ask Amazon at present.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quota {
    Ours,
    OfAnother,
}

/// Fetches a token, and asks for one ASIN: its prices, or its texts while others use up the quota.
pub(super) async fn amazon(
    vendors: &Vendors<'_>,
    store: &SqlStore,
    quota: Quota,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let part = || text!("Amazonへの接続", "Amazon");
    if let Err(error) = vendors.marketplace.prepare().await {
        return list.note(part(), Err(advice(&error)));
    }
    let batch = any_batch(store).await;
    let mut permit = None;
    if quota == Quota::Ours {
        let lane = vendors.marketplace.lane();
        permit = granted(vendors, &lane)
            .await
            .map(|permit| (AskedFor::Prices, permit));
    }
    if permit.is_none() {
        let lane = vendors.marketplace.info_lane();
        permit = granted(vendors, &lane)
            .await
            .map(|permit| (AskedFor::Texts, permit));
    }
    let Some((question, permit)) = permit else {
        return list.hint(
            part(),
            text!(
                "トークンは取れましたが、回数制限の順番が来ないため、問い合わせていません。少し待ってから、もう一度実行してください",
                "a token was given, but nothing was asked, since other requests use the quota: try again in a moment"
            ),
        );
    };
    let started = Instant::now();
    let asked = match question {
        AskedFor::Prices => vendors.marketplace.offers(permit, &batch).await.map(drop),
        AskedFor::Texts => {
            let page = vendors.marketplace.basic_info(permit, &batch, None).await;
            page.map(drop)
        }
    };
    let lasted = started.elapsed();
    match asked {
        Ok(()) => list.note(part(), Ok(connected(question, lasted)))?,
        // The prices, which every run needs, have a role of their own.
        Err(error @ MarketplaceError::Credentials(_)) if question == AskedFor::Texts => {
            list.hint(part(), advice(&error))?;
        }
        Err(error) => list.note(part(), Err(advice(&error)))?,
    }
    if lasted > SLOW {
        list.hint(text!("注意", "note"), slow(lasted))?;
    }
    Ok(())
}

fn slow(lasted: Duration) -> Text {
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| span(lasted.as_secs_f64(), lang));
    text!(
        "Amazonの応答に{ja}かかりました。続くあいだ、実行が長くなります",
        "Amazon took {en} to answer: while that lasts, runs take longer"
    )
}

async fn granted(vendors: &Vendors<'_>, lane: &Lane) -> Option<Permit> {
    let asked = vendors.limiter.acquire(lane, Priority::Urgent);
    match tokio::time::timeout(PERMIT_WITHIN, asked).await {
        Ok(Ok(Grant::Go(permit))) => Some(permit),
        _ => None,
    }
}

async fn any_batch(store: &SqlStore) -> AsinBatch {
    let known = store.products_after(None, 1).await.unwrap_or_default();
    let known = known.first().map(|product| product.asin);
    let asin = known.or_else(|| Asin::parse(ANY_ASIN).ok());
    let mut batches = split(asin);
    batches.pop().expect("there is an ASIN: ANY_ASIN is one")
}

fn connected(question: AskedFor, lasted: Duration) -> Text {
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| span(lasted.as_secs_f64(), lang));
    match question {
        AskedFor::Prices => text!(
            "つながりました(1件の価格と在庫を問い合わせ、{ja})",
            "connected (asked for the price of one product, {en})"
        ),
        AskedFor::Texts => text!(
            "つながりました(価格の枠は動いているプログラムのものなので、1件の商品情報を問い合わせ、{ja})",
            "connected (asked for the texts of one product, since the quota of prices belongs to the program that is at work, {en})"
        ),
    }
}

fn advice(error: &MarketplaceError) -> Text {
    match error {
        MarketplaceError::Credentials(why) => {
            let todo = labels::known_failure(why).unwrap_or_else(|| {
                text!(
                    "REFRESH_TOKEN、LWA_APP_ID、LWA_CLIENT_SECRET をセラーセントラルの値と見比べてください",
                    "compare REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET with Seller Central"
                )
            });
            let (ja, en) = (todo.ja, todo.en);
            text!(
                "認証情報が受け付けられません({why})。{ja}",
                "the credentials are rejected ({why}): {en}",
                why = cause(&why),
            )
        }
        MarketplaceError::Throttled => text!(
            "回数制限で断られました(429)。同じ認証情報を使う別のプログラムがないか確かめてください",
            "refused because of the quota (429): check whether another program uses the same credentials"
        ),
        MarketplaceError::Refused(why) | MarketplaceError::MalformedAsin(why) => text!(
            "問い合わせが断られました({why})。SP_API_MARKETPLACE_ID と SP_API_BASE_URL を確かめてください",
            "the request is refused ({why}): check SP_API_MARKETPLACE_ID and SP_API_BASE_URL",
            why = cause(&why),
        ),
        MarketplaceError::Malformed(why) => text!(
            "応答を読めません({why})。SP_API_BASE_URL を確かめ、少し待ってから、もう一度実行してください",
            "the answer cannot be read ({why}): check SP_API_BASE_URL, wait a moment and try again",
            why = cause(&why),
        ),
        other => text!(
            "つながりません({other})。インターネット接続、LWA_BASE_URL、SP_API_BASE_URL を確かめてください",
            "no connection ({other}): check the internet connection, LWA_BASE_URL and SP_API_BASE_URL",
            other = cause(&other),
        ),
    }
}
