//! The rows of the database, read beside the product.

use crate::real_time::RealTime;
use serde_json::{Map, Number, Value};
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AnyConnection, AssertSqlSafe, Column as _, Connection as _, Row as _, ValueRef as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A connection of its own to the database.
pub struct WatchedRows {
    real: Arc<RealTime>,
    connection: Mutex<AnyConnection>,
}

impl WatchedRows {
    /// Connects to the database in the file at `path`.
    pub fn open(real: &Arc<RealTime>, path: &Path) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", path.display());
        let connection = real.run(AnyConnection::connect(&url))?;
        Ok(Self {
            real: Arc::clone(real),
            connection: Mutex::new(connection),
        })
    }

    /// The rows of one statement, each by the names of its columns; all that is committed now.
    ///
    /// # Panics
    ///
    /// For SQL that the database refuses.
    pub fn select(&self, sql: &str) -> Vec<Map<String, Value>> {
        let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rows = self.real.run(query.fetch_all(&mut *connection));
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(object).collect()
    }

    /// Executes statements that the watcher needs, before the first process starts.
    ///
    /// # Panics
    ///
    /// For SQL that the database refuses.
    pub fn install(&self, statements: &[impl AsRef<str>]) {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for sql in statements.iter().map(AsRef::as_ref) {
            let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
            let done = self.real.run(query.execute(&mut *connection));
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}

fn object(row: &AnyRow) -> Map<String, Value> {
    let columns = row.columns().iter();
    columns
        .map(|column| (column.name().to_owned(), value(row, column.ordinal())))
        .collect()
}

fn value(row: &AnyRow, place: usize) -> Value {
    let Ok(raw) = row.try_get_raw(place) else {
        return Value::Null;
    };
    match raw.type_info().kind() {
        AnyTypeInfoKind::Null | AnyTypeInfoKind::Blob => Value::Null,
        AnyTypeInfoKind::Text => {
            let text = row.try_get::<String, _>(place);
            text.map_or(Value::Null, Value::from)
        }
        AnyTypeInfoKind::Bool
        | AnyTypeInfoKind::SmallInt
        | AnyTypeInfoKind::Integer
        | AnyTypeInfoKind::BigInt => {
            let number = row.try_get::<i64, _>(place);
            number.map_or(Value::Null, Value::from)
        }
        _ => {
            let number = row.try_get::<f64, _>(place).ok();
            let number = number.and_then(Number::from_f64);
            number.map_or(Value::Null, Value::Number)
        }
    }
}
