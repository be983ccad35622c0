//! What is left to do after a run, said plainly; at its end, where the eye rests.

use super::EXAMPLES;
use crate::labels;
use crate::layout::grouped;
use crate::message::{Lang, Text, text};
use shared::domain::asin::Asin;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};

/// The section; it is never empty, so that "nothing to do" is said and not concluded.
pub fn render(report: &Report, lang: Lang) -> String {
    let mut advice: Vec<Text> = [
        held_back(report),
        state(report),
        unread(report),
        unknown(report),
        missing(report),
        held(report),
        failed(report),
        parked(report),
        refused(report),
        invalid(report),
    ]
    .into_iter()
    .flatten()
    .collect();
    if advice.is_empty() {
        advice.push(text!("ありません", "nothing"));
    }
    let title = lang.pick("次にすること", "What to do next");
    let lines: Vec<String> = advice
        .iter()
        .map(|text| format!("  * {}\n", text.of(lang)))
        .collect();
    format!("\n{title}\n{}", lines.concat())
}

fn state(report: &Report) -> Option<Text> {
    let command = labels::command(report.kind);
    match report.state {
        // What is held is told with its numbers by `held_back`.
        RunState::Done | RunState::Held => None,
        RunState::Running | RunState::Backfilling => Some(text!(
            "この実行はまだ終わっていません。動いていなければ miseban {command} --resume で続きから始めます",
            "this run has not ended; if nothing is working on it, miseban {command} --resume goes on with it"
        )),
        RunState::Failed => Some(text!(
            "この実行は途中で失敗しました。miseban doctor で原因を調べてから、もう一度 miseban {command} を実行してください",
            "this run failed before its end: find the cause with miseban doctor, then start miseban {command} again"
        )),
        RunState::Cancelled => Some(text!(
            "この実行は中止されました。必要なら miseban {command} を実行してください",
            "this run was cancelled; start miseban {command} when you want it"
        )),
    }
}

/// What to do about updates that the guard holds; `None` when nothing of the run waits for a person.
pub fn held_back(report: &Report) -> Option<Text> {
    let guard = report.guard.as_ref().filter(|guard| {
        let undecided = guard.decided_at.is_none();
        undecided && report.state.is_open()
    })?;
    let run = report.run_id;
    let found = report.reconcile.as_ref();
    if let Some(missing) = found.and_then(|found| some(found.missing_held)) {
        return Some(text!(
            "ショップの一覧にない商品が多すぎます({missing}件)。ショップか、その認可に問題があるかもしれないので、何もしていません。BASEの管理画面を見て、本当に消えているなら miseban release {run}(1件ずつ確かめて削除済みにします)、そうでなければ miseban cancel {run}",
            "too many items ({missing}) are on no page of their shop: something may be wrong with the shop or its authorisation, so nothing is done about them. Look at the shop: if they are gone, miseban release {run} (asks for each, and gives up those that are gone); if not, miseban cancel {run}"
        ));
    }
    let (hides, asins) = (grouped(guard.hides), grouped(report.asins));
    let held = grouped(guard.held);
    let (percent, count) = (guard.allowed_percent, guard.allowed_count);
    let seen = text!(
        "一度に非公開になる商品が多すぎます({asins}件中{hides}件。{percent}%か{count}件の多いほうまでは止めません)。Amazonの答えが壊れているかもしれないので、{held}件の更新を止めています",
        "too many products would be hidden at once ({hides} of {asins}; up to {percent} % or {count}, whichever is more, are not held): Amazon's answers may be broken, so {held} updates are held"
    );
    let (seen_ja, seen_en) = (seen.ja, seen.en);
    if report.dry_run {
        return Some(text!(
            "{seen_ja}。予行でない実行なら、あなたの確認を待ちます",
            "{seen_en}; a live run would wait for you"
        ));
    }
    Some(text!(
        "{seen_ja}。Amazonの商品ページをいくつか見て、本当に在庫切れなら miseban release {run}、そうでなければ miseban cancel {run}",
        "{seen_en}. Look at some of them on Amazon: if they are sold out, miseban release {run}; if not, miseban cancel {run}"
    ))
}

fn unread(report: &Report) -> Option<Text> {
    let found = report.reconcile.as_ref()?;
    let unread = found.shops.iter().filter(|shop| shop.state == "given_up");
    let names: Vec<&str> = unread.map(|shop| shop.account.as_str()).collect();
    let names = names.join(" ");
    (!names.is_empty()).then(|| {
        text!(
            "読めなかったショップがあります: {names}。miseban doctor で調べてから、もう一度 miseban reconcile を実行してください",
            "some shops could not be read: {names}; see miseban doctor, then start miseban reconcile again"
        )
    })
}

fn unknown(report: &Report) -> Option<Text> {
    let count = some(report.reconcile.as_ref()?.unknown)?;
    Some(text!(
        "店番の知らない商品がショップに{count}件あります。SKUにASINがあるものは miseban import shop で取り込めます(先に --dry-run で見られます)",
        "the shops have {count} items that Miseban does not know; those with an ASIN in their SKU can be taken in with miseban import shop (--dry-run shows which)"
    ))
}

fn missing(report: &Report) -> Option<Text> {
    let by_asin = report.kind != RunKind::Reconcile;
    let unreported = if report.state == RunState::Done && by_asin {
        report.asins.saturating_sub(report.outcomes.total())
    } else {
        0
    };
    let known = report.still_missing.len() as u64;
    let all = (report.backfill.failed + unreported).max(known);
    if all == 0 {
        return None;
    }
    let names: Vec<&str> = report
        .still_missing
        .iter()
        .take(EXAMPLES)
        .map(Asin::as_str)
        .collect();
    let left = all - names.len() as u64;
    let (count, names, left) = (grouped(all), names.join(" "), grouped(left));
    let rest = if left == "0" {
        text!("", "")
    } else {
        text!(" ほか{left}件", " and {left} more")
    };
    let (rest_ja, rest_en) = (rest.ja, rest.en);
    if !report.kind.updates_listings() {
        return Some(text!(
            "商品情報の取れなかったASINが{count}件あります(Amazonにない商品かもしれません): {names}{rest_ja}",
            "of {count} ASINs nothing was told (Amazon may not know them): {names}{rest_en}"
        ));
    }
    Some(text!(
        "まだ値の取れていないASINが{count}件あります(ショップの表示は前のまま)。miseban run stale で取り直せます: {names}{rest_ja}",
        "{count} ASINs are still missing (the shops show what they showed before); miseban run stale asks again: {names}{rest_en}"
    ))
}

fn held(report: &Report) -> Option<Text> {
    let mass = report.guard.as_ref().map_or(0, |guard| guard.held);
    let count = some(report.updates.held.saturating_sub(mass))?;
    Some(text!(
        "保留の商品が{count}件あります。自動では変えません。上の「保留の理由」を見て、設定か商品を見直してください",
        "{count} listings are held and not touched: see \"Held, by reason\" above, then review the setting or the item"
    ))
}

fn failed(report: &Report) -> Option<Text> {
    let count = some(report.updates.failed)?;
    Some(text!(
        "更新に失敗した商品が{count}件あります。次の実行でもう一度試みます。続くなら miseban doctor と miseban explain ASIN で調べてください",
        "{count} updates failed and are tried again by the next run; if they keep failing, see miseban doctor and miseban explain ASIN"
    ))
}

fn parked(report: &Report) -> Option<Text> {
    let count = some(report.updates.parked)?;
    Some(text!(
        "BASEの利用上限が戻るのを待っている更新が{count}件あります。miseban serve が動いていれば自動で続けます(いつ戻るかは miseban status)",
        "{count} updates wait for BASE's quota; miseban serve goes on with them by itself (miseban status tells when)"
    ))
}

fn refused(report: &Report) -> Option<Text> {
    let count = some(report.refused)?;
    Some(text!(
        "上限を超えたとして断られたリクエストが{count}回ありました(待ってやり直したので、結果に影響はありません)。続くようなら、同じ認証情報を使う別のプログラムがないか確かめてください",
        "{count} requests were refused by a quota and sent again later, so nothing is lost; if this goes on, check whether another program uses the same credentials"
    ))
}

fn invalid(report: &Report) -> Option<Text> {
    let count = some(report.outcomes.invalid_asin)?;
    Some(text!(
        "Amazonにない ASIN が{count}件あります。今後は問い合わせません。商品を見直してください",
        "{count} ASINs are unknown to Amazon and are not asked again: review these items"
    ))
}

fn some(count: u64) -> Option<String> {
    (count > 0).then(|| grouped(count))
}
