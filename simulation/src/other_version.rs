//! What programs of other versions leave behind: rows without the columns of later migrations, and messages
//! that this version does not know, or knows in part.

use crate::plan::OtherMessage;
use crate::simulation::Simulation;
use serde_json::{Map, Value};
use shared::ports::queue::Claimed;

const OLD_ROWS: &str = include_str!("sql/old_rows.sql");

/// So many of a hundred rows are as programs of earlier versions leave them.
pub fn make_rows_old(simulation: &Simulation, percent: u32) {
    let statements = OLD_ROWS.replace("{percent}", &percent.to_string());
    simulation.rows.install(&[&statements]);
}

/// The message as a program of another version wrote it.
pub fn of_other_version(claimed: Claimed, other: OtherMessage) -> Claimed {
    let fields = serde_json::from_slice::<Map<String, Value>>(&claimed.payload);
    let Ok(mut fields) = fields else {
        return claimed;
    };
    match other {
        OtherMessage::MoreFields => {
            fields.insert("since".to_owned(), Value::from("2027-01-01"));
        }
        OtherMessage::UnknownTag => {
            fields.insert("job".to_owned(), Value::from("of_a_later_version/2"));
        }
    }
    Claimed {
        payload: serde_json::to_vec(&fields).unwrap_or(claimed.payload),
        ..claimed
    }
}
