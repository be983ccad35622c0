//! The programs that work now as text.

use super::live::LivePrograms;
use app::live_workers::{LiveWorker, unserved};
use ui::layout::{clean, span};
use ui::message::{Lang, Text, text};
use ui::programs;

/// One check of `doctor`: its name, and the result; `None` where there is nothing to judge.
pub struct ProgramCheck {
    /// What was looked at.
    pub part: Text,
    /// What was found; an error when no work can be done.
    pub found: Result<Text, Text>,
    /// Whether the result is no more than a hint.
    pub hint: bool,
}

/// The lines of `doctor`.
pub fn checks(live: &LivePrograms) -> Vec<ProgramCheck> {
    let check = |part, found, hint| ProgramCheck { part, found, hint };
    match live {
        LivePrograms::OneProcess(_) => {
            let found = schedule(live);
            let hint = found.is_err();
            vec![check(text!("定期実行", "schedule"), found, hint)]
        }
        LivePrograms::Shared { workers, .. } => {
            let found = match workers {
                Ok(alive) => match unserved(alive).as_slice() {
                    [] => Ok(counted(alive)),
                    queues => Err(programs::no_worker(queues)),
                },
                Err(why) => Err(why.clone()),
            };
            // A Redis that cannot be used has a line of its own.
            let hint = workers.is_err();
            let kept = schedule(live);
            let without = kept.is_err();
            vec![
                check(text!("worker", "workers"), found, hint),
                check(text!("定期実行", "schedule"), kept, without),
            ]
        }
    }
}

/// The rows of `status`.
pub fn rows(live: &LivePrograms, lang: Lang) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = match live {
        LivePrograms::Shared {
            workers: Ok(alive), ..
        } => workers(alive, lang),
        _ => Vec::new(),
    };
    let shown = |check: ProgramCheck| {
        let (Ok(found) | Err(found)) = check.found;
        let named = check.part.of(lang).to_owned();
        vec![named, found.of(lang).to_owned()]
    };
    rows.extend(checks(live).into_iter().map(shown));
    rows
}

/// One row for each worker.
pub fn workers(alive: &[LiveWorker], lang: Lang) -> Vec<Vec<String>> {
    let row = |worker: &LiveWorker| {
        let queues = worker.queues.iter().map(|queue| queue.as_str());
        let queues: Vec<&str> = queues.collect();
        let heard = span(worker.heard.as_secs_f64().round(), lang);
        let heard = text!("最後の応答 {heard}前", "heard {heard} ago");
        vec![
            clean(&worker.name),
            queues.join(" "),
            heard.of(lang).to_owned(),
        ]
    };
    alive.iter().map(row).collect()
}

fn counted(alive: &[LiveWorker]) -> Text {
    let count = alive.len();
    text!("{count}個が動いています", "{count} alive")
}

/// Whether somebody keeps the schedule.
fn schedule(live: &LivePrograms) -> Result<Text, Text> {
    match live {
        LivePrograms::OneProcess(Some(holder)) => {
            let number = holder
                .process
                .map_or_else(|| "?".to_owned(), |number| number.to_string());
            if holder.serves {
                return Ok(text!(
                    "miseban serve が動いています(プロセス番号 {number})",
                    "miseban serve is running (process {number})"
                ));
            }
            let Text { ja, en } = programs::no_serve();
            Err(text!(
                "{ja}(いまは別の miseban が作業中、プロセス番号 {number})",
                "{en} (another miseban is at work now, process {number})"
            ))
        }
        LivePrograms::OneProcess(None) => Err(programs::no_serve()),
        LivePrograms::Shared { producer, .. } => match producer {
            Some(true) => Ok(text!("producer が動いています", "a producer is alive")),
            Some(false) => Err(programs::no_producer()),
            None => Err(text!(
                "データベースを使えないため、分かりません",
                "unknown, since the database cannot be used"
            )),
        },
    }
}
