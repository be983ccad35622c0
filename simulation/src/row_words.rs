//! The words that the rows can have in their columns, and triggers that note each one that is written: also what
//! stands in a row between two looks only.

use crate::rows::WatchedRows;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::ListingStatus;
use shared::domain::observation::Verdict;
use shared::domain::offer::Rejection;
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::StockChange;
use shared::domain::report::HoldDecision;
use shared::domain::run::{RunKind, RunState};

/// The names of all variants. A new variant does not compile until it is named here.
macro_rules! variants {
    ($type:ident { $($variant:ident)+ }) => {{
        let _named = |one: &$type| match one { $($type::$variant { .. } => ()),+ };
        &[$(stringify!($variant)),+]
    }};
}
pub(crate) use variants;

/// A column, and the words that it can have.
pub struct WordColumn {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// The words: those of a type of the product, or what its statements write (`tests/words.rs`).
    pub words: &'static [&'static str],
}

const fn column(
    table: &'static str,
    column: &'static str,
    words: &'static [&'static str],
) -> WordColumn {
    WordColumn {
        table,
        column,
        words,
    }
}

/// The columns.
pub const COLUMNS: [WordColumn; 18] = [
    column("runs", "kind", RunKind::WORDS),
    column("runs", "state", RunState::WORDS),
    column("batches", "state", &["open", "done", "given_up"]),
    column("shop_reads", "state", &["open", "done", "held", "given_up"]),
    column("shop_reads", "phase", &["pages", "missing"]),
    column(
        "misses",
        "state",
        &["open", "fetched", "failed", "left_out"],
    ),
    column("misses", "reason", MissReason::WORDS),
    column("outcomes", "outcome", Outcome::WORDS),
    column("outcomes", "stock_change", StockChange::WORDS),
    column("products", "stock", &["in", "no_offer", "filtered_out"]),
    column("updates", "state", UPDATES),
    column("updates", "urgency", Urgency::WORDS),
    column("updates", "hold_reason", HoldReason::WORDS),
    column("listings", "status", ListingStatus::WORDS),
    column("findings", "kind", FINDINGS),
    column("notices", "state", NOTICES),
    column("guards", "decision", HoldDecision::WORDS),
    column("desired_states", "hold_reason", HoldReason::WORDS),
];
const UPDATES: &[&str] = &[
    "queued",
    "held",
    "applied",
    "equal",
    "parked",
    "failed",
    "delisted",
    "cancelled",
];
const FINDINGS: &[&str] = &["drifted", "sold_out", "unknown", "impossible", "gone"];
const NOTICES: &[&str] = &[
    "due", "sending", "sent", "perhaps", "refused", "expired", "quiet",
];

/// What is noted of the offers of an observation: the name, the words, and where they stand.
const OFFERS: [(&str, &[&str], &str); 2] = [
    (
        "Verdict",
        variants!(Verdict { Won Outscored Rejected }),
        "SELECT v.key AS word FROM {offers}",
    ),
    (
        "Rejection",
        variants!(Rejection {
            NotNew NoHandlingTime NoShippingDate ShipsTooLate ShippingNotFree ShippingUnknown OtherCountry NoPrice
            PriceOutOfRange OtherCurrency
        }),
        "SELECT v.value AS word FROM {offers} WHERE v.key = 'rejected'",
    ),
];
const VERDICTS: &str = "json_each(new.offers) AS o, json_each(o.value, '$.verdict') AS v";

/// The statements that begin to note words.
pub fn statements() -> Vec<String> {
    let table = "CREATE TABLE reached_words (place TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (place, word))";
    let present = COLUMNS.iter().map(|WordColumn { table, column, .. }| {
        format!(
            "INSERT INTO reached_words (place, word)
            SELECT DISTINCT '{table}.{column}', {column} FROM {table} WHERE {column} IS NOT NULL"
        )
    });
    let columns = COLUMNS.iter().flat_map(|one| {
        let place = format!("{}.{}", one.table, one.column);
        let select = format!("SELECT new.{} AS word", one.column);
        triggers(&place, one.table, one.column, &select)
    });
    let offers = OFFERS.iter().flat_map(|(place, _, select)| {
        let select = select.replace("{offers}", VERDICTS);
        triggers(place, "observations", "offers", &select)
    });
    [table.to_owned()]
        .into_iter()
        .chain(present)
        .chain(columns)
        .chain(offers)
        .collect()
}

/// Not `INSERT OR IGNORE`: the conflict clause of the statement that fires a trigger would replace it.
fn triggers(place: &str, table: &str, column: &str, select: &str) -> [String; 2] {
    let id = place.replace('.', "_");
    let note = format!(
        "INSERT INTO reached_words (place, word)
        SELECT DISTINCT '{place}', w.word FROM ({select}) AS w
        WHERE w.word IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM reached_words AS k WHERE k.place = '{place}' AND k.word = w.word)"
    );
    [
        format!("CREATE TRIGGER reached_{id}_new AFTER INSERT ON {table} BEGIN {note}; END"),
        format!(
            "CREATE TRIGGER reached_{id} AFTER UPDATE OF {column} ON {table} BEGIN {note}; END"
        ),
    ]
}

/// Everything that was noted so far, each with its place.
pub fn noted(rows: &WatchedRows) -> Vec<String> {
    let noted = rows.select("SELECT place || ' ' || word AS name FROM reached_words");
    let name = |row: &serde_json::Map<String, serde_json::Value>| {
        row.get("name")?.as_str().map(as_variant)
    };
    noted.iter().filter_map(name).collect()
}

/// All that can be noted. That a run is `incomplete` is told by reports only.
pub fn all() -> Vec<String> {
    let columns = COLUMNS.iter().flat_map(|one| {
        let words = one
            .words
            .iter()
            .filter(|word| **word != RunState::Incomplete.as_str());
        words.map(|word| format!("{}.{} {word}", one.table, one.column))
    });
    let offers = OFFERS
        .iter()
        .flat_map(|(place, names, _)| names.iter().map(move |name| format!("{place} {name}")));
    columns.chain(offers).collect()
}

/// A verdict by the name of its variant: the rows have it in `snake_case`.
fn as_variant(name: &str) -> String {
    match name.split_once(' ') {
        Some((place, word)) if !place.contains('.') => {
            let parts = word.split('_').map(|part| {
                let (first, rest) = part.split_at(part.len().min(1));
                first.to_uppercase() + rest
            });
            format!("{place} {}", parts.collect::<String>())
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_has_the_name_of_its_variant() {
        assert_eq!(
            as_variant("Rejection ships_too_late"),
            "Rejection ShipsTooLate"
        );
        assert_eq!(as_variant("updates.state held"), "updates.state held");
        assert!(all().contains(&"Rejection ShipsTooLate".to_owned()));
    }
}
