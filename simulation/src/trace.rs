//! The history as text: one line for each event, with ids named in the order of their appearance.

use crate::event::{CallOutcome, Event, Happening, PortCall};
use crate::row_history::RowHistory;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

/// What `Uuid` and the queue write: 8-4-4-4-12 hexadecimal digits.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
const UUID_LENGTH: usize = 36;
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The lines so far: their hash, and on demand their text.
pub struct Trace {
    hash: u64,
    count: u64,
    names: HashMap<String, String>,
    kept: Option<Vec<KeptLine>>,
    rows: Option<RowHistory>,
}

#[derive(Debug)]
enum KeptLine {
    Event(String),
    /// Of a row, with ids as they are.
    Row(String),
}

/// Whether the text of a trace is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceKind {
    /// Its hash only.
    Hash,
    /// All lines.
    Text,
    /// All lines, and what changes in the rows.
    TextAndRows,
}

impl Trace {
    /// An empty trace.
    pub fn new(kind: TraceKind) -> Self {
        Self {
            hash: FNV_START,
            count: 0,
            names: HashMap::new(),
            kept: (kind != TraceKind::Hash).then(Vec::new),
            rows: None,
        }
    }

    /// Also tells the changes of rows.
    #[must_use]
    pub fn with_rows(mut self, rows: RowHistory) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Adds an event.
    pub fn add(&mut self, elapsed: Duration, event: &Event) {
        let line = self.with_names(&line(elapsed, event));
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
        self.count += 1;
        if let Some(kept) = &mut self.kept {
            kept.push(KeptLine::Event(line));
        }
        let changes = self.rows.as_ref().map(RowHistory::news);
        self.add_rows(elapsed, changes.unwrap_or_default());
    }

    /// Adds changes of rows, for people: they are not counted, and no part of the hash.
    pub fn add_rows(&mut self, elapsed: Duration, changes: Vec<String>) {
        let line = |text| KeptLine::Row(format!("{} rows {text}", stamp(elapsed)));
        if let Some(kept) = &mut self.kept {
            kept.extend(changes.into_iter().map(line));
        }
    }

    /// The hash of all lines.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// How many lines there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The lines, if they are kept.
    pub fn take_lines(&mut self) -> Vec<String> {
        let kept = self.kept.take().unwrap_or_default();
        let line = |kept| match kept {
            KeptLine::Event(line) => line,
            KeptLine::Row(line) => self.with_names(&line),
        };
        kept.into_iter().map(line).collect()
    }

    /// The text with the names of its ids.
    pub fn with_names(&mut self, line: &str) -> String {
        let mut named = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(dash) = rest.find('-') {
            let begin = dash.wrapping_sub(UUID[0]);
            let id = rest
                .get(begin..begin.wrapping_add(UUID_LENGTH))
                .filter(|text| dash >= UUID[0] && is_uuid(text));
            let Some(id) = id else {
                named.push_str(&rest[..=dash]);
                rest = &rest[dash + 1..];
                continue;
            };
            named.push_str(&rest[..begin]);
            let number = self.names.len() + 1;
            let name = self.names.entry(id.to_owned());
            named.push_str(name.or_insert_with(|| format!("id-{number}")));
            rest = &rest[begin + UUID_LENGTH..];
        }
        named + rest
    }
}

fn is_uuid(text: &str) -> bool {
    let mut parts = text.split('-');
    let fits = |length: usize| {
        parts.next().is_some_and(|part| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    UUID.into_iter().all(fits)
}

fn stamp(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let micros = elapsed.subsec_micros();
    format!("{hours:03}:{minutes:02}:{:02}.{micros:06}", seconds % 60)
}

fn line(elapsed: Duration, event: &Event) -> String {
    let mut line = stamp(elapsed) + " ";
    // Writing to a string cannot fail.
    let _ = match event.process {
        Some(process) => write!(line, "{process} "),
        None => write!(line, "world "),
    };
    line + &text(&event.what)
}

fn text(what: &Happening) -> String {
    match what {
        Happening::Process(change) => format!("{change:?}"),
        Happening::Call(call) => call_text(call),
        Happening::Asked(request) => {
            let who = request.who.as_deref().unwrap_or("-");
            let body = String::from_utf8_lossy(&request.body);
            let body: String = body.chars().take(160).collect();
            format!(
                "asks #{} {} {who} {} {body}",
                request.call, request.operation, request.line
            )
        }
        Happening::Answered(answer) => {
            let marks = [(answer.refused, "refused "), (answer.faulted, "faulted ")];
            let marks: String = marks
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, mark)| *mark)
                .collect();
            let touched = answer.touched.join(",");
            format!(
                "is answered #{} {} {} {marks}{:?} {touched}",
                answer.call, answer.operation, answer.status, answer.delivery
            )
        }
        Happening::CallOver { call, how } => format!("ends #{call} {how:?}"),
        Happening::Market(asins) => format!("Amazon changes {}", asins.join(",")),
        Happening::Person(act) => format!("{act:?}"),
        Happening::Settings(rules) => format!("the settings change: {rules:?}"),
        Happening::Fault { name, text, begins } => {
            let verb = if *begins { "begins" } else { "ends" };
            format!("fault {name:?} {verb}: {text}")
        }
        Happening::Note(text) => text.clone(),
    }
}

fn call_text(call: &PortCall) -> String {
    let PortCall {
        port,
        name,
        subject,
        outcome,
        ..
    } = call;
    match outcome {
        CallOutcome::Done(answer) => format!("{port:?}.{name}{subject} = {answer}"),
        CallOutcome::Failed(error) => format!("{port:?}.{name}{subject} failed: {error}"),
        other => format!("{port:?}.{name}{subject} {other:?}"),
    }
}
