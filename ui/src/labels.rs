//! The domain's terms as people read them, in both languages. A code without an entry here, of a
//! newer version or of the shop, is shown as it is.

use crate::causes::cause;
use crate::layout::amount;
use crate::message::{Lang, Text, text};
use shared::domain::account::{AccountId, RefusedParty};
use shared::domain::desired::HoldReason;
use shared::domain::listing::{ListingStatus, ShopState};
use shared::domain::offer::Rejection;
use shared::domain::outcome::Outcome;
use shared::domain::product::Stock;
use shared::domain::run::{RunKind, RunState};
use shared::domain::schedule::RunSchedule;

/// When the regular runs start.
pub fn schedule(schedule: &RunSchedule) -> Text {
    match schedule {
        RunSchedule::Every(pause) => {
            let hours = pause.num_hours();
            text!("{hours}時間ごと", "every {hours} h")
        }
        RunSchedule::At(times) => {
            let times: Vec<String> = times
                .iter()
                .map(|at| at.format("%H:%M").to_string())
                .collect();
            let (ja, en) = (times.join("、"), times.join(", "));
            text!("毎日 {ja}", "every day at {en}, Japan time")
        }
    }
}

/// What the batches of a run of this kind are.
pub fn batches(kind: RunKind, lang: Lang) -> &'static str {
    match kind {
        RunKind::Visibility => lang.pick("確認", "batches"),
        RunKind::Reconcile => lang.pick("ショップ", "shops"),
        RunKind::PriceStock | RunKind::Stale | RunKind::BasicInfo | RunKind::Register => {
            lang.pick("問い合わせ", "batches")
        }
    }
}

/// A kind of run.
pub fn kind(kind: RunKind, lang: Lang) -> &'static str {
    match kind {
        RunKind::PriceStock => lang.pick("価格と在庫", "price and stock"),
        RunKind::Stale => lang.pick("情報が古い商品だけ", "outdated products only"),
        RunKind::Visibility => lang.pick("公開状態の見直し", "visibility"),
        RunKind::Reconcile => lang.pick("ショップとの突き合わせ", "reconciliation"),
        RunKind::BasicInfo => lang.pick("商品情報", "basic information"),
        RunKind::Register => lang.pick("新規登録", "registration"),
    }
}

/// The state of a run.
pub fn state(state: RunState, lang: Lang) -> &'static str {
    match state {
        RunState::Running => lang.pick("実行中", "running"),
        RunState::Backfilling => lang.pick("再確認中", "backfilling"),
        RunState::Held => lang.pick("確認待ち", "held"),
        RunState::Done => lang.pick("完了", "done"),
        RunState::Incomplete => lang.pick("一部未完了", "incomplete"),
        RunState::Failed => lang.pick("失敗", "failed"),
        RunState::Cancelled => lang.pick("中止", "cancelled"),
    }
}

/// The outcome of an ASIN.
pub fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Success => lang.pick("在庫あり(仕入れ可)", "can be bought"),
        Outcome::OutOfStock => lang.pick("Amazon在庫切れ", "no offer"),
        Outcome::FilteredOut => lang.pick("条件に合う出品者なし", "no offer qualifies"),
        Outcome::ApiError => lang.pick("取得できず", "not fetched"),
        Outcome::InvalidAsin => lang.pick("Amazonに該当商品なし", "unknown to Amazon"),
    }
}

/// Why an offer was rejected.
pub fn rejection(rejection: Rejection, lang: Lang) -> &'static str {
    match rejection {
        Rejection::NotNew => lang.pick("新品ではない", "not new"),
        Rejection::NoHandlingTime => lang.pick("発送までの時間が不明", "handling time unknown"),
        Rejection::NoShippingDate => lang.pick("発送日が未定", "shipping date unknown"),
        Rejection::ShipsTooLate => lang.pick("発送が遅すぎる", "ships too late"),
        Rejection::ShippingNotFree => lang.pick("送料がかかる", "shipping costs extra"),
        Rejection::ShippingUnknown => lang.pick("送料が不明", "shipping cost unknown"),
        Rejection::OtherCountry => lang.pick("発送元の国が対象外", "ships from another country"),
        Rejection::NoPrice => lang.pick("価格がない", "no price"),
        Rejection::PriceOutOfRange => lang.pick("価格が範囲外", "price out of range"),
        Rejection::OtherCurrency => lang.pick("別の通貨", "another currency"),
    }
}

/// The stock of a product.
pub fn stock(stock: Stock, lang: Lang) -> String {
    match stock {
        Stock::In => lang.pick("あり", "in stock").to_owned(),
        Stock::NoOffer => lang
            .pick("なし(Amazon在庫切れ)", "out (no offer)")
            .to_owned(),
        Stock::FilteredOut { times, why } => {
            let why = rejection(why, lang);
            let label = text!(
                "条件に合う出品者なし(続けて{times}回、主な理由: {why})",
                "no offer qualifies (seen {times} in a row, mostly: {why})",
                times = amount(times.into(), "time", "times"),
            );
            label.of(lang).to_owned()
        }
    }
}

/// The command that does a run of this kind, without the program's name.
pub fn command(kind: RunKind) -> String {
    match kind {
        RunKind::Reconcile | RunKind::Register => kind.as_str().to_owned(),
        _ => format!("run {}", kind.as_str()),
    }
}

/// The status of a listing.
pub fn status(status: ListingStatus, lang: Lang) -> &'static str {
    match status {
        ListingStatus::Pending => lang.pick("登録待ち", "pending"),
        ListingStatus::Listed => lang.pick("出品中", "listed"),
        ListingStatus::Delisted => lang.pick("ショップから削除済み", "deleted from the shop"),
    }
}

/// How an item looks in the shop.
pub fn shop_state(state: &ShopState, lang: Lang) -> String {
    let price = state.price;
    let shown = if state.visible {
        lang.pick("公開", "public")
    } else {
        lang.pick("非公開", "hidden")
    };
    match (state.stock, lang) {
        (Some(pieces), Lang::Ja) => format!("{price}円 {shown} 在庫{pieces}"),
        (Some(pieces), Lang::En) => format!("{price} yen, {shown}, stock {pieces}"),
        (None, Lang::Ja) => format!("{price}円 {shown}"),
        (None, Lang::En) => format!("{price} yen, {shown}"),
    }
}

/// What a person can do while BASE refuses an account.
pub fn refusal(party: RefusedParty, account: &AccountId) -> Text {
    match party {
        RefusedParty::Shop => text!(
            "BASEの管理画面にログインして、ショップの状態を確かめてください(利用制限などはBASEに問い合わせてください)",
            "log in to the shop's admin page at BASE and check its state; ask BASE if it is restricted"
        ),
        RefusedParty::Application => text!(
            "BASE Developers でアプリの状態を、ショップ一覧で {account} の client_id、client_secret、redirect_uri を確かめてください",
            "check the state of the application at BASE Developers, and client_id, client_secret and redirect_uri of account {account} in the accounts file"
        ),
    }
}

/// A shop that nobody has connected yet, and what to do.
pub fn never_authorised(account: &AccountId) -> Text {
    text!(
        "まだBASEと連携していません。miseban accounts authorize {account} で連携してください",
        "not authorised at BASE yet: run miseban accounts authorize {account}"
    )
}

/// What a person can do about the error that ended a run.
pub fn failure(error: &str) -> Text {
    known_failure(error).unwrap_or_else(|| {
        text!(
            "miseban doctor で原因を調べられます",
            "miseban doctor helps to find the cause"
        )
    })
}

/// What a person can do about a refusal of Amazon, by the words of its client; `None` for other words.
pub fn known_failure(error: &str) -> Option<Text> {
    let known = [
        (
            "invalid_client",
            text!(
                "LWA_APP_ID と LWA_CLIENT_SECRET を確かめてください。シークレットの期限が切れていれば、セラーセントラルで作り直して設定します",
                "check LWA_APP_ID and LWA_CLIENT_SECRET; if the secret has expired, create a new one in Seller Central and set it"
            ),
        ),
        (
            "invalid_grant",
            text!(
                "セラーセントラルでアプリを承認し直し、新しい REFRESH_TOKEN を設定してください",
                "authorise the application again in Seller Central, and set the new REFRESH_TOKEN"
            ),
        ),
        (
            "lacks the role Pricing",
            text!(
                "セラーセントラルでアプリにロール Pricing(価格設定)を付け、承認し直してください",
                "add the role Pricing to the application in Seller Central, and authorise it again"
            ),
        ),
        (
            "lacks the role Product Listing",
            text!(
                "セラーセントラルでアプリにロール Product Listing(商品の出品)を付け、承認し直してください。それまで商品情報だけが止まり、価格と在庫は続きます",
                "add the role Product Listing to the application in Seller Central, and authorise it again; until then texts and images stop, prices and stock go on"
            ),
        ),
    ];
    let found = known.into_iter().find(|(words, _)| error.contains(words));
    found.map(|(_, todo)| todo)
}

/// Why a listing is held, and what a person can do about it.
pub fn hold(reason: HoldReason) -> Text {
    match reason {
        HoldReason::PriceBelowBounds => text!(
            "販売価格が PRICE_MIN より低くなる(設定か商品を見直す)",
            "the price would be below PRICE_MIN (review the setting or the item)"
        ),
        HoldReason::PriceAboveBounds => text!(
            "販売価格が PRICE_MAX より高くなる(設定か商品を見直す)",
            "the price would be above PRICE_MAX (review the setting or the item)"
        ),
        HoldReason::NotEditable => text!(
            "BASEがAPIでの編集を許さない商品(管理画面で直す)",
            "BASE does not let the API edit this item (edit it in BASE's admin page)"
        ),
        HoldReason::SaleBelowCost => text!(
            "BASEのセールで仕入れ値より安くなる(非公開にした。セールを終えるか外す)",
            "a sale at BASE asks less than the cost (hidden; end the sale, or take the item out of it)"
        ),
        HoldReason::MassChange => text!(
            "一度に非公開になる商品が多すぎる(miseban release か miseban cancel で決める)",
            "too many products would be hidden at once (decide with miseban release or miseban cancel)"
        ),
    }
}

/// A code of a failed or held update.
pub fn code(code: &str, lang: Lang) -> String {
    if let Some(reason) = HoldReason::from_word(code) {
        return hold(reason).of(lang).to_owned();
    }
    let label = match code {
        "unavailable" => lang.pick("BASEが応答しない", "BASE does not respond"),
        "reauthorise" => lang.pick(
            "ショップをBASEと連携する必要がある",
            "the shop has to be authorised",
        ),
        "to_out" => lang.pick("在庫 あり → 切れ", "in stock -> sold out"),
        "to_in" => lang.pick("在庫 切れ → あり", "sold out -> in stock"),
        "not_cached" => lang.pick("キャッシュにない", "not in the cache"),
        "stale" => lang.pick("情報が古い", "outdated"),
        "confirm_out_of_stock" => lang.pick("在庫切れの確認待ち", "sold out, to be confirmed"),
        "confirm_price" => lang.pick("価格の確認待ち", "the price is to be confirmed"),
        "absent" => lang.pick("Amazonの回答にない", "not in Amazon's answer"),
        "api_error" => lang.pick("取得できず", "not fetched"),
        "given_up" => lang.pick("問い合わせに失敗", "the request failed"),
        "no_offer" => lang.pick("Amazon在庫切れ", "no offer"),
        "invalid_asin" => lang.pick("Amazonに該当商品なし", "unknown to Amazon"),
        "hours" => lang.pick("時間になったら送る", "sent when they begin"),
        "hour_api_limit" => lang.pick("BASEの1時間の上限", "BASE's hourly limit"),
        "day_api_limit" => lang.pick("BASEの1日の上限", "BASE's daily limit"),
        "bad_item_id" | "no_item_id" | "no_item" => {
            lang.pick("商品がショップにない", "the item is not in the shop")
        }
        _ => return cause(code).of(lang).to_owned(),
    };
    format!("{label} ({code})")
}

/// The state of an update with its code.
pub fn update_state<'a>(state: &'a str, code: Option<&str>, lang: Lang) -> &'a str {
    match state {
        "parked" if code == Some("hours") => {
            lang.pick("RUN_HOURS の時間待ち", "waiting for RUN_HOURS")
        }
        "queued" => lang.pick("順番待ち", "queued"),
        "applied" => lang.pick("反映済み", "applied"),
        "equal" => lang.pick("変更不要", "unchanged"),
        "held" => lang.pick("要確認", "held"),
        "failed" => lang.pick("失敗", "failed"),
        "parked" => lang.pick("BASEの受け付け待ち", "parked"),
        "delisted" => lang.pick("削除済み", "delisted"),
        "cancelled" => lang.pick("取りやめ", "dropped"),
        "would_apply" => lang.pick("反映する予定", "would be applied"),
        "would_hold" => lang.pick("要確認になる予定", "would be held"),
        other => other,
    }
}
