//! The notice of a run: its numbers, and what a person has to do about it.

use super::changes;
use crate::causes::cause;
use crate::examples::{EXAMPLES, doubted, missing, more};
use crate::labels;
use crate::layout::{amount, clean, grouped, span};
use crate::message::{Lang, Text, text};
use crate::report;
use shared::domain::report::{CauseCount, Reconciled, Report};
use shared::domain::run::RunState;

pub(super) fn title(report: &Report) -> Text {
    let (kind_ja, kind_en) = (
        labels::kind(report.kind, Lang::Ja),
        labels::kind(report.kind, Lang::En),
    );
    match report.state {
        RunState::Held if missing_held(report).is_some() || gone(report).is_some() => text!(
            "店番: {kind_ja} - ショップの商品が足りないため、止めました",
            "Miseban: {kind_en} - held, too many items are missing in a shop"
        ),
        RunState::Held if report.is_held_for_invalid() => text!(
            "店番: {kind_ja} - 該当商品なしのASINが多すぎます",
            "Miseban: {kind_en} - held, Amazon called too many ASINs invalid"
        ),
        RunState::Held => text!(
            "店番: {kind_ja} - 在庫切れが多すぎるため、更新を止めました",
            "Miseban: {kind_en} - held, too many products sold out at once"
        ),
        RunState::Failed => text!(
            "店番: {kind_ja} - 途中で失敗しました",
            "Miseban: {kind_en} - failed before its end"
        ),
        _ if report.mostly_failed() => text!(
            "店番: {kind_ja} - 確認できないASINが多すぎます",
            "Miseban: {kind_en} - most ASINs got no answer"
        ),
        RunState::Incomplete => text!(
            "店番: {kind_ja} - 終わったが、一部未完了",
            "Miseban: {kind_en} - ended, but incomplete"
        ),
        _ => text!("店番: {kind_ja} - 完了", "Miseban: {kind_en} - done"),
    }
}

/// What a person has to do comes first, the long lists last: a channel cuts the end of a long message.
pub(super) fn details(report: &Report) -> Vec<Text> {
    let first = report.reconcile.as_ref();
    let first = first.map_or_else(|| on_amazon(report), reconciled);
    let mut lines = todo(report);
    lines.extend([first, updates(report)]);
    lines.extend(by_code(report));
    lines.extend(missing(report));
    lines.extend(doubted(report));
    lines.extend(unanswered(report));
    lines.extend(invalid(report));
    lines.extend(refused(report));
    lines.extend([effort(report), more_about(report)]);
    lines.extend(changes::lists(report));
    lines
}

/// What a digest says: what a person has to do, all numbers in one line, and where the rest is.
pub(super) fn in_short(report: &Report) -> Vec<Text> {
    let mut lines = todo(report);
    lines.extend(report.reconcile.as_ref().map(reconciled));
    lines.extend(changes::in_short(report));
    if lines.is_empty() {
        lines.push(text!("変化なし", "nothing changed"));
    }
    lines.extend(missing(report));
    lines.push(more_about(report));
    lines
}

fn todo(report: &Report) -> Vec<Text> {
    error(report).into_iter().chain(held(report)).collect()
}

fn more_about(report: &Report) -> Text {
    let run = report.run_id;
    text!(
        "くわしくは: miseban report {run}",
        "details: miseban report {run}"
    )
}

fn on_amazon(report: &Report) -> Text {
    let (price, stock) = (&report.price_changes, &report.stock_changes);
    let [large, out, back] = [price.of_100_yen_or_more, stock.to_out, stock.to_in].map(grouped);
    text!(
        "Amazonでの変化: 価格変更 {all}件(うち100円以上 {large}件)、在庫切れ {out}件、在庫復活 {back}件",
        "on Amazon: {all} changed ({large} by 100 yen or more), {out} sold out, {back} back in stock",
        all = amount(price.count, "price", "prices"),
    )
}

fn reconciled(found: &Reconciled) -> Text {
    let [drifted, sold_out, deleted, unknown] =
        [found.drifted, found.sold_out, found.gone, found.unknown].map(grouped);
    text!(
        "ショップの商品 {items}件: 管理画面で変更されていた {drifted}件、売り切れて在庫待ち {sold_out}件、削除されていた {deleted}件、店番に未登録 {unknown}件",
        "{items} in the shops: {drifted} changed by hand, {sold_out} sold out and waiting for stock, {deleted} deleted, {unknown} unknown to Miseban",
        items = amount(found.items, "item", "items"),
    )
}

fn updates(report: &Report) -> Text {
    let done = report.updates;
    let [applied, hidden, shown, failed, held, parked, deleted] = [
        done.applied,
        report.hidden,
        report.shown,
        done.failed,
        done.held,
        done.parked,
        report.delisted,
    ]
    .map(grouped);
    let for_hours = grouped(done.for_hours);
    let waits = match done.for_hours {
        0 => text!("", ""),
        _ => text!(
            "、RUN_HOURS の時間待ち {for_hours}件",
            ", {for_hours} waiting for RUN_HOURS"
        ),
    };
    let (ja, en) = (waits.ja, waits.en);
    text!(
        "ショップ: 反映 {applied}件(非公開 {hidden}件、再公開 {shown}件)、失敗 {failed}件、要確認 {held}件、BASEの受け付け待ち {parked}件、削除されていた {deleted}件{ja}",
        "in the shops: {applied} applied ({hidden} hidden, {shown} shown), {failed} failed, {held} held, {parked} waiting for BASE, {deleted} deleted from the shop{en}"
    )
}

fn held(report: &Report) -> Option<Text> {
    let guard = report
        .guard
        .as_ref()
        .filter(|_| report.state == RunState::Held)?;
    let run = report.run_id;
    if let Some(missing) = missing_held(report) {
        return Some(text!(
            "ショップの一覧にない商品が {missing}件あり、多すぎるので何もしていません。対応方法: BASEの管理画面を見て、本当に削除されているなら miseban release {run}、そうでなければ miseban cancel {run}",
            "{missing} missing from the item list of their shop, which is too many, so nothing was changed. What to do: check the shop; if the items really are deleted, miseban release {run}; if not, miseban cancel {run}",
            missing = amount(missing, "item is", "items are"),
        ));
    }
    if report.is_held_for_invalid() {
        return report::held_back(report);
    }
    if let Some(gone) = gone(report) {
        return Some(text!(
            "BASEが「商品がない」と答えた商品が {gone}件あり、多すぎるので削除済みにはしていません。対応方法: miseban accounts check で連携先のショップを確かめ、本当に削除した商品なら miseban release {run}、そうでなければ直してから miseban cancel {run}",
            "BASE does not know {gone}, which is too many, so none was marked as deleted. What to do: see with miseban accounts check whether the token is one of another shop; if the items really are deleted, miseban release {run}; if not, repair that, then miseban cancel {run}",
            gone = amount(gone, "item", "items"),
        ));
    }
    let hides = grouped(guard.hides);
    Some(text!(
        "{asins}件中{hides}件が非公開になるところでした。Amazonの回答が誤っているかもしれないので、{held}件の更新を止めています。対応方法: Amazonの商品ページをいくつか見て、本当に在庫切れなら miseban release {run}、そうでなければ miseban cancel {run}",
        "{hides} of {asins} would be hidden; Amazon's answers may be broken, so {held} held. What to do: check some of these products on Amazon; if they really are sold out, miseban release {run}; if not, miseban cancel {run}",
        asins = amount(report.asins, "product", "products"),
        held = amount(guard.held, "update is", "updates are"),
    ))
}

fn missing_held(report: &Report) -> Option<u64> {
    let found = report.reconcile.as_ref()?;
    Some(found.missing_held).filter(|missing| *missing > 0)
}

fn gone(report: &Report) -> Option<u64> {
    let guard = report.guard.as_ref()?;
    Some(guard.gone).filter(|gone| *gone > 0)
}

fn error(report: &Report) -> Option<Text> {
    let error: String = clean(report.error.as_deref()?).chars().take(300).collect();
    let todo = labels::failure(&error);
    Some(text!(
        "原因: {error}。対応方法: {todo}",
        "cause: {error}. What to do: {todo}",
        error = cause(&error),
        todo = todo,
    ))
}

fn by_code(report: &Report) -> Option<Text> {
    if report.failures.is_empty() {
        return None;
    }
    let causes = |lang: Lang| {
        let one = |cause: &CauseCount| {
            let code: String = clean(&labels::code(&cause.code, lang))
                .chars()
                .take(80)
                .collect();
            format!("{code} {}{}", grouped(cause.count), lang.pick("件", ""))
        };
        let all: Vec<String> = report.failures.iter().take(EXAMPLES).map(one).collect();
        all.join(lang.pick("、", ", "))
    };
    let (ja, en) = (causes(Lang::Ja), causes(Lang::En));
    let run = report.run_id;
    Some(text!(
        "失敗の理由: {ja}(次の実行でもう一度試みます。一覧は miseban list failed --run {run})",
        "failed, by cause: {en} (the next run tries again; miseban list failed --run {run} names them)"
    ))
}

fn unanswered(report: &Report) -> Option<Text> {
    let most = report.unanswered.first()?;
    let words: String = clean(&most.code).chars().take(200).collect();
    let count = grouped(most.count);
    Some(text!(
        "Amazonの答えがない理由: {words}({count}件)",
        "no answer of Amazon, by cause: {words} ({count})",
        words = cause(&words),
    ))
}

fn invalid(report: &Report) -> Option<Text> {
    let names = report.invalid.examples.iter().take(EXAMPLES);
    let names: Vec<&str> = names.map(|one| one.asin.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let rest = more(report.invalid.count, names.len()).unwrap_or_else(|| text!("", ""));
    let names = names.join(" ");
    Some(text!(
        "Amazonが該当商品なしと答えたのに公開中の商品 {count}件(前の価格のまま): {names} {rest}",
        "{count} shown at the last price, but the ASIN is unknown to Amazon: {names} {rest}",
        count = amount(report.invalid.count, "listing is", "listings are"),
        rest = rest,
    ))
}

fn refused(report: &Report) -> Option<Text> {
    if report.refused == 0 {
        return None;
    }
    Some(text!(
        "回数制限による待機 {count}回(やり直したので結果に影響はありません)。続くなら、同じ認証情報を使う別のプログラムがないか確かめてください",
        "{count} refused by Amazon's quota (sent again, no data is lost); if this happens again, check whether another program uses the same credentials",
        count = amount(report.refused, "request was", "requests were"),
    ))
}

fn effort(report: &Report) -> Text {
    let (ja, en) = (
        span(report.seconds, Lang::Ja),
        span(report.seconds, Lang::En),
    );
    text!(
        "ASIN {asins}件、リクエスト {requests}回、時間 {ja}",
        "{asins}, {requests}, {en}",
        asins = amount(report.asins, "ASIN", "ASINs"),
        requests = amount(report.requests, "request", "requests"),
    )
}
