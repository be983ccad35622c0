//! The ledger: every request that came in, counted by operation, and the last ones in full.
//!
//! Its times are real, since quotas are judged by it from outside.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::http::LedgerNote;
use crate::operation::Operation;

/// How many requests are kept in full.
const KEPT: usize = 200_000;

/// What was asked of one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub requests: u64,
    /// Answered with a 2xx.
    pub accepted: u64,
    /// Refused for want of quota, without a fault.
    pub refused: u64,
    /// Answered otherwise: faults, wrong requests, ended tokens.
    pub failed: u64,
    /// Touched by a fault, whatever the answer.
    pub faulted: u64,
    pub by_status: BTreeMap<u16, u64>,
    /// RFC 3339 with microseconds, real time.
    pub first: Option<String>,
    pub last: Option<String>,
    /// ASINs asked about or items edited, in accepted requests.
    pub items: u64,
}

/// One request in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerLine {
    pub at: String,
    pub simulated_at: String,
    pub operation: String,
    pub status: u16,
    pub refused: bool,
    pub faulted: bool,
    /// BASE account, LWA client or Chatwork room.
    pub who: Option<String>,
    /// ASINs or item ids.
    pub touched: Vec<String>,
}

/// The ledger as the control gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerReport {
    pub operations: BTreeMap<String, Tally>,
    pub total: Tally,
    /// The last requests, oldest first; only if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Vec<LedgerLine>>,
}

/// When a request came in.
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
    /// Writes one answered request down.
    pub fn record(
        &mut self,
        operation: Operation,
        arrival: Arrival,
        status: u16,
        note: LedgerNote,
    ) {
        let at = micros(arrival.real);
        self.tallies
            .entry(operation)
            .or_default()
            .count(&at, status, &note);
        self.total.count(&at, status, &note);
        if self.lines.len() >= KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(LedgerLine {
            at,
            simulated_at: micros(arrival.simulated),
            operation: operation.name().to_owned(),
            status,
            refused: note.refused,
            faulted: note.faulted,
            who: note.who,
            touched: note.touched,
        });
    }

    pub fn report(&self) -> LedgerReport {
        let operations = self
            .tallies
            .iter()
            .map(|(operation, tally)| (operation.name().to_owned(), tally.clone()))
            .collect();
        LedgerReport {
            operations,
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
        if self.first.is_none() {
            self.first = Some(at.to_owned());
        }
        self.last = Some(at.to_owned());
    }
}

fn micros(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
