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

    fn line(&mut self, mark: &str, part: Text, message: Text) -> Result<(), CommandError> {
        let (part_ja, part_en, ja, en) = (part.ja, part.en, message.ja, message.en);
        self.out
            .line(&text!("{mark}  {part_ja}: {ja}", "{mark}  {part_en}: {en}"))
    }
}

/// The message of a failure.
pub(super) fn message_of(failure: &CommandError) -> Text {
    let (told, _) = failure.verdict();
    told.unwrap_or_else(|| text!("使えません", "unusable"))
}
