//! The message by which a person tests a channel.

use crate::message::{Lang, text};
use shared::ports::notifier::ChannelMessage;

/// The message that `miseban notify --test` sends.
pub fn test_message(lang: Lang) -> ChannelMessage {
    let title = text!("店番: テストのお知らせ", "Miseban: test notice");
    let body = text!(
        "このメッセージが読めれば、お知らせの設定は正しくできています。",
        "If you can read this, notices are set up correctly."
    );
    ChannelMessage {
        title: title.of(lang).to_owned(),
        body: body.of(lang).to_owned(),
    }
}
