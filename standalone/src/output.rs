//! Where a command writes its result: a stream, in text of one language or in JSON.

use app::program::unless_closed;
use serde::Serialize;
use std::io::{self, Write};
use ui::command_error::CommandError;
use ui::layout::clean_lines;
use ui::message::{Lang, Text};

/// The output of one command.
pub struct CommandOutput<'a> {
    out: &'a mut (dyn Write + Send),
    /// The language of texts.
    pub lang: Lang,
    json: bool,
}

impl<'a> CommandOutput<'a> {
    /// Output in `lang` to `out`; with `json`, one JSON object and nothing else.
    pub fn new(out: &'a mut (dyn Write + Send), lang: Lang, json: bool) -> Self {
        Self { out, lang, json }
    }

    /// Writes `value` as JSON, or as the text made by `render`, without control characters. When nobody reads it any more, the
    /// command continues, and its exit code is that of its work.
    ///
    /// # Errors
    ///
    /// When the stream cannot be written for another reason, such as a full disk.
    pub fn show<T: Serialize>(
        &mut self,
        value: &T,
        render: impl FnOnce(&T, Lang) -> String,
    ) -> Result<(), CommandError> {
        let mut text = if self.json {
            serde_json::to_vec(value).map_err(io::Error::from)?
        } else {
            let text = render(value, self.lang);
            clean_lines(&text).into_owned().into_bytes()
        };
        if self.json {
            text.push(b'\n');
        }
        self.write(&text)
    }

    fn write(&mut self, text: &[u8]) -> Result<(), CommandError> {
        unless_closed(self.out.write_all(text).and_then(|()| self.out.flush()))
    }

    /// Writes a part of a result that is too large to build in memory.
    ///
    /// # Errors
    ///
    /// When the stream is closed.
    pub fn raw(&mut self, part: &str) -> Result<(), CommandError> {
        self.out.write_all(part.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Writes one line of text; nothing in JSON mode.
    ///
    /// # Errors
    ///
    /// As [`CommandOutput::show`].
    pub fn line(&mut self, text: &Text) -> Result<(), CommandError> {
        if self.json {
            return Ok(());
        }
        let line = format!("{}\n", text.of(self.lang));
        self.write(clean_lines(&line).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ui::command_error::Exit;
    use ui::message::text;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut out = Vec::new();
        let mut output = CommandOutput::new(&mut out, Lang::Ja, false);

        let name = "店\u{1b}]0;x\u{7}";
        output.line(&text!("{name}", "{name}")).unwrap();
        output.show(&name, |name, _| format!("{name}\n")).unwrap();

        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown, "店?]0;x?\n店?]0;x?\n");
    }

    #[test]
    fn a_command_continues_when_nobody_reads_its_result() {
        for json in [false, true] {
            let mut out = Closed;

            let shown =
                CommandOutput::new(&mut out, Lang::Ja, json).show(&1, |_, _| "text".to_owned());

            assert!(shown.is_ok(), "{shown:?}");
        }
    }

    #[test]
    fn a_large_result_ends_quietly_when_nobody_reads_it() {
        let mut out = Closed;

        let failure = CommandOutput::new(&mut out, Lang::Ja, false)
            .raw("a page of it")
            .unwrap_err();

        assert_eq!(failure.verdict(), (None, Exit::Done));
    }
}
