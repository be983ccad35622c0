//! The last section of a report: what a person has to do next.

use crate::examples::{doubted, missing, more};
use crate::labels;
use crate::layout::{amount, grouped};
use crate::message::{Lang, Text, text};
use shared::domain::asin::Asin;
use shared::domain::report::{Guarded, Report};
use shared::domain::run::RunState;

/// The section. It is never empty: when there is nothing to do, it says so.
pub fn render(report: &Report, lang: Lang) -> String {
    let mut advice: Vec<Text> = [
        held_back(report),
        report.had_nothing_to_do().then(no_listing),
        state(report),
        unread(report),
        impossible(report),
        unknown(report),
        missing(report),
        left_out(report),
        doubted(report),
        held(report),
        failed(report),
        parked(report),
        for_hours(report),
        refused(report),
        invalid(report),
        without_offer(report),
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

/// What to do while no active shop has a listing.
pub fn no_listing() -> Text {
    text!(
        "有効なショップに商品が1件もないので、することがありません。miseban import listings FILE か miseban import shop で取り込んでください(ショップが停止中なら、ショップ一覧で active = true にします)",
        "no active shop has a listing, so there is nothing to keep up to date: import some with miseban import listings FILE or miseban import shop (for an inactive shop set active = true in the accounts file)"
    )
}

fn state(report: &Report) -> Option<Text> {
    let (command, run) = (labels::command(report.kind), report.run_id);
    match report.state {
        // `held_back` describes a held run with its numbers.
        RunState::Done | RunState::Incomplete | RunState::Held => None,
        RunState::Running | RunState::Backfilling => Some(text!(
            "この実行はまだ終わっていません。動いていなければ miseban {command} --resume で続きから始めます。中止するなら miseban cancel {run}",
            "this run has not ended; if no program is working on it, miseban {command} --resume continues it; miseban cancel {run} ends it"
        )),
        RunState::Failed => {
            let todo = labels::failure(report.error.as_deref().unwrap_or_default());
            let (ja, en) = (todo.ja, todo.en);
            Some(text!(
                "この実行は途中で失敗しました。{ja}。そのあと、もう一度 miseban {command} を実行してください",
                "this run failed before its end: {en}; then start miseban {command} again"
            ))
        }
        RunState::Cancelled => Some(text!(
            "この実行は中止されました。必要なら miseban {command} を実行してください",
            "this run was cancelled; start miseban {command} when you want it"
        )),
    }
}

/// What to do about updates that the guard holds; `None` when the run does not wait for a person.
pub fn held_back(report: &Report) -> Option<Text> {
    let guard = report.guard.as_ref().filter(|guard| {
        let undecided = guard.decided_at.is_none();
        undecided && report.state.is_open()
    })?;
    let run = report.run_id;
    let found = report.reconcile.as_ref();
    if let Some(missing) = found.and_then(|found| nonzero(found.missing_held)) {
        let missing = grouped(missing);
        return Some(text!(
            "ショップの一覧にない商品が多すぎます({missing}件)。ショップか、BASEとの連携に問題があるかもしれないので、何もしていません。BASEの管理画面を見て、本当に削除されているなら miseban release {run}(1件ずつ確かめて削除済みにします)、そうでなければ miseban cancel {run}",
            "too many items ({missing}) are missing from the item list of their shop. Something may be wrong with the shop or its authorisation, so nothing was changed. Check the shop: if the items really are deleted, miseban release {run} (checks each item and marks deleted ones as delisted); if not, miseban cancel {run}"
        ));
    }
    if guard.invalid > 0 && guard.held == 0 {
        return Some(mass_invalid(guard, report));
    }
    if let Some(gone) = nonzero(guard.gone).map(grouped) {
        return Some(text!(
            "BASEが「商品がない」と答えた商品が多すぎます({gone}件)。トークンが別のショップのものか、BASEの回答が誤っているかもしれないので、削除済みにはしていません。miseban accounts check で連携先を確かめ、本当に削除した商品なら miseban release {run}、そうでなければ直してから miseban cancel {run}",
            "BASE does not know too many items ({gone}). The token may be one of another shop, or BASE's answers may be broken, so nothing was marked as deleted. See miseban accounts check: if the items really are deleted, miseban release {run}; if not, repair that, then miseban cancel {run}"
        ));
    }
    let (hides, asins) = (grouped(guard.hides), grouped(report.asins));
    let (percent, count) = (guard.allowed_percent, guard.allowed_count);
    let seen = text!(
        "一度に非公開になる商品が多すぎます({asins}件中{hides}件。{percent}%と{count}件のうち多いほうを超えました)。Amazonの回答が誤っているかもしれないので、{held}件の更新を止めています",
        "too many products would be hidden at once ({hides} of {asins}; up to {percent} % or {count}, whichever is more, are not held): Amazon's answers may be broken, so {held} held",
        held = amount(guard.held, "update is", "updates are"),
    );
    if report.dry_run {
        return Some(text!(
            "{seen}。お試しでない実行では、あなたの確認を待ちます",
            "{seen}; a live run would wait for you",
            seen = seen,
        ));
    }
    Some(text!(
        "{seen}。Amazonの商品ページをいくつか見て、本当に在庫切れなら miseban release {run}、そうでなければ miseban cancel {run}",
        "{seen}. Check some of them on Amazon: if they really are sold out, miseban release {run}; if not, miseban cancel {run}",
        seen = seen,
    ))
}

/// Amazon called too many ASINs invalid at once.
fn mass_invalid(guard: &Guarded, report: &Report) -> Text {
    let (invalid, run) = (grouped(guard.invalid), report.run_id);
    text!(
        "Amazonが{asins}件中{invalid}件のASINを該当商品なしと答えました。Amazonの回答か、設定(マーケットプレイス)が誤っているかもしれません。これらの商品は前の価格のままで、次の実行が問い合わせ直します。本当に該当商品がないなら miseban release {run}(1日ごとの問い合わせにします)、今すぐやり直すなら miseban cancel {run}",
        "Amazon called {invalid} of {asins} invalid: its answers, or the setting of the marketplace, may be wrong. These items keep their price, and the next run asks for them again. If the ASINs really do not exist, miseban release {run} (they are then asked for daily); to start over now, miseban cancel {run}",
        asins = amount(report.asins, "ASIN", "ASINs"),
    )
}

fn left_out(report: &Report) -> Option<Text> {
    let count = nonzero(report.backfill.left_out).filter(|_| !report.dry_run)?;
    Some(text!(
        "SP-APIの認証情報がないため、{count}件はAmazonに問い合わせていません(前に分かっている値で判断しました)。REFRESH_TOKEN、LWA_APP_ID、LWA_CLIENT_SECRET を設定すると問い合わせます",
        "{count} left out, since there are no credentials of SP-API: what was known before decided. Set REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET to ask Amazon",
        count = amount(count, "ASIN was", "ASINs were"),
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

fn impossible(report: &Report) -> Option<Text> {
    let count = nonzero(report.reconcile.as_ref()?.impossible)?;
    Some(text!(
        "価格・公開・在庫のどれかがおかしい商品が{count}件あり、前のままにしています。上の一覧の商品をBASEの管理画面で見てください",
        "{count} an impossible price, visibility or stock, which was left as it is: look above, and in the admin pages of BASE",
        count = amount(count, "item has", "items have"),
    ))
}

fn unknown(report: &Report) -> Option<Text> {
    let count = nonzero(report.reconcile.as_ref()?.unknown)?;
    let run = report.run_id;
    Some(text!(
        "店番に未登録の商品がショップに{count}件あります(一覧は miseban list unknown --run {run})。SKUにASINがあるものは miseban import shop で取り込めます(先に --dry-run で見られます)",
        "the shops have {count} unknown to Miseban (see miseban list unknown --run {run}); miseban import shop imports those with an ASIN in their SKU (--dry-run shows which)",
        count = amount(count, "item that is", "items that are"),
    ))
}

fn held(report: &Report) -> Option<Text> {
    let mass = report.guard.as_ref().map_or(0, |guard| guard.held);
    let count = nonzero(report.updates.held.saturating_sub(mass))?;
    if report.dry_run {
        return Some(text!(
            "要確認になる商品が{count}件あります。お試しでない実行でも自動では変えません。上の「要確認の理由」を見て、設定か商品を見直してください",
            "{count} would be held and not changed: see \"Held, by reason\" above, then review the setting or the item",
            count = amount(count, "listing", "listings"),
        ));
    }
    let run = report.run_id;
    Some(text!(
        "要確認の商品が{count}件あります。自動では変えません。上の「要確認の理由」を見て、設定か商品を見直してください(一覧は miseban list held --run {run})",
        "{count} held and not changed: see \"Held, by reason\" above, then review the setting or the item (miseban list held --run {run} lists all)",
        count = amount(count, "listing is", "listings are"),
    ))
}

fn failed(report: &Report) -> Option<Text> {
    let count = nonzero(report.updates.failed)?;
    let (run, command) = (report.run_id, labels::command(report.kind));
    Some(text!(
        "更新に失敗した商品が{count}件あり、ショップは前の表示のままです(一覧は miseban list failed --run {run})。次の実行でもう一度試みます。今すぐなら miseban {command}。続くなら miseban doctor と miseban explain ASIN で調べてください",
        "{count} failed, so the shops still show the former values (miseban list failed --run {run} lists all); the next run tries again, or do it now: miseban {command}. If that keeps failing, see miseban doctor and miseban explain ASIN",
        count = amount(count, "update", "updates"),
    ))
}

fn parked(report: &Report) -> Option<Text> {
    let count = nonzero(report.updates.parked)?;
    Some(text!(
        "BASEが再び受け付けるのを待っている更新が{count}件あります。miseban serve が動いていれば自動で続けます(BASEの理由と再開の時刻は miseban status)",
        "{count} until BASE accepts requests again; a running miseban serve goes on then (miseban status shows why BASE does not, and until when)",
        count = amount(count, "update waits", "updates wait"),
    ))
}

fn for_hours(report: &Report) -> Option<Text> {
    let count = nonzero(report.updates.for_hours)?;
    Some(text!(
        "RUN_HOURS の時間を待っている更新が{count}件あります。設定どおりで、miseban serve が動いていれば時間になると自動で送ります",
        "{count} for RUN_HOURS, as it is set; a running miseban serve goes on when these hours begin",
        count = amount(count, "update waits", "updates wait"),
    ))
}

fn refused(report: &Report) -> Option<Text> {
    let count = nonzero(report.refused)?;
    Some(text!(
        "回数制限のため待ってやり直したリクエストが{count}回ありました(結果に影響はありません)。続くようなら、同じ認証情報を使う別のプログラムがないか確かめてください",
        "{count} refused by a quota and sent again later, so no data is lost; if this happens again, check whether another program uses the same credentials",
        count = amount(count, "request was", "requests were"),
    ))
}

/// Also what an earlier run found, as long as it is on sale.
fn invalid(report: &Report) -> Option<Text> {
    if let Some(count) = nonzero(report.invalid.count) {
        return Some(text!(
            "Amazonが該当商品なしと答えた商品が{count}件、前の価格のまま公開されています。1日ごと、のち週に1度問い合わせ直します。Amazonの商品ページを見て、なければショップで非公開にするか削除してください",
            "Amazon does not know the ASIN of {count} still shown at the last price; Miseban asks daily, then weekly. Look for the page on Amazon: if there is none, hide or delete the item in the shop",
            count = amount(count, "listing that is", "listings that are"),
        ));
    }
    let count = nonzero(report.outcomes.invalid_asin)?;
    Some(text!(
        "Amazonに該当商品のないASINが{count}件あります。1日ごと、のち週に1度問い合わせ直します。商品を見直してください",
        "{count} unknown to Amazon; Miseban asks daily, then weekly. Review what you sell there",
        count = amount(count, "ASIN is", "ASINs are"),
    ))
}

fn without_offer(report: &Report) -> Option<Text> {
    let count = nonzero(report.without_offer.count)?;
    let examples = report.without_offer.examples.iter();
    let names: Vec<&str> = examples.map(Asin::as_str).collect();
    let rest = more(report.without_offer.count, names.len()).unwrap_or_else(|| text!("", ""));
    let names = names.join(" ");
    Some(text!(
        "1週間以上出品のないASINが{count}件あります。バリエーションの親のASINには出品がないので、その場合は色やサイズごとのASINで登録し直してください: {names} {rest}",
        "{count} had no offer for a week or longer; a parent of variations never has one, so list the ASIN of a variation instead: {names} {rest}",
        count = amount(count, "ASIN has", "ASINs have"),
        rest = rest,
    ))
}

fn nonzero(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}
