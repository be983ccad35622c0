//! The ledger: every request received, counted by operation, and the latest requests in full.
//!
//! Its times are real time, since tests check a client's pace by them.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::http::LedgerNote;
use crate::operation::Operation;

/// Only so many requests are kept in full.
const MAX_LINES: usize = 200_000;

/// The requests of one operation, counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// All requests.
    pub requests: u64,
    /// Responses with a status of 2xx.
    pub accepted: u64,
    /// Requests refused because a rate limit was reached, without a fault.
    pub refused: u64,
    /// All other responses: faults, wrong requests, expired tokens.
    pub failed: u64,
    /// Requests that a fault applied to, whatever the response.
    pub faulted: u64,
    /// Responses by HTTP status.
    pub by_status: BTreeMap<u16, u64>,
    /// Time of the first request: RFC 3339 with microseconds, real time.
    pub first: Option<String>,
    /// Time of the last request.
    pub last: Option<String>,
    /// ASINs and items that accepted requests were about.
    pub items: u64,
}

/// One request in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// RFC 3339 with microseconds, real time.
    pub at: String,
    /// The same in simulator time.
    pub simulated_at: String,
    /// Name of the operation.
    pub operation: String,
    /// HTTP status of the response.
    pub status: u16,
    /// Refused because a rate limit was reached.
    pub refused: bool,
    /// A fault applied to it.
    pub faulted: bool,
    /// BASE account, LWA client or Chatwork room.
    pub who: Option<String>,
    /// ASINs or item ids that the request was about.
    pub touched: Vec<String>,
}

/// The ledger as the controls return it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerReport {
    /// Counts by name of the operation.
    pub operations: BTreeMap<String, Tally>,
    /// Counts of all operations together.
    pub total: Tally,
    /// The latest requests, oldest first; `None` unless details were requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Vec<LedgerLine>>,
}

/// The time at which a request was received.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    pub real: DateTime<Utc>,
    pub simulated: DateTime<Utc>,
}

/// Every request since the start or the last reset.
#[derive(Debug, Default)]
pub struct Ledger {
    tallies: BTreeMap<Operation, Tally>,
    total: Tally,
    lines: VecDeque<LedgerLine>,
}

impl Ledger {
    /// Records one request and its response.
    pub fn record(
        &mut self,
        operation: Operation,
        arrival: Arrival,
        status: u16,
        note: LedgerNote,
    ) {
        let at = micros(arrival.real);
        let tally = self.tallies.entry(operation).or_default();
        tally.count(&at, status, &note);
        self.total.count(&at, status, &note);
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(LedgerLine {
            at,
            simulated_at: micros(arrival.simulated),
            operation: operation.name().to_owned(),
            status,
            refused: note.refused,
            faulted: note.faulted,
            who: note.caller,
            touched: note.touched,
        });
    }

    pub fn report(&self) -> LedgerReport {
        let tallies = self.tallies.iter();
        let named = tallies.map(|(operation, tally)| (operation.name().to_owned(), tally.clone()));
        LedgerReport {
            operations: named.collect(),
            total: self.total.clone(),
            detail: None,
        }
    }

    /// The report with the last 200,000 requests in full.
    pub fn detailed_report(&self) -> LedgerReport {
        LedgerReport {
            detail: Some(self.lines.iter().cloned().collect()),
            ..self.report()
        }
    }
}

impl Tally {
    fn count(&mut self, at: &str, status: u16, note: &LedgerNote) {
        self.requests += 1;
        if note.refused {
            self.refused += 1;
        } else if (200..300).contains(&status) {
            self.accepted += 1;
            self.items += note.touched.len() as u64;
        } else {
            self.failed += 1;
        }
        self.faulted += u64::from(note.faulted);
        *self.by_status.entry(status).or_default() += 1;
        self.first.get_or_insert_with(|| at.to_owned());
        self.last = Some(at.to_owned());
    }
}

fn micros(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
