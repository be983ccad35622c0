//! The quotas of the status as text.

use super::view::LaneView;
use ui::layout::{grouped, span, when};
use ui::message::{Lang, Text, text};

/// A pace that differs by a smaller factor is the same.
const SAME_PACE: f64 = 1.01;

/// One lane: its pace or its use, and what slows it down.
pub fn row(quota: &LaneView, lang: Lang) -> Vec<String> {
    let pace = match quota.period_seconds {
        None => {
            let used = [quota.used_this_hour, quota.used_today];
            let [hour, day] = used.map(|used| grouped(used.into()));
            text!(
                "この1時間 {hour}回、今日 {day}回",
                "{hour} this hour, {day} today"
            )
        }
        Some(seconds) => every(seconds),
    };
    vec![
        quota.lane.clone(),
        pace.of(lang).to_owned(),
        trouble(quota).map_or_else(String::new, |text| text.of(lang).to_owned()),
    ]
}

fn every(seconds: f64) -> Text {
    if seconds < 1.0 {
        let rate = (10.0 / seconds).round() / 10.0;
        return text!("1秒に{rate}回", "{rate} per second");
    }
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| span(seconds, lang));
    text!("{ja}に1回", "one every {en}")
}

fn trouble(quota: &LaneView) -> Option<Text> {
    if let Some(until) = quota.closed_until.map(when) {
        return Some(text!("{until} まで停止", "closed until {until}"));
    }
    if let Some(since) = quota.refused_since.map(when) {
        return Some(text!(
            "Amazonが {since} からすべて断っている(429、自動で再試行中)",
            "Amazon refuses every request (429, since {since}, retried automatically)"
        ));
    }
    if let Some(until) = quota.default_until.map(when) {
        return Some(text!(
            "Amazonの通知した速さでは断られたため、{until} まで初期値",
            "Amazon refused requests at the rate of its own header: the default until {until}"
        ));
    }
    let (period, configured) = (quota.period_seconds?, quota.configured_seconds?);
    if quota.nearly_stopped {
        let header = every(quota.header_seconds?);
        let (ja, en) = (header.ja, header.en);
        return Some(text!(
            "Amazonの通知は{ja}。ほぼ止まるので、そこまでは従わない",
            "Amazon's header says {en}, which nearly stops it and is not followed that far"
        ));
    }
    let usual = every(configured);
    let (ja, en) = (usual.ja, usual.en);
    if period > configured * SAME_PACE {
        return Some(text!(
            "Amazonの回答に合わせて減速中(設定は{ja})",
            "slowed down by Amazon's answers (set to {en})"
        ));
    }
    (period * SAME_PACE < configured).then(|| {
        text!(
            "Amazonの通知に合わせて速めている(初期値は{ja})",
            "raised to the rate of Amazon's header (the default is {en})"
        )
    })
}
