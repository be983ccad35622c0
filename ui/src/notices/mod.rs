//! Renders notices as plain text: what happened, in numbers, and what to do about it. The channel
//! adds its markup.

mod changes;
mod digest;
mod kinds;
mod runs;
mod silence;
mod test_message;
#[cfg(test)]
mod tests;

pub use kinds::event;
pub use test_message::test_message;

use crate::causes::cause;
use crate::labels;
use crate::layout::{amount, clean, grouped, when};
use crate::message::{Lang, Text, text};
use chrono::{DateTime, Utc};
use digest::DigestEntry;
use shared::domain::account::{AccountId, AccountRefusal, NEVER_AUTHORISED, RefusedParty};
use shared::domain::notice::Notice;
use shared::ports::notifier::ChannelMessage;

/// One message for all of `notices`, which is not empty: a single notice in full, several as a
/// digest. `lost` earlier notices may not have arrived.
pub fn message(notices: &[Notice], lost: u64, lang: Lang) -> ChannelMessage {
    let mut message = match notices {
        [one] => ChannelMessage {
            title: title(one).of(lang).to_owned(),
            body: lines(&details(one), lang),
        },
        several => digest::render(several.iter().map(entry).collect(), lang),
    };
    if lost > 0 {
        let note = text!(
            "これより前のお知らせ{lost}件は、届いていないかもしれません(miseban status で確かめられます)",
            "{lost} may not have arrived (see miseban status)",
            lost = amount(lost, "earlier notice", "earlier notices"),
        );
        message.body = format!("{}\n\n{}", message.body, note.of(lang));
    }
    message
}

/// The part of a digest about one notice.
fn entry(notice: &Notice) -> DigestEntry {
    let lines = match notice {
        Notice::Run { report } => runs::in_short(report),
        _ => details(notice),
    };
    DigestEntry {
        kind: notice.reasons().first().copied(),
        subject: subject(notice),
        title: title(notice),
        lines,
    }
}

/// The id of the run or of the shop.
fn subject(notice: &Notice) -> String {
    match notice {
        Notice::Run { report } => report.run_id.to_string(),
        Notice::AmazonRefuses { lane, .. } => clean(lane),
        Notice::Silent { part, .. } => part.as_str().to_owned(),
        _ => account(notice).map_or_else(String::new, |(id, _)| id.to_string()),
    }
}

fn title(notice: &Notice) -> Text {
    let shop = shop(notice);
    match notice {
        Notice::Run { report } => runs::title(report),
        Notice::Parked { .. } => text!(
            "店番: {shop} の利用上限に達しました",
            "Miseban: {shop} is out of quota"
        ),
        Notice::Reauthorise { why, .. } if why.as_deref() == Some(NEVER_AUTHORISED) => text!(
            "店番: {shop} をBASEと連携してください",
            "Miseban: {shop} is to be authorised at BASE"
        ),
        Notice::Reauthorise { .. } => text!(
            "店番: {shop} の再連携が必要です",
            "Miseban: {shop} has to be authorised again"
        ),
        Notice::ShopRefused { refusal, .. } => match refusal.party {
            RefusedParty::Shop => text!(
                "店番: BASEが {shop} の利用を断っています",
                "Miseban: BASE refuses {shop}"
            ),
            RefusedParty::Application => text!(
                "店番: BASEが {shop} のアプリを断っています",
                "Miseban: BASE refuses the application of {shop}"
            ),
        },
        Notice::ProxyFailed { .. } => text!(
            "店番: {shop} のプロキシが使えません",
            "Miseban: the proxy of {shop} fails"
        ),
        Notice::TokenEnding { .. } => text!(
            "店番: {shop} のトークンがまもなく切れます",
            "Miseban: the tokens of {shop} expire soon"
        ),
        Notice::AmazonRefuses { .. } => text!(
            "店番: Amazonがすべての問い合わせを断っています",
            "Miseban: Amazon refuses every request"
        ),
        Notice::Silent {
            part,
            queues,
            until,
            ..
        } => silence::title(*part, queues, *until),
        Notice::NearlyUsedUp { .. } => text!(
            "店番: {shop} の1日の利用上限が残りわずかです",
            "Miseban: {shop} has used most of its daily quota"
        ),
    }
}

/// Name and id of the shop; empty where many shops are concerned.
fn shop(notice: &Notice) -> String {
    let Some((id, name)) = account(notice) else {
        return String::new();
    };
    if name.is_empty() || name == id.as_str() {
        return id.to_string();
    }
    let name: String = clean(name).chars().take(60).collect();
    format!("{name} ({id})")
}

/// Id and name of the shop; `None` where many shops are concerned.
fn account(notice: &Notice) -> Option<(&AccountId, &str)> {
    match notice {
        Notice::Run { .. } | Notice::AmazonRefuses { .. } | Notice::Silent { .. } => None,
        Notice::Parked { account, name, .. }
        | Notice::Reauthorise { account, name, .. }
        | Notice::ShopRefused { account, name, .. }
        | Notice::ProxyFailed { account, name, .. }
        | Notice::TokenEnding { account, name, .. }
        | Notice::NearlyUsedUp { account, name, .. } => Some((account, name)),
    }
}

/// The lines of a notice. The first one says what a person has to do.
fn details(notice: &Notice) -> Vec<Text> {
    match notice {
        Notice::Run { report } => runs::details(report),
        Notice::Parked { until, .. } => {
            let until = when(*until);
            vec![text!(
                "{until} に自動で再開します。それまでこのショップの更新だけが待ちます。することはありません",
                "updates continue automatically at {until}; until then only the updates of this shop wait; there is nothing to do"
            )]
        }
        Notice::Reauthorise {
            account,
            since,
            why,
            ..
        } => to_authorise(account, *since, why.as_deref()),
        Notice::ShopRefused {
            account,
            since,
            refusal,
            ..
        } => refused(account, *since, refusal),
        Notice::ProxyFailed { account, since, .. } => {
            let since = when(*since);
            vec![text!(
                "{since} から、このショップには何も反映されていません(プロキシを通さずに送ることはしません)。直れば自動で再開します。miseban accounts check {account} で確かめられます",
                "this shop has received no update since {since} (nothing is sent around its proxy); updates continue automatically once the proxy works; miseban accounts check {account} tests it"
            )]
        }
        Notice::TokenEnding { account, ends, .. } => {
            let ends = when(*ends);
            vec![text!(
                "{ends} に切れます。使い続けるなら、それまでに miseban accounts refresh {account} を実行してください",
                "they expire at {ends}: to keep the shop connected, run miseban accounts refresh {account} before then"
            )]
        }
        Notice::AmazonRefuses { lane, since } => {
            let (lane, since) = (clean(lane), when(*since));
            vec![text!(
                "{since} から、回数制限(429)ですべて断られています({lane})。ショップの価格と在庫は前のままです。自動で再開します。続くなら、同じ認証情報を使う別のプログラムがないか確かめてください",
                "since {since} every request is refused because of the quota (429, {lane}), so the shops keep the previous prices and stock. Updates continue automatically; if this lasts, check whether another program uses the same credentials"
            )]
        }
        Notice::Silent {
            part,
            queues,
            since,
            until,
        } => vec![silence::details(*part, queues, *since, *until)],
        Notice::NearlyUsedUp { used, of, .. } => {
            let (used, of) = (grouped(u64::from(*used)), grouped(u64::from(*of)));
            vec![text!(
                "今日 {used} / {of} 回。使い切ると、明日0時までこのショップの更新が待ちます。同じアプリを使う別のプログラムがないか確かめてください",
                "calls today: {used} of {of}; when all are used up, the updates of this shop wait until midnight. Check whether another program uses the same application"
            )]
        }
    }
}

fn to_authorise(account: &AccountId, since: DateTime<Utc>, why: Option<&str>) -> Vec<Text> {
    if why == Some(NEVER_AUTHORISED) {
        return vec![labels::never_authorised(account)];
    }
    let since = when(since);
    let mut lines = vec![text!(
        "{since} から、このショップには何も反映されていません。miseban accounts authorize {account} で再連携してください(店番の再起動は要りません)",
        "this shop has received no update since {since}: authorise it at BASE again with miseban accounts authorize {account}; Miseban need not be restarted"
    )];
    lines.extend(why.map(reason));
    lines
}

fn refused(account: &AccountId, since: DateTime<Utc>, refusal: &AccountRefusal) -> Vec<Text> {
    let (since, todo) = (when(since), labels::refusal(refusal.party, account));
    let (ja, en) = (todo.ja, todo.en);
    vec![
        text!(
            "{since} から、このショップには何も反映されていません。{ja}。ときどき自動で試し、受け付けられれば再開します",
            "this shop has received no update since {since}: {en}. Miseban tries again now and then, and continues once it is accepted"
        ),
        reason(&refusal.why),
    ]
}

fn reason(why: &str) -> Text {
    let why: String = clean(why).chars().take(300).collect();
    text!("理由: {why}", "reason: {why}", why = cause(&why))
}

fn lines(texts: &[Text], lang: Lang) -> String {
    let lines: Vec<&str> = texts.iter().map(|text| text.of(lang)).collect();
    lines.join("\n")
}
