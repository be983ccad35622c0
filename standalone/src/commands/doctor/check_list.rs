//! The printed lines of `doctor`, and whether one of them is bad.

use crate::output::CommandOutput;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The printed checks, and whether one has failed.
pub(super) struct CheckList<'p, 'o> {
    pub(super) out: &'p mut CommandOutput<'o>,
    pub(super) failed: bool,
}

impl CheckList<'_, '_> {
    /// Prints the result of one check that was made: `ok`, or `NG`.
    pub(super) fn note(
        &mut self,
        part: Text,
        result: Result<Text, Text>,
    ) -> Result<(), CommandError> {
        self.failed |= result.is_err();
        let mark = if result.is_ok() { "ok" } else { "NG" };
        let (Ok(message) | Err(message)) = result;
        self.line(mark, part, message)
    }

    /// Prints what was not checked, or what works today and should be corrected.
    pub(super) fn hint(&mut self, part: Text, message: Text) -> Result<(), CommandError> {
        self.line("--", part, message)
    }

    /// Every line says what it is about, also where several things were found.
    fn line(&mut self, mark: &str, part: Text, message: Text) -> Result<(), CommandError> {
        let marked = |part: String, found: String| {
            let lines = found.lines().map(|line| format!("{mark}  {part}: {line}"));
            lines.collect::<Vec<_>>().join("\n")
        };
        self.out.line(&Text {
            ja: marked(part.ja, message.ja),
            en: marked(part.en, message.en),
        })
    }
}

/// The message of a failure.
pub(super) fn message_of(failure: &CommandError) -> Text {
    let (told, _) = failure.verdict();
    told.unwrap_or_else(|| text!("使えません", "unusable"))
}
