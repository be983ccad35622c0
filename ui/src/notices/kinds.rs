//! The names of the kinds of events.

use crate::message::{Text, text};
use shared::domain::notice::EventKind;

/// The name of an event, for the digest and for `miseban notify`.
pub fn event(kind: EventKind) -> Text {
    match kind {
        EventKind::RunChanged => text!("変化のあった実行", "runs with changes"),
        EventKind::RunFailed => text!("失敗した実行", "failed runs"),
        EventKind::RunHeld => text!("確認待ちの実行", "held runs"),
        EventKind::BackfillFailed => text!("確認できないASIN", "ASINs still missing"),
        EventKind::QuotaAlarm => text!("利用上限の警告", "quota alarms"),
        EventKind::AccountParked => text!("利用上限に達したショップ", "shops out of quota"),
        EventKind::Reauthorise => text!("再連携が必要なショップ", "shops to authorise again"),
        EventKind::ShopRefused => text!("BASEに断られたショップ", "shops that BASE refuses"),
        EventKind::ProxyFailed => text!("プロキシが使えないショップ", "shops whose proxy fails"),
        EventKind::Silent => text!("止まっていた店番", "stopped programs"),
        EventKind::TokenEnding => text!(
            "トークンがまもなく切れるショップ",
            "shops whose tokens expire soon"
        ),
    }
}
