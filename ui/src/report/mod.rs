//! Renders the report of a run as text, for a terminal.

mod advice;
mod changes;
mod head;
mod invalid;
mod reconcile;
mod sections;
#[cfg(test)]
mod tests;

pub use advice::{held_back, no_listing};
pub use invalid::listings as invalid_listings;

use crate::examples::EXAMPLES;
use crate::labels;
use crate::layout::{Align, counted, span, table};
use crate::message::Lang;
use sections::{Rows, counts, rest, two_columns};
use shared::domain::outcome::Outcome;
use shared::domain::report::{CacheUse, CauseCount, Report};
use shared::domain::run::RunKind;

/// The whole report: the run, the answers of Amazon, the changes, the updates of the shops, and
/// what a person has to do next.
pub fn render(report: &Report, lang: Lang) -> String {
    let mut text = head::render(report, lang);
    if let Some(found) = &report.reconcile {
        text.push_str(&reconcile::render(report, found, lang));
        text.push_str(&two_columns(
            updates_title(report, lang),
            &updates(report, lang),
        ));
        text.push_str(&changes::by_shop(report, lang));
        text.push_str(&invalid_listings(&report.invalid, lang));
        text.push_str(&causes(report, lang));
        return text;
    }
    for (title, rows) in [
        (
            lang.pick("Amazonへの問い合わせ", "Requests to Amazon"),
            requests(report, lang),
        ),
        (
            lang.pick("ASINごとの結果", "Outcome by ASIN"),
            outcomes(report, lang),
        ),
        (lang.pick("再確認", "Backfill"), backfill(report, lang)),
        (
            lang.pick("Amazonでの変化", "Changes on Amazon"),
            on_amazon(report, lang),
        ),
        (updates_title(report, lang), updates(report, lang)),
    ] {
        text.push_str(&two_columns(title, &rows));
    }
    text.push_str(&changes::by_shop(report, lang));
    text.push_str(&changes::products(report, lang));
    text.push_str(&invalid_listings(&report.invalid, lang));
    text.push_str(&causes(report, lang));
    text
}

/// The reasons of held and failed updates, and what to do next.
fn causes(report: &Report, lang: Lang) -> String {
    let held = lang.pick("要確認の理由", "Held, by reason");
    let failed = lang.pick("失敗の理由", "Failed, by cause");
    let unanswered = lang.pick("Amazonの答えがない理由", "No answer of Amazon, by cause");
    [
        by_code(unanswered, &report.unanswered, lang),
        by_code(held, &report.holds, lang),
        by_code(failed, &report.failures, lang),
        advice::render(report, lang),
    ]
    .concat()
}

fn requests(report: &Report, lang: Lang) -> Rows {
    let batches = if report.kind.asks_marketplace() {
        "問い合わせ(20件ずつ)"
    } else {
        "手元の情報の確認(20件ずつ)"
    };
    let mut rows = counts(
        [
            ("ASIN", "ASIN", report.asins),
            (batches, "batches of up to 20", report.batches),
            ("リクエスト", "requests", report.requests),
            ("回数制限による待機", "refused by quota", report.refused),
        ],
        lang,
    );
    if report.cache != CacheUse::default() {
        rows.extend(cached(report.cache, lang));
    }
    let waited = lang.pick("待ち時間の合計(並行分を合算)", "total wait for permits");
    rows.push(vec![
        waited.to_owned(),
        span(report.permit_wait_seconds, lang),
    ]);
    let used = lang.pick("上限の使用率", "share of the quota");
    rows.push(vec![
        used.to_owned(),
        format!("{:.1} %", report.quota_used * 100.0),
    ]);
    rows
}

fn cached(cache: CacheUse, lang: Lang) -> Rows {
    let found = ("キャッシュにあった", "cache hits", cache.hits);
    // A run of an earlier version has one figure for both.
    if cache.missing + cache.stale < cache.misses {
        let misses = ("キャッシュにない・古い", "cache misses", cache.misses);
        return counts([found, misses], lang);
    }
    let missing = ("キャッシュにない", "not in the cache", cache.missing);
    let stale = (
        "キャッシュが不完全・古い",
        "incomplete or stale in the cache",
        cache.stale,
    );
    counts([found, missing, stale], lang)
}

fn outcomes(report: &Report, lang: Lang) -> Rows {
    let found = &report.outcomes;
    [
        (Outcome::Success, found.success),
        (Outcome::OutOfStock, found.out_of_stock),
        (Outcome::FilteredOut, found.filtered_out),
        (Outcome::ApiError, found.api_error),
        (Outcome::InvalidAsin, found.invalid_asin),
    ]
    .map(|(outcome, number)| {
        // Basic information does not say whether the product can be bought.
        let fetched = report.kind == RunKind::BasicInfo && outcome == Outcome::Success;
        let label = if fetched {
            lang.pick("取得できた", "fetched")
        } else {
            labels::outcome(outcome, lang)
        };
        vec![label.to_owned(), counted(number, lang)]
    })
    .to_vec()
}

fn backfill(report: &Report, lang: Lang) -> Rows {
    let fill = &report.backfill;
    let asked = ("対象のASIN", "ASINs to fetch again", fill.asins);
    if report.dry_run {
        let would = ("問い合わせる予定", "would ask", fill.left_out);
        return counts([asked, would], lang);
    }
    let done = [
        asked,
        ("リクエスト", "requests", fill.requests),
        ("確認できた", "fetched", fill.success),
        ("未確認", "still missing", fill.failed),
    ];
    let mut rows = counts(done, lang);
    if fill.left_out > 0 {
        rows.extend(counts(
            [("問い合わせていない", "left out", fill.left_out)],
            lang,
        ));
    }
    rows
}

fn on_amazon(report: &Report, lang: Lang) -> Rows {
    let (price, stock) = (&report.price_changes, &report.stock_changes);
    let large = price.of_100_yen_or_more;
    let rows = [
        ("価格が変わった", "price changed", price.count),
        ("うち100円以上", "of these 100 yen or more", large),
        ("在庫切れになった", "sold out", stock.to_out),
        ("在庫が戻った", "back in stock", stock.to_in),
    ];
    counts(rows, lang)
}

/// In a dry run the same counts show what a live run would do.
fn updates_title(report: &Report, lang: Lang) -> &'static str {
    if report.dry_run {
        lang.pick(
            "ショップの更新(お試し実行のため、実際には送っていません)",
            "Updates of the shops (dry run: none was sent)",
        )
    } else {
        lang.pick("ショップの更新", "Updates of the shops")
    }
}

fn updates(report: &Report, lang: Lang) -> Rows {
    let done = &report.updates;
    let deleted = report.delisted;
    if report.dry_run {
        let rows = [
            ("反映する予定", "would be applied", done.applied),
            (
                "うち非公開にする予定",
                "of these would be hidden",
                report.hidden,
            ),
            (
                "うち再公開する予定",
                "of these would be shown again",
                report.shown,
            ),
            ("変更不要", "would stay as they are", done.equal),
            ("要確認になる予定", "would be held for a person", done.held),
        ];
        return counts(rows, lang);
    }
    let rows = [
        ("反映した", "applied", done.applied),
        ("うち非公開", "of these hidden", report.hidden),
        ("うち再公開", "of these shown again", report.shown),
        ("変更不要", "unchanged", done.equal),
        ("要確認", "held for a person", done.held),
        ("失敗", "failed", done.failed),
        ("BASEの受け付け待ち", "waiting for BASE", done.parked),
        ("ショップで削除されていた", "deleted from the shop", deleted),
    ];
    let mut rows = counts(rows, lang);
    if done.for_hours > 0 {
        let waits = ("RUN_HOURS の時間待ち", "waiting for RUN_HOURS");
        rows.extend(counts([(waits.0, waits.1, done.for_hours)], lang));
    }
    rows
}

fn by_code(title: &str, causes: &[CauseCount], lang: Lang) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let row =
        |cause: &CauseCount| vec![labels::code(&cause.code, lang), counted(cause.count, lang)];
    let rows: Rows = causes.iter().take(EXAMPLES).map(row).collect();
    let rest = rest(causes.len() as u64, rows.len(), lang);
    format!(
        "\n{title}\n{}{rest}",
        table(&rows, &[Align::Left, Align::Right])
    )
}
