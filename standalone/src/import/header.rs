//! The header of a CSV file: the positions of its columns.

use super::fields::OpenQuote;
use super::quoted::quoted;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The columns; all are required, in any order.
pub const COLUMNS: [&str; 6] = [
    "account_id",
    "asin",
    "item_id",
    "sku",
    "selling_price",
    "visibility",
];

/// The position of each of [`COLUMNS`].
pub struct Header {
    places: [usize; 6],
}

impl Header {
    /// Reads the header.
    pub fn read(line: u64, fields: Result<Vec<&str>, OpenQuote>) -> Result<Self, CommandError> {
        let fields = fields.unwrap_or_default();
        let mut errors = Vec::new();
        for (place, name) in fields.iter().enumerate() {
            if !COLUMNS.contains(name) {
                errors.push(unknown(line, name));
            } else if fields[..place].contains(name) {
                errors.push(text!(
                    "{line}行目: 列 {name} が2つあります",
                    "line {line}: column {name} appears twice"
                ));
            }
        }
        let places = COLUMNS.map(|name| fields.iter().position(|field| *field == name));
        for (name, _) in COLUMNS.iter().zip(places).filter(|(_, at)| at.is_none()) {
            errors.push(text!(
                "{line}行目: 列 {name} がありません",
                "line {line}: column {name} is missing"
            ));
        }
        if errors.is_empty() {
            let places = places.map(Option::unwrap_or_default);
            return Ok(Self { places });
        }
        let columns = COLUMNS.join(",");
        errors.push(text!(
            "何も取り込んでいません。1行目を {columns} にしてください(順番は自由)",
            "nothing was imported; the first line must be {columns}, in any order"
        ));
        Err(CommandError::Usage(Text::lines(&errors)))
    }

    /// The fields of a row in the order of [`COLUMNS`].
    pub fn pick<'a>(&self, fields: &[&'a str]) -> Result<[&'a str; 6], Text> {
        let (found, needed) = (fields.len(), COLUMNS.len());
        if found != needed {
            return Err(text!(
                "列が{found}個あります({needed}個のはずです)。コンマを含む値は \"…\" で囲んでください",
                "fields: {found} instead of {needed}; put values with a comma in quotes (\"…\")"
            ));
        }
        Ok(self.places.map(|place| fields[place]))
    }
}

fn unknown(line: u64, name: &str) -> Text {
    let shown = quoted(name);
    text!(
        "{line}行目: {shown} という列はありません",
        "line {line}: there is no column {shown}"
    )
}
