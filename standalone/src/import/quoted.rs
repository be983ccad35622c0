//! Values of a file or of the command line within messages.

use ui::message::{Text, text};

/// The message for a text that is not an ASIN.
pub fn no_asin(value: &str) -> Text {
    let shown = quoted(value);
    text!(
        "{shown} はASINではありません。英数字10文字です(例 B00EXAMPLE)",
        "{shown} is not an ASIN: ten letters or digits are needed, such as B00EXAMPLE"
    )
}

/// `value` in quotes: cut to 40 characters, control characters escaped.
pub(super) fn quoted(value: &str) -> String {
    let cut: String = value.chars().take(40).collect();
    let more = if cut.len() < value.len() { "..." } else { "" };
    format!("{cut:?}{more}")
}
