//! Where a command writes its result: a stream, in text of one language or in JSON.

use serde::Serialize;
use std::io::Write;
use ui::command_error::CommandError;
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

    /// Writes `value` as JSON, or as the text made by `render`.
    pub fn show<T: Serialize>(
        &mut self,
        value: &T,
        render: impl FnOnce(&T, Lang) -> String,
    ) -> Result<(), CommandError> {
        if self.json {
            serde_json::to_writer(&mut self.out, value).map_err(std::io::Error::from)?;
            self.out.write_all(b"\n")?;
        } else {
            let text = render(value, self.lang);
            self.out.write_all(text.as_bytes())?;
        }
        Ok(self.out.flush()?)
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
    pub fn line(&mut self, text: &Text) -> Result<(), CommandError> {
        if !self.json {
            writeln!(self.out, "{}", text.of(self.lang))?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use ui::command_error::Exit;

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
    fn a_closed_stream_ends_the_command_quietly_in_text_and_json() {
        for json in [false, true] {
            let mut out = Closed;

            let failure = CommandOutput::new(&mut out, Lang::Ja, json)
                .show(&1, |_, _| "text".to_owned())
                .unwrap_err();

            assert_eq!(failure.verdict(), (None, Exit::Done));
        }
    }
}
