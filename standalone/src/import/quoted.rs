//! Values of the file within messages.

/// `value` in quotes: cut to 40 characters, control characters escaped.
pub(super) fn quoted(value: &str) -> String {
    let cut: String = value.chars().take(40).collect();
    let more = if cut.len() < value.len() { "..." } else { "" };
    format!("{cut:?}{more}")
}
