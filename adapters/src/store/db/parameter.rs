//! How a value is passed to a statement: every column is a number or a text.

use super::columns::instant;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use uuid::Uuid;

/// A value as its column stores it.
pub(crate) enum Value {
    Number(Option<i64>),
    Text(Option<String>),
}

/// A type that a statement takes as a parameter.
pub(crate) trait Parameter {
    /// The value of `None`.
    const NULL: Value;

    /// The value as its column stores it.
    fn value(self) -> Value;
}

/// Implements [`Parameter`] for a type by a conversion to its column.
macro_rules! parameter {
    ($($type:ty as $column:ident: $value:ident => $convert:expr;)+) => {$(
        impl Parameter for $type {
            const NULL: Value = Value::$column(None);

            fn value(self) -> Value {
                let $value = self;
                Value::$column(Some($convert))
            }
        }
    )+};
}

parameter! {
    i64 as Number: number => number;
    u32 as Number: number => i64::from(number);
    u64 as Number: count => i64::try_from(count).unwrap_or(i64::MAX);
    usize as Number: count => i64::try_from(count).unwrap_or(i64::MAX);
    bool as Number: yes => i64::from(yes);
    String as Text: text => text;
    &str as Text: text => text.to_owned();
    DateTime<Utc> as Text: at => instant(at);
    Uuid as Text: id => id.to_string();
    RunId as Text: id => id.to_string();
    Asin as Text: asin => asin.to_string();
    &AccountId as Text: id => id.to_string();
    ListingId as Number: id => id.0;
}

impl<T: Parameter> Parameter for Option<T> {
    const NULL: Value = T::NULL;

    fn value(self) -> Value {
        self.map_or(T::NULL, T::value)
    }
}
