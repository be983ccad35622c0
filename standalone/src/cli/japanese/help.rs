//! The form of a command's texts, and the text that many commands share.

/// The texts of one command.
pub(super) struct Help {
    /// Command names from the root, separated by spaces; empty for the root.
    pub(super) path: &'static str,
    /// The first line is shown in lists of commands, all of it in the command's own help.
    pub(super) about: &'static str,
    /// Argument id and text.
    pub(super) args: &'static [(&'static str, &'static str)],
    /// Shown below the options.
    pub(super) examples: &'static str,
}

/// `--json`.
pub(super) const JSON: (&str, &str) = ("json", "JSONオブジェクト1つで出力します");
