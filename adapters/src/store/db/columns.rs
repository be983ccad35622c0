//! Reads and writes column values: instants, words, numbers, and rows as JSON.

use super::failure::{damaged, failed};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ShopState;
use shared::domain::money::Yen;
use shared::ports::store::StoreError;
use sqlx::Row;
use sqlx::any::AnyRow;

/// An instant as stored: UTC with exactly three digits of milliseconds, so that the texts sort by
/// time.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a stored instant.
pub(crate) fn read_instant(text: &str, column: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| damaged(column, text))
}

/// Rows as the text parameter of a statement.
pub(crate) fn json(rows: &impl Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(rows);
    text.map(without_nul)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

/// Replaces NUL, which `PostgreSQL` cannot store in a text, by the replacement character.
/// Otherwise every retry of an answer that contains one would be refused.
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
        // Every other escape is skipped as two characters: an escaped backslash begins none.
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

/// A row whose columns are read by name. A value of the wrong form is [`StoreError::Damaged`].
pub(crate) struct StoredRow(AnyRow);

impl From<AnyRow> for StoredRow {
    fn from(row: AnyRow) -> Self {
        Self(row)
    }
}

impl StoredRow {
    pub(crate) fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.0.try_get(column).map_err(failed)
    }

    pub(crate) fn maybe_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        self.0.try_get(column).map_err(failed)
    }

    pub(crate) fn number(&self, column: &str) -> Result<i64, StoreError> {
        self.0.try_get(column).map_err(failed)
    }

    pub(crate) fn maybe_number(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.0.try_get(column).map_err(failed)
    }

    pub(crate) fn yes(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    pub(crate) fn count(&self, column: &str) -> Result<u64, StoreError> {
        narrow(self.number(column)?, column)
    }

    pub(crate) fn small(&self, column: &str) -> Result<u32, StoreError> {
        narrow(self.number(column)?, column)
    }

    pub(crate) fn maybe_small(&self, column: &str) -> Result<Option<u32>, StoreError> {
        let number = self.maybe_number(column)?;
        number.map(|number| narrow(number, column)).transpose()
    }

    pub(crate) fn at(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        read_instant(self.text(column)?, column)
    }

    pub(crate) fn maybe_at(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| read_instant(text, column)).transpose()
    }

    pub(crate) fn maybe_string(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.maybe_text(column)?.map(ToOwned::to_owned))
    }

    pub(crate) fn account(&self) -> Result<AccountId, StoreError> {
        self.word("account_id", |id| AccountId::parse(id).ok())
    }

    pub(crate) fn maybe_account(&self) -> Result<Option<AccountId>, StoreError> {
        self.maybe_word("account_id", |id| AccountId::parse(id).ok())
    }

    pub(crate) fn word<T>(
        &self,
        column: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        read(text).ok_or_else(|| damaged(column, text))
    }

    pub(crate) fn maybe_word<T>(
        &self,
        column: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| read(text).ok_or_else(|| damaged(column, text)))
            .transpose()
    }

    pub(crate) fn asin(&self) -> Result<Asin, StoreError> {
        self.word("asin", |text| Asin::parse(text).ok())
    }

    /// The state in the columns `<prefix>price_yen`, `<prefix>visible`, `<prefix>stock`.
    pub(crate) fn state(&self, prefix: &str) -> Result<ShopState, StoreError> {
        Ok(ShopState {
            price: Yen(self.small(&format!("{prefix}price_yen"))?),
            visible: self.yes(&format!("{prefix}visible"))?,
            stock: self.maybe_small(&format!("{prefix}stock"))?,
        })
    }
}

fn narrow<T: TryFrom<i64>>(number: i64, column: &str) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| damaged(column, &number.to_string()))
}
