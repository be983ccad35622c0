//! The status as text.

use super::lanes;
use super::view::{OpenRun, PastRun, ShopStatus, StatusView, StepProgress};
use crate::commands::programs;
use shared::domain::account::RefusedParty;
use shared::domain::run::RunKind;
use shared::ports::store::ChannelView;
use std::fmt::Write as _;
use ui::causes::cause;
use ui::labels;
use ui::layout::{Align, amount, clean, counted, grouped, span, table, when};
use ui::message::{Lang, Text, text};
use ui::report;

/// All sections.
pub fn render(view: &StatusView, lang: Lang) -> String {
    let left = Align::Left;
    let right = Align::Right;
    let counts = [left, left, left, right, right, right, right];
    let open: Vec<_> = view.open_runs.iter().map(|run| open(run, lang)).collect();
    let past: Vec<_> = view.last_runs.iter().map(|run| past(run, lang)).collect();
    let shops: Vec<_> = view
        .accounts
        .iter()
        .map(|shop| shop_row(shop, lang))
        .collect();
    let lanes: Vec<_> = view
        .lanes
        .iter()
        .map(|lane| lanes::row(lane, lang))
        .collect();
    let live = programs::rows(&view.live, lang);
    let mut text = String::new();
    for (title, rows, aligns) in [
        (lang.pick("終わっていない実行", "Open runs"), open, &[][..]),
        (
            lang.pick("これまでの実行(新しい順)", "Recent runs, newest first"),
            past,
            &[],
        ),
        (lang.pick("ショップ", "Shops"), shops, &counts),
        (lang.pick("利用上限", "Quotas"), lanes, &[]),
        (lang.pick("動いているプログラム", "Programs"), live, &[]),
    ] {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{title}");
        if rows.is_empty() {
            let _ = writeln!(text, "  {}", lang.pick("ありません", "none"));
        }
        text.push_str(&table(&rows, aligns));
    }
    if !view.notices.is_empty() {
        let _ = writeln!(text, "\n{}", lang.pick("お知らせ", "Notifications"));
        let rows: Vec<_> = view.notices.iter().map(|one| notices(one, lang)).collect();
        text.push_str(&table(&rows, &[]));
    }
    text.push_str(&report::invalid_listings(&view.invalid_listings, lang));
    if view.has_no_listing() {
        let _ = writeln!(text, "\n{}", report::no_listing().of(lang));
    }
    for run in view.open_runs.iter().filter(|run| run.held_back > 0) {
        text.push_str(&held_back(run, lang));
    }
    text
}

/// What to do about a held run; printed last, where it is seen first.
fn held_back(run: &OpenRun, lang: Lang) -> String {
    let id = run.run_id;
    let text = text!(
        "
確認してください: 実行 {id} は、一度に非公開か削除扱いになる商品が多すぎるため、{count}件の更新を止めています
  詳細        miseban report {id}
  送信する    miseban release {id}
  取りやめる  miseban cancel {id}
",
        "
Your decision is needed: run {id} would hide or delist too many products at once, so {count} held
  details       miseban report {id}
  send them     miseban release {id}
  discard them  miseban cancel {id}
",
        count = amount(run.held_back, "update is", "updates are"),
    );
    text.of(lang).to_owned()
}

fn notices(channel: &ChannelView, lang: Lang) -> Vec<String> {
    let last = channel.last_sent_at.map(when).map(|at| {
        let text = text!("最後に送信 {at}", "last sent {at}");
        text.of(lang).to_owned()
    });
    let never = lang.pick("まだ送っていません", "nothing sent yet");
    let notices = [
        (channel.waiting, "送信待ち", "waiting"),
        (channel.perhaps, "届いたか不明", "possibly sent"),
        (channel.lost, "送れなかった", "not sent"),
    ];
    let notices = notices.into_iter().filter(|(count, ..)| *count > 0);
    let mut parts: Vec<String> = notices
        .map(|(count, ja, en)| format!("{} {}", lang.pick(ja, en), counted(count, lang)))
        .collect();
    // The last error matters only while a notification is not delivered.
    let error = channel.error.as_deref().filter(|_| !parts.is_empty());
    parts.extend(error.map(|error| cause(error).of(lang).to_owned()));
    vec![
        channel.channel.clone(),
        last.unwrap_or_else(|| never.to_owned()),
        parts.join(lang.pick("、", ", ")),
    ]
}

fn kind_of(kind: RunKind, dry_run: bool, lang: Lang) -> String {
    let dry = if dry_run {
        lang.pick("(お試し実行)", " (dry run)")
    } else {
        ""
    };
    format!("{}{dry}", labels::kind(kind, lang))
}

fn open(run: &OpenRun, lang: Lang) -> Vec<String> {
    let of = |label: &str, StepProgress { done, all }: StepProgress| {
        format!("{label} {}/{}", grouped(done), grouped(all))
    };
    vec![
        run.run_id.to_string(),
        kind_of(run.kind, run.dry_run, lang),
        labels::state(run.state, lang).to_owned(),
        when(run.started_at),
        of(labels::batches(run.kind, lang), run.batches),
        of(lang.pick("再確認", "backfill"), run.misses),
        of(lang.pick("更新", "updates"), run.updates),
    ]
}

fn past(run: &PastRun, lang: Lang) -> Vec<String> {
    let took = run.ended_at.map(|end| {
        let whole = (end - run.started_at).num_milliseconds();
        #[expect(clippy::cast_precision_loss, reason = "no run lasts 2^52 ms")]
        let seconds = whole as f64 / 1e3;
        span(seconds, lang)
    });
    vec![
        run.run_id.to_string(),
        kind_of(run.kind, run.dry_run, lang),
        labels::state(run.state, lang).to_owned(),
        when(run.started_at),
        took.unwrap_or_default(),
    ]
}

fn shop_row(shop: &ShopStatus, lang: Lang) -> Vec<String> {
    let counted = |ja: &str, en: &str, count| match lang {
        Lang::Ja => format!("{ja} {}件", grouped(count)),
        Lang::En => format!("{} {en}", grouped(count)),
    };
    let active = if shop.active {
        lang.pick("有効", "active")
    } else {
        lang.pick("停止中", "inactive")
    };
    vec![
        shop.id.to_string(),
        shop.name.clone(),
        active.to_owned(),
        counted("出品中", "listed", shop.listed),
        counted("登録待ち", "pending", shop.pending),
        counted("要確認", "held", shop.held),
        counted("更新待ち", "waiting", shop.waiting),
        trouble(shop).map_or_else(String::new, |text| text.of(lang).to_owned()),
    ]
}

fn trouble(shop: &ShopStatus) -> Option<Text> {
    let id = &shop.id;
    if shop.never_authorised {
        return Some(labels::never_authorised(id));
    }
    if let Some(since) = shop.reauthorise_since.map(when) {
        let why = brief(shop.reauthorise_why.as_deref().unwrap_or("?"));
        return Some(text!(
            "再連携が必要({since} から、理由: {why}): miseban accounts authorize {id}",
            "must be authorised again (since {since}: {why}): miseban accounts authorize {id}",
            why = cause(&why),
        ));
    }
    if let Some(refused) = refused(shop) {
        return Some(refused);
    }
    if let Some(since) = shop.proxy_failed_since.map(when) {
        return Some(text!(
            "プロキシが使えない({since} から)",
            "proxy fails (since {since})"
        ));
    }
    if let Some(since) = shop.tokens_refused_since.map(when) {
        return Some(text!(
            "BASEがトークンを受け付けない({since} から、自動で再試行中)",
            "BASE rejects the tokens (since {since}, retried automatically)"
        ));
    }
    if let Some(until) = shop.parked_until.map(when) {
        return Some(text!(
            "利用上限に達した({until} に再開)",
            "quota used up (until {until})"
        ));
    }
    let ends = when(shop.tokens_end_at?);
    Some(if shop.tokens_ended {
        text!(
            "トークンの期限切れ({ends}): miseban accounts authorize {id}",
            "tokens expired ({ends}): miseban accounts authorize {id}"
        )
    } else {
        text!(
            "トークンがまもなく切れる({ends}): miseban accounts refresh {id}",
            "tokens expire soon ({ends}): miseban accounts refresh {id}"
        )
    })
}

fn refused(shop: &ShopStatus) -> Option<Text> {
    let (since, refusal) = (when(shop.refused_since?), shop.refused.as_ref()?);
    let why = brief(&refusal.why);
    let next = shop.parked_until.map(when).unwrap_or_default();
    let (ja, en) = match refusal.party {
        RefusedParty::Shop => ("ショップ", "the shop"),
        RefusedParty::Application => ("アプリ", "the application"),
    };
    Some(text!(
        "BASEが{ja}を断っている({since} から: {why}。次は {next} に自動で試す)",
        "BASE refuses {en} (since {since}: {why}; retried automatically at {next})",
        why = cause(&why),
    ))
}

/// A reason in the words of a vendor, for one line.
fn brief(why: &str) -> String {
    clean(why).chars().take(120).collect()
}
