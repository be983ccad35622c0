//! Which branches a history has reached: how messages were settled, what was done about the failures of jobs, the
//! verdicts about offers, and the words that rows had. What no seed reaches is not tested by the simulation.

use crate::event::{Event, Happening, Port};
use crate::heard_remedies::{self, variant};
use crate::row_words::{self, variants};
use crate::rows::WatchedRows;
use shared::ports::queue::Settlement;
use std::collections::BTreeSet;

const SETTLEMENTS: &[&str] = variants!(Settlement { Done Defer Retry Dead });

/// The names of the branches that were reached.
#[derive(Debug, Clone, Default)]
pub struct Reached(BTreeSet<String>);

impl Reached {
    /// Looks at an event.
    pub fn see(&mut self, event: &Event) {
        let Happening::Call(call) = &event.what else {
            return;
        };
        if call.port == Port::Queue && call.name == "settle" {
            let settlement = call.subject.split_whitespace().nth(1).unwrap_or_default();
            self.0.insert(format!("Settlement {}", variant(settlement)));
        }
    }

    /// Looks at what was noted of the rows.
    pub fn look(&mut self, rows: &WatchedRows) {
        self.0.extend(row_words::noted(rows));
    }

    /// All names, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// The names that can be reached.
    pub fn all() -> Vec<String> {
        let settlements = SETTLEMENTS.iter().map(|name| format!("Settlement {name}"));
        let all = settlements.chain(heard_remedies::all());
        all.chain(row_words::all()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CallOutcome, PortCall};
    use chrono::DateTime;

    #[test]
    fn a_settlement_is_counted_by_its_own_name_and_not_by_a_word_in_its_text() {
        let mut reached = Reached::default();
        let settlement = Settlement::Dead("Done with it: Retry later".to_owned());
        let call = PortCall {
            port: Port::Queue,
            name: "settle",
            subject: format!(" sync:1:2 {settlement:?}"),
            began: DateTime::UNIX_EPOCH,
            outcome: CallOutcome::Done("true".to_owned()),
        };

        reached.see(&Event {
            at: DateTime::UNIX_EPOCH,
            process: None,
            what: Happening::Call(call),
        });

        assert_eq!(reached.names(), ["Settlement Dead"]);
        assert!(Reached::all().contains(&reached.names()[0]));
    }
}
