//! JSON as vendors write it: numbers in quotes, whole amounts with a decimal point.
//!
//! Lenient about spelling, strict about types: a list in place of an object is an error here, although
//! serde would read it as the object's fields in order.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A `T` that was written as a JSON object.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A string, borrowed from the answer unless it contains escapes.
#[derive(Debug)]
pub(crate) struct LenientText<'a>(pub(crate) Cow<'a, str>);

impl Deref for LenientText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for LenientText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = LenientText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<LenientText<'de>, E> {
        Ok(LenientText(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<LenientText<'de>, E> {
        Ok(LenientText(Cow::Owned(value.to_owned())))
    }
}

/// A number: `1358`, `1358.0`, `"1358"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    /// Whole units; a fraction is rounded away from zero, so that no cost becomes 0.
    pub(crate) units: i64,
    /// Whether there was no fraction.
    pub(crate) exact: bool,
}

impl Number {
    /// The number, if it has no fraction.
    pub(crate) fn whole(self) -> Option<i64> {
        self.exact.then_some(self.units)
    }

    fn exactly(units: i64) -> Self {
        Self { units, exact: true }
    }

    /// `None` beyond 9 * 10^15, where a float no longer holds every whole number.
    fn from_float(value: f64) -> Option<Self> {
        if !(-9.0e15..=9.0e15).contains(&value) {
            return None;
        }
        let exact = value.fract() == 0.0;
        let rounded = if value < 0.0 {
            value.floor()
        } else {
            value.ceil()
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within 9 * 10^15, checked above"
        )]
        let units = rounded as i64;
        Some(Self { units, exact })
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let written = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
        if !text.chars().all(written) {
            return None;
        }
        match text.parse() {
            Ok(units) => Some(Self::exactly(units)),
            Err(_) => text.parse().ok().and_then(Self::from_float),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number::exactly(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        i64::try_from(value)
            .map(Number::exactly)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
        Number::from_float(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Number, E> {
        Number::parse(value).ok_or_else(|| E::invalid_value(Unexpected::Other("text"), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(json: &str) -> Option<(i64, bool)> {
        let number: Number = serde_json::from_str(json).ok()?;
        Some((number.units, number.exact))
    }

    #[test]
    fn a_whole_number_is_read_in_every_spelling() {
        for json in ["1358", "1358.0", "\"1358\"", "\"1358.00\"", "1.358e3"] {
            assert_eq!(number(json), Some((1358, true)), "{json}");
        }
    }

    #[test]
    fn a_fraction_is_rounded_away_from_zero_and_marked() {
        assert_eq!(number("0.01"), Some((1, false)));
        assert_eq!(number("-0.01"), Some((-1, false)));
        assert_eq!(number("\"10.99\""), Some((11, false)));
    }

    #[test]
    fn a_value_that_is_no_number_is_an_error() {
        for json in [
            "\"\"",
            "\"NaN\"",
            "\"inf\"",
            "true",
            "[]",
            "{}",
            "1e300",
            "\"1,358\"",
        ] {
            assert_eq!(number(json), None, "{json}");
        }
    }

    #[test]
    fn a_list_is_not_an_object() {
        #[derive(Debug, Deserialize)]
        struct Pair {
            #[expect(dead_code, reason = "only its type matters here")]
            left: Option<u8>,
        }

        assert!(serde_json::from_str::<Object<Pair>>("[1]").is_err());
        assert!(serde_json::from_str::<Object<Pair>>("{\"left\":1}").is_ok());
    }
}
