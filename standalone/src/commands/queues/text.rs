//! The queues as text.

use super::view::{
    ChangedMessages, MessageView, MessagesById, PauseView, QueueFigures, QueueMessages,
    QueuesOverview,
};
use crate::commands::programs as live;
use app::live_workers::unserved;
use shared::domain::asin::Asin;
use std::fmt::Write as _;
use ui::causes::cause;
use ui::layout::{amount, clean, counted, grouped, span, table, when};
use ui::message::{Lang, text};
use ui::programs;

/// One line per queue, then one per worker.
pub fn overview(view: &QueuesOverview, lang: Lang) -> String {
    let rows: Vec<_> = view
        .queues
        .iter()
        .map(|queue| figures(queue, lang))
        .collect();
    let mut text = table(&rows, &[]);
    if view.queues.iter().any(|queue| queue.cut > 0) {
        let cut = text!(
            "一覧から溢れたものも失われていません: 更新は miseban list failed で分かり、miseban queues retry update --all で再実行できます。未確認のASINは miseban list missing で分かり、miseban run stale で再確認できます",
            "what was cut is not lost: miseban list failed names the updates, and miseban queues retry update --all retries them; miseban list missing names ASINs without an answer, and miseban run stale asks for them again"
        );
        let _ = writeln!(text, "{}", cut.of(lang));
    }
    let _ = writeln!(text, "\nworker");
    text.push_str(&table(&live::workers(&view.alive, lang), &[]));
    if let queues @ [_, ..] = unserved(&view.alive).as_slice() {
        let _ = writeln!(text, "  {}", programs::no_worker(queues).of(lang));
    }
    text
}

fn figures(queue: &QueueFigures, lang: Lang) -> Vec<String> {
    let ranks: Vec<String> = queue
        .ready_by_rank
        .iter()
        .map(|ready| grouped(*ready))
        .collect();
    let ranks = ranks.join("/");
    let labelled =
        |ja: &str, en: &str, number| format!("{} {}", lang.pick(ja, en), counted(number, lang));
    let oldest = queue.oldest_seconds.map_or_else(String::new, |seconds| {
        let [ja, en] = [Lang::Ja, Lang::En].map(|lang| span(seconds, lang));
        text!("最長の待ち {ja}", "oldest {en}").of(lang).to_owned()
    });
    let paused = if queue.paused {
        lang.pick("一時停止中", "paused")
    } else {
        ""
    };
    vec![
        queue.queue.to_owned(),
        format!("{} ({ranks})", labelled("待ち", "ready", queue.ready)),
        labelled("予約待ち", "delayed", queue.delayed),
        labelled("処理中", "leased", queue.leased),
        labelled("失敗", "dead", queue.dead),
        labelled("完了", "done", queue.done),
        labelled("一覧から溢れた", "cut", queue.cut),
        oldest,
        paused.to_owned(),
    ]
}

fn place(place: &str, lang: Lang) -> &str {
    match place {
        "ready" => lang.pick("待ち", "ready"),
        "delayed" => lang.pick("予約待ち", "delayed"),
        "leased" => lang.pick("処理中", "leased"),
        "dead" => lang.pick("失敗", "dead"),
        other => other,
    }
}

/// The messages of a queue, by state.
pub fn messages(view: &QueueMessages, lang: Lang) -> String {
    let mut text = String::new();
    for group in &view.places {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "{} {} {}",
            view.queue,
            place(group.place, lang),
            counted(group.count, lang)
        );
        let rows: Vec<_> = group
            .messages
            .iter()
            .map(|message| row(message, lang))
            .collect();
        text.push_str(&table(&rows, &[]));
        let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if group.count > shown {
            let rest = grouped(group.count - shown);
            let more = text!("ほか {rest}件", "and {rest} more");
            let _ = writeln!(text, "  {}", more.of(lang));
        }
    }
    text
}

fn row(message: &MessageView, lang: Lang) -> Vec<String> {
    let (attempts, rank) = (message.attempts, message.rank);
    let attempts = text!("{attempts}回", "attempts {attempts}");
    let rank = text!("順位 {rank}", "rank {rank}");
    vec![
        message.id.clone(),
        rank.of(lang).to_owned(),
        attempts.of(lang).to_owned(),
        times(message, lang),
        about(message, lang),
        message
            .error
            .as_deref()
            .map_or_else(String::new, |error| cause(error).of(lang).to_owned()),
    ]
}

/// The shops and the first product.
fn about(message: &MessageView, lang: Lang) -> String {
    let Some(first) = message.asins.first() else {
        return message.shops();
    };
    let more = message.asins.len() - 1;
    let rest = text!(" ほか{more}件", " and {more} more");
    let rest = if more > 0 { rest.of(lang) } else { "" };
    format!("{} {first}{rest}", message.shops())
}

fn times(message: &MessageView, lang: Lang) -> String {
    let since = message
        .since
        .map(when)
        .map(|at| text!("{at} から", "since {at}"));
    let until = message
        .until
        .map(when)
        .map(|at| text!("{at} まで", "until {at}"));
    let parts: Vec<_> = [&since, &until]
        .into_iter()
        .flatten()
        .map(|parts| parts.of(lang))
        .collect();
    parts.join(lang.pick("、", ", "))
}

/// The messages with one id, in detail.
pub fn found(view: &MessagesById, lang: Lang) -> String {
    let parts: Vec<String> = view
        .messages
        .iter()
        .map(|message| one(message, lang))
        .collect();
    parts.join("\n")
}

fn one(message: &MessageView, lang: Lang) -> String {
    let row = |label: &str, value: String| vec![label.to_owned(), value];
    let mut rows = vec![
        row(lang.pick("キュー", "queue"), message.queue.to_owned()),
        row(
            lang.pick("状態", "state"),
            place(message.place, lang).to_owned(),
        ),
        row(lang.pick("順位", "rank"), message.rank.to_string()),
        row(
            lang.pick("試した回数", "attempts"),
            message.attempts.to_string(),
        ),
        row(lang.pick("時刻", "time"), times(message, lang)),
        row(lang.pick("内容", "job"), message.job.to_string()),
    ];
    if !message.accounts.is_empty() {
        rows.push(row(lang.pick("ショップ", "shop"), message.shops()));
    }
    if !message.asins.is_empty() {
        let asins: Vec<&str> = message.asins.iter().map(Asin::as_str).collect();
        rows.push(row("ASIN", asins.join(" ")));
    }
    if let Some(error) = &message.error {
        let told = cause(error).of(lang).to_owned();
        rows.push(row(lang.pick("理由", "error"), told));
    }
    format!("{}\n{}", clean(&message.id), table(&rows, &[]))
}

/// How many messages were put back into the queue.
pub fn retried(view: &ChangedMessages, lang: Lang) -> String {
    let cut = (view.from_rows > 0).then(|| {
        text!(
            "(うち一覧から溢れていた更新 {cut}件)",
            " (of these {cut} cut from the list)",
            cut = amount(
                view.from_rows,
                "failed update that was",
                "failed updates that were"
            ),
        )
    });
    let text = text!(
        "{count}件を再実行待ちに戻しました{cut}",
        "{count} put back into the queue{cut}",
        count = amount(view.messages, "message", "messages"),
        cut = cut.unwrap_or_else(|| text!("", "")),
    );
    format!("{}\n", text.of(lang))
}

/// How many messages were dropped.
pub fn dropped(view: &ChangedMessages, lang: Lang) -> String {
    let text = text!(
        "{count}件を破棄しました",
        "{count} dropped",
        count = amount(view.messages, "message", "messages"),
    );
    format!("{}\n", text.of(lang))
}

/// Whether the queue is paused.
pub fn paused(view: &PauseView, lang: Lang) -> String {
    let queue = view.queue;
    let text = if view.paused {
        text!(
            "{queue} を一時停止しました。再開は miseban queues resume {queue}",
            "{queue} is paused; resume it with miseban queues resume {queue}"
        )
    } else {
        text!("{queue} を再開しました", "{queue} is resumed")
    };
    format!("{}\n", text.of(lang))
}
