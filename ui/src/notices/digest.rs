//! Several notices in one message, the most serious first.

use super::kinds::event;
use crate::examples::EXAMPLES;
use crate::layout::amount;
use crate::message::{Lang, Text, text};
use shared::domain::notice::EventKind;
use shared::ports::notifier::ChannelMessage;

/// The part about one notice.
pub(super) struct DigestEntry {
    /// The most serious kind that it belongs to.
    pub(super) kind: Option<EventKind>,
    /// The id of its run or shop.
    pub(super) subject: String,
    /// What happened, and where.
    pub(super) title: Text,
    /// What a person has to do comes first.
    pub(super) lines: Vec<Text>,
}

/// The first entries in full; of the others, which runs and shops they are about.
pub(super) fn render(mut entries: Vec<DigestEntry>, lang: Lang) -> ChannelMessage {
    entries.sort_by_key(severity);
    let title = text!(
        "店番: お知らせ{count}件",
        "Miseban: {count}",
        count = amount(entries.len() as u64, "notice", "notices"),
    );
    let mut parts: Vec<String> = entries
        .iter()
        .take(EXAMPLES)
        .map(|one| full(one, lang))
        .collect();
    let rest = entries.get(EXAMPLES..).unwrap_or_default();
    if !rest.is_empty() {
        parts.push(by_kind(rest).of(lang).to_owned());
    }
    ChannelMessage {
        title: title.of(lang).to_owned(),
        body: parts.join("\n"),
    }
}

fn severity(entry: &DigestEntry) -> usize {
    let place = EventKind::ALL
        .iter()
        .position(|kind| Some(*kind) == entry.kind);
    place.unwrap_or(EventKind::ALL.len())
}

fn full(entry: &DigestEntry, lang: Lang) -> String {
    let lines = entry.lines.iter();
    let lines = lines.map(|line| format!("\n  {}", line.of(lang)));
    format!("* {}{}", entry.title.of(lang), lines.collect::<String>())
}

fn by_kind(rest: &[DigestEntry]) -> Text {
    let kinds = EventKind::ALL.into_iter();
    let counts: Vec<Text> = kinds.filter_map(|kind| of_kind(rest, kind)).collect();
    let joined = |of: fn(&Text) -> &str, and: &str| {
        let texts: Vec<&str> = counts.iter().map(of).collect();
        texts.join(and)
    };
    let (ja, en) = (joined(|one| &one.ja, "、"), joined(|one| &one.en, ", "));
    let all = rest.len();
    text!(
        "* ほか{all}件(miseban status で確かめられます): {ja}",
        "* and {all} more (see miseban status): {en}"
    )
}

fn of_kind(rest: &[DigestEntry], kind: EventKind) -> Option<Text> {
    let of_kind = rest.iter().filter(|entry| entry.kind == Some(kind));
    let mut about: Vec<&str> = of_kind.map(|entry| entry.subject.as_str()).collect();
    let count = about.len();
    about.dedup();
    about.truncate(EXAMPLES);
    let (Text { ja, en }, about) = (event(kind), about.join(" "));
    (count > 0).then(|| text!("{ja} {count}件 ({about})", "{en} {count} ({about})"))
}
