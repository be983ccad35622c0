//! What people are told about programs that should be alive and are not.

use crate::message::{Text, text};
use shared::jobs::QueueName;

/// The names of all queues, as a sentence lists them.
pub fn queue_names() -> Text {
    let names: Vec<&str> = QueueName::ALL.into_iter().map(QueueName::as_str).collect();
    let ja = names.join("、");
    let en = match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    };
    text!("{ja}", "{en}")
}

/// No live worker takes jobs from these queues. Not empty.
pub fn no_worker(queues: &[QueueName]) -> Text {
    if queues.len() == QueueName::ALL.len() {
        return text!(
            "worker が1つも動いていません。worker を始めるまで、仕事は進みません",
            "no worker is alive: nothing is done until you start one with worker"
        );
    }
    let names: Vec<&str> = queues.iter().copied().map(QueueName::as_str).collect();
    let (ja, en, given) = (names.join("、"), names.join(", "), names.join(","));
    text!(
        "キュー {ja} の worker が1つも動いていません。worker --queues {given} を始めるまで、その仕事は進みません",
        "no worker is alive for {en}: nothing is done there until you start one with worker --queues {given}"
    )
}

/// No producer keeps the schedule.
pub fn no_producer() -> Text {
    text!(
        "producer が動いていないので、定期実行は始まりません。producer serve で始めてください",
        "no producer is alive, so no run starts by itself: start one with producer serve"
    )
}

/// No `miseban serve` keeps the schedule.
pub fn no_serve() -> Text {
    text!(
        "miseban serve が動いていないので、定期実行は始まりません。miseban serve で始めてください",
        "miseban serve is not running, so no run starts by itself: start it with miseban serve"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_without_a_worker_is_named_with_the_command_that_serves_it() {
        let told = no_worker(&[QueueName::Update, QueueName::Info]);

        assert!(
            told.en.contains("worker --queues update,info"),
            "{}",
            told.en
        );
        assert!(
            no_worker(&QueueName::ALL)
                .en
                .starts_with("no worker is alive:")
        );
    }

    #[test]
    fn every_queue_is_named() {
        let named = queue_names();

        assert_eq!(named.ja, "sync、update、info");
        assert_eq!(named.en, "sync, update and info");
    }
}
