//! What a command writes its result to: a language, text or JSON, and a stream that may close.

use serde::Serialize;
use std::io::Write;
use ui::command_error::CommandError;
use ui::message::{Lang, Text};

/// The result of one command, on its way to stdout.
pub struct CommandOutput<'a> {
    out: &'a mut (dyn Write + Send),
    /// The language of texts.
    pub lang: Lang,
    json: bool,
}

impl<'a> CommandOutput<'a> {
    /// A page in `lang` on `out`; with `json` it takes one JSON object and nothing else.
    pub fn new(out: &'a mut (dyn Write + Send), lang: Lang, json: bool) -> Self {
        Self { out, lang, json }
    }

    /// Writes the object, or the text that `render` makes of it.
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

    /// Writes a part of a result that is longer than one would hold in memory.
    ///
    /// # Errors
    ///
    /// When the stream is gone.
    pub fn raw(&mut self, part: &str) -> Result<(), CommandError> {
        self.out.write_all(part.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Writes one line; nothing where JSON was asked for.
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
    fn a_reader_that_has_gone_ends_the_command_quietly_in_text_and_json() {
        for json in [false, true] {
            let mut out = Closed;

            let failure = CommandOutput::new(&mut out, Lang::Ja, json)
                .show(&1, |_, _| "text".to_owned())
                .unwrap_err();

            assert_eq!(failure.verdict(), (None, Exit::Done));
        }
    }
}
