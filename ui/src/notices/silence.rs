//! Words for programs that stopped, and for runs that were not made because of it.

use crate::layout::when;
use crate::message::{Text, text};
use chrono::{DateTime, Utc};
use shared::domain::notice::SilentPart;
use shared::jobs::QueueName;

pub(super) fn title(part: SilentPart, queues: &[QueueName], until: Option<DateTime<Utc>>) -> Text {
    if !queues.is_empty() {
        let (ja, en) = (named(queues, "、"), named(queues, ", "));
        return if until.is_some() {
            text!(
                "店番: キュー {ja} のワーカーが動き始めました",
                "Miseban: workers for {en} are alive again"
            )
        } else {
            text!(
                "店番: キュー {ja} のワーカーが動いていません",
                "Miseban: no worker for {en} is alive"
            )
        };
    }
    match (part, until) {
        (SilentPart::Runs, _) => text!(
            "店番: 実行が止まっていました",
            "Miseban: no run was made for a while"
        ),
        (SilentPart::Workers, None) => text!(
            "店番: ワーカーが動いていません",
            "Miseban: no worker is alive"
        ),
        (SilentPart::Workers, Some(_)) => text!(
            "店番: ワーカーが動き始めました",
            "Miseban: workers are alive again"
        ),
        (SilentPart::Producer, None) => text!(
            "店番: プロデューサーが動いていません",
            "Miseban: no producer is alive"
        ),
        (SilentPart::Producer, Some(_)) => text!(
            "店番: プロデューサーが動き始めました",
            "Miseban: a producer is alive again"
        ),
    }
}

pub(super) fn details(
    part: SilentPart,
    queues: &[QueueName],
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Text {
    let since = when(since);
    if let Some(until) = until.map(when) {
        return text!(
            "{since} から {until} まで動いていませんでした。残っていた仕事は続きから行います",
            "none was alive from {since} to {until}; the work that was left continues"
        );
    }
    if !queues.is_empty() {
        let (ja, en, given) = (named(queues, "、"), named(queues, ", "), named(queues, ","));
        let Text {
            ja: effect,
            en: lacks,
        } = effect_of_none(queues);
        return text!(
            "{since} から、キュー {ja} の仕事をするワーカーがいません。{effect}。worker --queues {given} を起動してください",
            "no worker for {en} has been alive since {since}: {lacks}. Start worker --queues {given}"
        );
    }
    match part {
        SilentPart::Runs => text!(
            "{since} から、予定の実行が行われていません(店番が止まっていました)。その間、ショップの価格と在庫は前のままでした。今から追いつきます。止まった理由(電源、スリープ、再起動)を確かめてください",
            "no run since {since}, although one was due: Miseban was stopped, and the shops kept their prices and stock. It catches up now; find out why it stopped (power, sleep, a restart)"
        ),
        SilentPart::Workers => text!(
            "{since} から、仕事をするワーカーがいません。その間、ショップには何も反映されません。worker を起動してください(docker compose up -d worker)",
            "no worker has been alive since {since}: the shops receive no update. Start a worker (docker compose up -d worker)"
        ),
        SilentPart::Producer => text!(
            "{since} から、実行を始めるプロデューサーがいません。その間、新しい実行は始まりません。producer serve を起動してください(docker compose up -d producer)",
            "no producer has been alive since {since}: no run is started. Start producer serve (docker compose up -d producer)"
        ),
    }
}

fn named(queues: &[QueueName], between: &str) -> String {
    let names: Vec<&str> = queues.iter().map(|queue| queue.as_str()).collect();
    names.join(between)
}

/// What does not happen while nobody serves `queues`; the worst alone.
fn effect_of_none(queues: &[QueueName]) -> Text {
    if queues.contains(&QueueName::Update) {
        text!(
            "その間、ショップには何も反映されません",
            "the shops receive no update"
        )
    } else if queues.contains(&QueueName::Sync) {
        text!(
            "その間、Amazonの価格と在庫を調べません",
            "prices and stock are not read from Amazon"
        )
    } else {
        text!(
            "その間、商品名や画像を調べません。価格と在庫の反映は続きます",
            "texts and images are not read from Amazon; prices and stock go on"
        )
    }
}
