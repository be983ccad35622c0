//! Notices in words: what happened, in numbers, and what to do about it. Plain text; the channel gives
//! it its markup.

use crate::layout::{clean, grouped, span, when};
use crate::say::{Lang, Text, text};
use crate::words;
use shared::domain::asin::Asin;
use shared::domain::notice::{EventKind, Notice};
use shared::domain::report::{Failures, PriceChange, Reconciled, Report};
use shared::domain::run::RunState;
use shared::ports::notifier::Message;

/// Price changes and ASINs that a message names; the rest is told by count.
const EXAMPLES: usize = 10;
/// Notices that a digest tells one by one; the rest is told by count.
const TOLD: usize = 10;

/// One message of all of `notices`, which is not empty: the whole of a single one, a digest of several.
/// `lost` earlier ones may not have arrived.
pub fn message(notices: &[Notice], lost: u64, lang: Lang) -> Message {
    let mut message = match notices {
        [one] => Message {
            title: title(one).of(lang).to_owned(),
            body: lines(&details(one), lang),
        },
        several => digest(several, lang),
    };
    if lost > 0 {
        let lost = grouped(lost);
        let told = text!(
            "これより前のお知らせ{lost}件は、届いていないかもしれません(miseban status で確かめられます)",
            "{lost} earlier notices may not have arrived (see miseban status)"
        );
        message.body = format!("{}\n\n{}", message.body, told.of(lang));
    }
    message
}

/// What `miseban notify --test` sends.
pub fn test_message(lang: Lang) -> Message {
    let title = text!("店番: 試しのお知らせ", "Miseban: a test");
    let body = text!(
        "このメッセージが読めれば、お知らせの設定は正しくできています。",
        "If you can read this, notices are set up well."
    );
    Message {
        title: title.of(lang).to_owned(),
        body: body.of(lang).to_owned(),
    }
}

/// The gravest first; each with its title and its first line.
fn digest(notices: &[Notice], lang: Lang) -> Message {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    sorted.sort_by_key(|notice| gravity(notice));
    let count = grouped(notices.len() as u64);
    let title = text!("店番: お知らせ{count}件", "Miseban: {count} notices");
    let mut parts: Vec<String> = sorted
        .iter()
        .take(TOLD)
        .map(|one| brief(one, lang))
        .collect();
    let rest = sorted.get(TOLD..).unwrap_or_default();
    if !rest.is_empty() {
        parts.push(by_kind(rest, lang));
    }
    Message {
        title: title.of(lang).to_owned(),
        body: parts.join("\n"),
    }
}

fn gravity(notice: &Notice) -> usize {
    let first = notice.reasons().first().copied();
    let place = EventKind::ALL.iter().position(|kind| Some(*kind) == first);
    place.unwrap_or(EventKind::ALL.len())
}

fn brief(notice: &Notice, lang: Lang) -> String {
    let title = title(notice);
    let first = details(notice).into_iter().next();
    let first = first.map(|line| format!("\n  {}", line.of(lang)));
    format!("* {}{}", title.of(lang), first.unwrap_or_default())
}

fn by_kind(rest: &[&Notice], lang: Lang) -> String {
    let counts = EventKind::ALL.into_iter().filter_map(|kind| {
        let of = |notice: &&&Notice| notice.reasons().first() == Some(&kind);
        let count = rest.iter().filter(of).count();
        (count > 0).then(|| format!("{} {count}", event(kind).of(lang)))
    });
    let counts: Vec<String> = counts.collect();
    let (all, counts) = (rest.len(), counts.join(lang.pick("、", ", ")));
    let said = text!("* ほか{all}件: {counts}", "* and {all} more: {counts}");
    said.of(lang).to_owned()
}

/// An event, for the digest and for `miseban notify`.
pub fn event(kind: EventKind) -> Text {
    match kind {
        EventKind::RunChanged => text!("変化のあった実行", "runs with changes"),
        EventKind::RunFailed => text!("失敗した実行", "failed runs"),
        EventKind::RunHeld => text!("確認待ちの実行", "held runs"),
        EventKind::BackfillFailed => text!("値の取れないASIN", "ASINs still missing"),
        EventKind::QuotaAlarm => text!("利用上限の警告", "quota alarms"),
        EventKind::AccountParked => text!("利用上限に達したショップ", "shops out of quota"),
        EventKind::Reauthorise => text!("再認証が必要なショップ", "shops to authorise again"),
        EventKind::ProxyFailed => text!("プロキシが使えないショップ", "shops whose proxy fails"),
        EventKind::TokenEnding => text!(
            "認可がまもなく切れるショップ",
            "shops whose tokens end soon"
        ),
    }
}

fn title(notice: &Notice) -> Text {
    match notice {
        Notice::Run { report } => run_title(report),
        Notice::Parked { account, name, .. } => {
            let shop = shop(account.as_str(), name);
            text!(
                "店番: {shop} の利用上限に達しました",
                "Miseban: {shop} is out of quota"
            )
        }
        Notice::Reauthorise { account, name, .. } => {
            let shop = shop(account.as_str(), name);
            text!(
                "店番: {shop} の再認証が必要です",
                "Miseban: {shop} has to be authorised again"
            )
        }
        Notice::ProxyFailed { account, name, .. } => {
            let shop = shop(account.as_str(), name);
            text!(
                "店番: {shop} のプロキシが使えません",
                "Miseban: the proxy of {shop} fails"
            )
        }
        Notice::TokenEnding { account, name, .. } => {
            let shop = shop(account.as_str(), name);
            text!(
                "店番: {shop} の認可がまもなく切れます",
                "Miseban: the tokens of {shop} end soon"
            )
        }
        Notice::NearlyUsedUp { account, name, .. } => {
            let shop = shop(account.as_str(), name);
            text!(
                "店番: {shop} の1日の利用上限が残りわずかです",
                "Miseban: {shop} has used most of its quota of the day"
            )
        }
    }
}

fn run_title(report: &Report) -> Text {
    let (kind_ja, kind_en) = (
        words::kind(report.kind, Lang::Ja),
        words::kind(report.kind, Lang::En),
    );
    match report.state {
        RunState::Held if missing_held(report).is_some() => text!(
            "店番: {kind_ja} - ショップの商品が足りないため、止めました",
            "Miseban: {kind_en} - held, too many items are missing in a shop"
        ),
        RunState::Held => text!(
            "店番: {kind_ja} - 在庫切れが多すぎるため、更新を止めました",
            "Miseban: {kind_en} - held, too many products sold out at once"
        ),
        RunState::Failed => text!(
            "店番: {kind_ja} - 途中で失敗しました",
            "Miseban: {kind_en} - failed before its end"
        ),
        _ => text!("店番: {kind_ja} - 完了", "Miseban: {kind_en} - done"),
    }
}

fn missing_held(report: &Report) -> Option<u64> {
    let found = report.reconcile.as_ref()?;
    Some(found.missing_held).filter(|missing| *missing > 0)
}

fn shop(id: &str, name: &str) -> String {
    if name.is_empty() || name == id {
        return id.to_owned();
    }
    let name: String = clean(name).chars().take(60).collect();
    format!("{name} ({id})")
}

/// The first line is the one that a digest shows.
fn details(notice: &Notice) -> Vec<Text> {
    match notice {
        Notice::Run { report } => run_details(report),
        Notice::Parked { until, .. } => {
            let until = when(*until);
            vec![text!(
                "{until} に自動で再開します。それまでこのショップの更新だけが待ちます。することはありません",
                "it goes on by itself at {until}; until then only the updates of this shop wait; nothing to do"
            )]
        }
        Notice::Reauthorise { account, since, .. } => {
            let since = when(*since);
            vec![text!(
                "{since} から、このショップには何も反映されていません。miseban accounts authorize {account} で、BASEで認可し直してください(店番の再起動は要りません)",
                "nothing has reached this shop since {since}: authorise it at BASE again with miseban accounts authorize {account}; Miseban need not be started again"
            )]
        }
        Notice::ProxyFailed { account, since, .. } => {
            let since = when(*since);
            vec![text!(
                "{since} から、このショップには何も反映されていません(プロキシを通さずに送ることはしません)。直れば自動で再開します。miseban accounts check {account} で確かめられます",
                "nothing has reached this shop since {since} (nothing is sent past its proxy); it goes on by itself once the proxy works; miseban accounts check {account} tries it"
            )]
        }
        Notice::TokenEnding { account, ends, .. } => {
            let ends = when(*ends);
            vec![text!(
                "{ends} に切れます。使い続けるなら、それまでに miseban accounts refresh {account} を実行してください",
                "they end at {ends}: to keep the shop, run miseban accounts refresh {account} before that"
            )]
        }
        Notice::NearlyUsedUp { used, of, .. } => {
            let (used, of) = (grouped(u64::from(*used)), grouped(u64::from(*of)));
            vec![text!(
                "今日 {used} / {of} 回。使い切ると、明日0時までこのショップの更新が待ちます。同じアプリを使う別のプログラムがないか確かめてください",
                "{used} of {of} calls today; when they are used up, the updates of this shop wait until midnight. Check whether another program uses the same application"
            )]
        }
    }
}

fn run_details(report: &Report) -> Vec<Text> {
    let first = report.reconcile.as_ref();
    let first = first.map_or_else(|| changes(report), reconciled);
    let mut lines = vec![first, updates(report)];
    lines.extend(held(report));
    lines.extend(error(report));
    lines.extend(by_code(report));
    lines.extend(price_changes(report));
    lines.extend(missing(report));
    lines.extend(refused(report));
    lines.push(effort(report));
    let run = report.run_id;
    lines.push(text!(
        "くわしくは: miseban report {run}",
        "all of it: miseban report {run}"
    ));
    lines
}

fn changes(report: &Report) -> Text {
    let (price, stock) = (&report.price_changes, report.stock_changes);
    let [all, large, out, back] = [
        price.count,
        price.of_100_yen_or_more,
        stock.to_out,
        stock.to_in,
    ]
    .map(grouped);
    text!(
        "Amazonでの変化: 価格 {all}(うち100円以上 {large})、在庫切れ {out}、在庫復活 {back}",
        "on Amazon: {all} prices changed ({large} by 100 yen or more), {out} sold out, {back} back in stock"
    )
}

fn reconciled(found: &Reconciled) -> Text {
    let [items, drifted, sold_out, gone, unknown] = [
        found.items,
        found.drifted,
        found.sold_out,
        found.gone,
        found.unknown,
    ]
    .map(grouped);
    text!(
        "ショップの商品 {items}件: 手で変えられていた {drifted}、売り切れて在庫待ち {sold_out}、消えていた {gone}、店番の知らない商品 {unknown}",
        "{items} items in the shops: {drifted} changed by hand, {sold_out} sold out and waiting for stock, {gone} gone, {unknown} unknown"
    )
}

fn updates(report: &Report) -> Text {
    let done = report.updates;
    let [applied, hidden, shown, failed, held, parked, gone] = [
        done.applied,
        report.hidden,
        report.shown,
        done.failed,
        done.held,
        done.parked,
        report.delisted,
    ]
    .map(grouped);
    text!(
        "ショップ: 反映 {applied}(非公開 {hidden}、公開 {shown})、失敗 {failed}、保留 {held}、上限待ち {parked}、ショップから消えていた {gone}",
        "in the shops: {applied} applied ({hidden} hidden, {shown} shown), {failed} failed, {held} held, {parked} waiting for a quota, {gone} gone"
    )
}

fn held(report: &Report) -> Option<Text> {
    let guard = report
        .guard
        .as_ref()
        .filter(|_| report.state == RunState::Held)?;
    let run = report.run_id;
    if let Some(missing) = missing_held(report) {
        let missing = grouped(missing);
        return Some(text!(
            "ショップの一覧にない商品が {missing}件あり、多すぎるので何もしていません。することはこれです: BASEの管理画面を見て、本当に消えているなら miseban release {run}、そうでなければ miseban cancel {run}",
            "{missing} items are on no page of their shop, which is too many, so nothing is done about them. What to do: look at the shop; if they are gone, miseban release {run}; if not, miseban cancel {run}"
        ));
    }
    let [hides, asins, held] = [guard.hides, report.asins, guard.held].map(grouped);
    Some(text!(
        "{asins}件中{hides}件が非公開になるところでした。Amazonの答えが壊れているかもしれないので、{held}件の更新を止めています。することはこれです: Amazonの商品ページをいくつか見て、本当に在庫切れなら miseban release {run}、そうでなければ miseban cancel {run}",
        "{hides} of {asins} products would be hidden; Amazon's answers may be broken, so {held} updates are held. What to do: look at some of these products on Amazon; if they are sold out, miseban release {run}; if not, miseban cancel {run}"
    ))
}

fn error(report: &Report) -> Option<Text> {
    let error: String = clean(report.error.as_deref()?).chars().take(300).collect();
    Some(text!(
        "エラー: {error}。miseban doctor で原因を調べられます",
        "error: {error}; miseban doctor helps to find the cause"
    ))
}

fn by_code(report: &Report) -> Option<Text> {
    if report.failures.is_empty() {
        return None;
    }
    let said = |lang: Lang| {
        let one = |cause: &Failures| {
            let code: String = clean(&words::code(&cause.code, lang))
                .chars()
                .take(80)
                .collect();
            format!("{code} {}", grouped(cause.count))
        };
        let all: Vec<String> = report.failures.iter().take(EXAMPLES).map(one).collect();
        all.join(lang.pick("、", ", "))
    };
    let (ja, en) = (said(Lang::Ja), said(Lang::En));
    Some(text!(
        "失敗の理由: {ja}(次の実行でもう一度試みます)",
        "failed by cause: {en} (tried again by the next run)"
    ))
}

fn price_changes(report: &Report) -> Vec<Text> {
    let line = |change: &PriceChange| {
        let difference = change.old.difference_to(change.new);
        let sign = if difference < 0 { '-' } else { '+' };
        let by = grouped(difference.unsigned_abs());
        let PriceChange { asin, old, new } = change;
        text!(
            "  {asin}  {old}円 → {new}円 ({sign}{by}円)",
            "  {asin}  {old} -> {new} yen ({sign}{by})"
        )
    };
    let changes = &report.price_changes;
    let mut lines: Vec<Text> = changes.examples.iter().take(EXAMPLES).map(line).collect();
    let left = changes.count.saturating_sub(lines.len() as u64);
    if left > 0 && !lines.is_empty() {
        let left = grouped(left);
        lines.push(text!("  ほか{left}件", "  and {left} more"));
    }
    lines
}

fn missing(report: &Report) -> Option<Text> {
    let failed = report.backfill.failed;
    if failed == 0 {
        return None;
    }
    let names: Vec<&str> = report
        .still_missing
        .iter()
        .take(EXAMPLES)
        .map(Asin::as_str)
        .collect();
    let (count, names) = (grouped(failed), names.join(" "));
    if !report.kind.minds_shops() {
        return Some(text!(
            "商品情報の取れなかったASIN {count}件(Amazonにない商品かもしれません): {names}",
            "{count} ASINs of which nothing was told (Amazon may not know them): {names}"
        ));
    }
    Some(text!(
        "まだ値の取れないASIN {count}件(ショップの表示は前のまま。miseban run stale で取り直せます): {names}",
        "{count} ASINs still missing (the shops show what they showed before; miseban run stale asks again): {names}"
    ))
}

fn refused(report: &Report) -> Option<Text> {
    if report.refused == 0 {
        return None;
    }
    let count = grouped(report.refused);
    Some(text!(
        "Amazonに上限で断られたリクエスト {count}回(やり直したので結果に影響はありません)。続くなら、同じ認証情報を使う別のプログラムがないか確かめてください",
        "{count} requests were refused by Amazon's quota (sent again, nothing is lost); if this goes on, check whether another program uses the same credentials"
    ))
}

fn effort(report: &Report) -> Text {
    let [asins, requests] = [report.asins, report.requests].map(grouped);
    let (ja, en) = (
        span(report.seconds, Lang::Ja),
        span(report.seconds, Lang::En),
    );
    text!(
        "ASIN {asins}、リクエスト {requests}、時間 {ja}",
        "{asins} ASINs, {requests} requests, {en}"
    )
}

fn lines(texts: &[Text], lang: Lang) -> String {
    let lines: Vec<&str> = texts.iter().map(|text| text.of(lang)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
