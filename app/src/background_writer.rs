//! Writes to a stream in a thread of its own.
//!
//! A full disk, a closed pipe or a reader that stands still costs lines, which are counted, and
//! never ends or blocks the work.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that may wait for a stream: some twenty thousand lines of a log.
const BOUND: usize = 4 * 1024 * 1024;

/// Stderr, for the log and for all that is said beside a result.
static STDERR: LazyLock<BackgroundWriter> = LazyLock::new(|| BackgroundWriter::over(io::stderr()));

/// The writer of this process to stderr.
pub fn stderr() -> BackgroundWriter {
    STDERR.clone()
}

/// Takes text at once and writes it in the background. Cloning shares the stream.
#[derive(Clone, Default)]
pub struct BackgroundWriter {
    state: Arc<(Mutex<Waiting>, Condvar)>,
}

/// What waits for the stream.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The thread is writing what it took.
    writing: bool,
    /// Lines that were not written since the last report of them.
    dropped: u64,
}

impl BackgroundWriter {
    /// Writes to `stream`. Without a thread, which a system out of resources refuses, everything is
    /// dropped.
    pub fn over(stream: impl Write + Send + 'static) -> Self {
        let writer = Self::default();
        let drained = writer.clone();
        let _ = std::thread::Builder::new()
            .name("background-writer".to_owned())
            .spawn(move || drained.drain(stream));
        writer
    }

    /// Writes one line for people, without control characters.
    pub fn line(&self, text: &str) {
        let text = ui::layout::clean_lines(text);
        self.take(format!("{text}\n").as_bytes());
    }

    /// Waits until everything is written, but not longer than `within`: a program that ends must
    /// not hang because of its last words.
    pub fn wait_until_written(&self, within: Duration) {
        let end = Instant::now() + within;
        let mut waiting = self.waiting();
        while waiting.writing || !waiting.bytes.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.state.1.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Keeps `text` for the thread, or drops it when too much waits already.
    fn take(&self, text: &[u8]) {
        let mut waiting = self.waiting();
        if !waiting.bytes.is_empty() && waiting.bytes.len() + text.len() > BOUND {
            waiting.dropped += lines(text);
            return;
        }
        waiting.bytes.extend_from_slice(text);
        self.state.1.notify_all();
    }

    fn drain(self, mut stream: impl Write) {
        let mut torn = false;
        loop {
            let bytes = self.next();
            let unwritten = write(&mut stream, &bytes, &mut torn);
            let dropped = self.written(unwritten);
            if dropped > 0 {
                // It waits in turn, if this is the stream of the log.
                tracing::warn!(
                    dropped,
                    "{dropped} lines of output were dropped, since they could not be written in time"
                );
            }
        }
    }

    fn next(&self) -> Vec<u8> {
        let mut waiting = self.waiting();
        while waiting.bytes.is_empty() {
            let woken = self.state.1.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        waiting.writing = true;
        std::mem::take(&mut waiting.bytes)
    }

    /// Notes the end of a write; returns the lines dropped so far, once the stream takes some again.
    fn written(&self, unwritten: u64) -> u64 {
        let mut waiting = self.waiting();
        waiting.writing = false;
        waiting.dropped += unwritten;
        self.state.1.notify_all();
        if unwritten > 0 {
            return 0;
        }
        std::mem::take(&mut waiting.dropped)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for BackgroundWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.take(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes as much as the stream takes; returns how many lines it did not take. `torn` is whether
/// the last line ended in the middle: the next one then begins a line of its own.
fn write(stream: &mut impl Write, mut bytes: &[u8], torn: &mut bool) -> u64 {
    if *torn && matches!(stream.write(b"\n"), Ok(1)) {
        *torn = false;
    }
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(count) if count > 0 => {
                *torn = bytes[count - 1] != b'\n';
                bytes = &bytes[count..];
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return lines(bytes),
        }
    }
    *torn = false;
    // Stderr has no buffer; a failure of another stream shows in its next write.
    let _ = stream.flush();
    0
}

/// The number of lines in a text, of which the last may lack its end.
fn lines(text: &[u8]) -> u64 {
    (text.split_inclusive(|byte| *byte == b'\n').count() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// A stream that fails while `broken`, and stands still while `stuck`.
    #[derive(Clone, Default)]
    struct Stream {
        broken: Arc<AtomicBool>,
        stuck: Arc<Mutex<()>>,
        text: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Stream {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _stuck = self.stuck.lock();
            if self.broken.load(Ordering::Relaxed) {
                return Err(ErrorKind::StorageFull.into());
            }
            self.text.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const SOON: Duration = Duration::from_secs(30);

    #[test]
    fn a_stream_that_fails_costs_the_lines_of_that_time_and_they_are_counted() {
        let stream = Stream::default();
        let writer = BackgroundWriter::over(stream.clone());
        stream.broken.store(true, Ordering::Relaxed);

        writer.line("lost");
        writer.wait_until_written(SOON);
        let dropped = writer.waiting().dropped;
        stream.broken.store(false, Ordering::Relaxed);
        writer.line("written");
        writer.wait_until_written(SOON);

        assert_eq!(dropped, 1);
        assert_eq!(writer.waiting().dropped, 0);
        assert_eq!(*stream.text.lock().unwrap(), b"written\n");
    }

    #[test]
    fn a_stream_that_stands_still_blocks_nothing_and_keeps_what_fits_the_bound() {
        let stream = Stream::default();
        let writer = BackgroundWriter::over(stream.clone());
        let line = "x".repeat(BOUND / 4);

        let stuck = stream.stuck.lock().unwrap();
        for _ in 0..10 {
            writer.line(&line);
        }
        writer.wait_until_written(Duration::from_millis(10));
        let dropped = writer.waiting().dropped;
        drop(stuck);
        writer.wait_until_written(SOON);

        // Up to the bound waits, beside what the thread has taken.
        assert!((3..=7).contains(&dropped), "{dropped}");
        let kept = stream.text.lock().unwrap().len() / line.len();
        assert_eq!(kept as u64, 10 - dropped);
    }

    #[test]
    fn a_torn_line_does_not_spoil_the_next_one() {
        struct Torn(Vec<u8>, usize);
        impl Write for Torn {
            fn write(&mut self, text: &[u8]) -> io::Result<usize> {
                let count = text.len().min(self.1);
                self.1 -= count;
                self.0.extend_from_slice(&text[..count]);
                Ok(count)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut stream, mut torn) = (Torn(Vec::new(), 3), false);

        let lost = write(&mut stream, b"first\n", &mut torn);
        stream.1 = 100;
        let kept = write(&mut stream, b"second\n", &mut torn);

        assert_eq!((lost, kept), (1, 0));
        assert_eq!(stream.0, b"fir\nsecond\n");
    }
}
