//! Values in and out of columns: instants, words, numbers, and rows as JSON.

use super::failure::{damaged, failed};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use shared::domain::asin::Asin;
use shared::domain::listing::ShopState;
use shared::domain::money::Yen;
use shared::ports::store::StoreError;
use sqlx::Row;
use sqlx::any::AnyRow;

/// An instant as it is stored: UTC with exactly milliseconds, so that texts sort as times.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a stored instant.
pub(crate) fn read_instant(text: &str, column: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| damaged(column, text))
}

/// The one text parameter of a statement that takes rows.
pub(crate) fn json(rows: &impl Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(rows);
    text.map(without_nul)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

/// A character that `PostgreSQL` keeps in no text becomes the one that stands for what cannot be
/// shown: an answer that carries it must not be refused for it, time and again.
fn without_nul(json: String) -> String {
    const NUL: &str = "\\u0000";
    if !json.contains(NUL) {
        return json;
    }
    let mut kept = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        kept.push_str(before);
        // An escape is two characters long, or begins as the one that is looked for.
        let length = if escape.starts_with(NUL) {
            NUL.len()
        } else {
            2
        };
        let (escape, after) = escape.split_at(length);
        kept.push_str(if escape == NUL { "\u{fffd}" } else { escape });
        rest = after;
    }
    kept + rest
}

/// Reads columns by name; a value that does not fit is a damaged row.
pub(crate) trait Columns {
    fn text(&self, column: &str) -> Result<&str, StoreError>;
    fn maybe_text(&self, column: &str) -> Result<Option<&str>, StoreError>;
    fn number(&self, column: &str) -> Result<i64, StoreError>;
    fn maybe_number(&self, column: &str) -> Result<Option<i64>, StoreError>;

    fn yes(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    fn count(&self, column: &str) -> Result<u64, StoreError> {
        narrow(self.number(column)?, column)
    }

    fn small(&self, column: &str) -> Result<u32, StoreError> {
        narrow(self.number(column)?, column)
    }

    fn maybe_small(&self, column: &str) -> Result<Option<u32>, StoreError> {
        let number = self.maybe_number(column)?;
        number.map(|number| narrow(number, column)).transpose()
    }

    fn at(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        read_instant(self.text(column)?, column)
    }

    fn maybe_at(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| read_instant(text, column)).transpose()
    }

    fn word<T>(&self, column: &str, read: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.text(column)?;
        read(text).ok_or_else(|| damaged(column, text))
    }

    fn maybe_word<T>(
        &self,
        column: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| read(text).ok_or_else(|| damaged(column, text)))
            .transpose()
    }

    fn asin(&self) -> Result<Asin, StoreError> {
        self.word("asin", |text| Asin::parse(text).ok())
    }

    /// The state in the columns `<prefix>price_yen`, `<prefix>visible`, `<prefix>stock`.
    fn state(&self, prefix: &str) -> Result<ShopState, StoreError> {
        Ok(ShopState {
            price: Yen(self.small(&format!("{prefix}price_yen"))?),
            visible: self.yes(&format!("{prefix}visible"))?,
            stock: self.maybe_small(&format!("{prefix}stock"))?,
        })
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.try_get(column).map_err(failed)
    }

    fn maybe_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(failed)
    }

    fn number(&self, column: &str) -> Result<i64, StoreError> {
        self.try_get(column).map_err(failed)
    }

    fn maybe_number(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(failed)
    }
}

fn narrow<T: TryFrom<i64>>(number: i64, column: &str) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| damaged(column, &number.to_string()))
}
