//! The form fields of the item calls, `name[n]` among them.

use crate::http::{find, parse_form};

/// A form of an item call, and whether a value was refused on the way.
#[derive(Debug)]
pub struct ItemForm(Vec<(String, String)>);

/// A value that BASE refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidValue;

impl ItemForm {
    /// Reads a form. JSON is not documented and reads as an empty form.
    pub fn parse(body: &[u8]) -> Self {
        Self(parse_form(body))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        find(&self.0, name)
    }

    /// A whole number; blanks around it are forgiven.
    pub fn number(&self, name: &str) -> Result<Option<i64>, InvalidValue> {
        match self.text(name).map(str::trim) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| InvalidValue),
        }
    }

    /// A number from `low` up.
    pub fn number_from(&self, name: &str, low: i64) -> Result<Option<i64>, InvalidValue> {
        match self.number(name)? {
            Some(number) if number < low => Err(InvalidValue),
            number => Ok(number),
        }
    }

    /// `1` or `0`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, InvalidValue> {
        match self.number(name)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(InvalidValue),
        }
    }

    /// Text without characters of four bytes, which BASE refuses (emoji above all).
    pub fn plain(&self, name: &str) -> Result<Option<&str>, InvalidValue> {
        match self.text(name) {
            Some(text) if text.chars().any(|character| character.len_utf8() > 3) => {
                Err(InvalidValue)
            }
            text => Ok(text),
        }
    }

    /// The item that the call is about; 0 for one that is no number.
    pub fn item_id(&self) -> Option<u64> {
        let text = self.text("item_id").filter(|text| !text.is_empty())?;
        Some(text.trim().parse().unwrap_or(0))
    }

    /// How many variations the parallel arrays name: the highest `n` of `name[n]` and one more.
    pub fn variations(&self) -> usize {
        let numbers = self.0.iter().filter_map(|(name, _)| {
            let (stem, rest) = name.split_once('[')?;
            let known = stem.starts_with("variation");
            let number: usize = rest.strip_suffix(']')?.parse().ok()?;
            (known && number < 100).then_some(number + 1)
        });
        numbers.max().unwrap_or(0)
    }

    pub fn at(&self, name: &str, number: usize) -> Option<&str> {
        self.text(&format!("{name}[{number}]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_arrays_are_read_by_their_number() {
        let form = ItemForm::parse(b"item_id=5&variation%5B0%5D=red&variation_stock[1]=3");

        assert_eq!(form.item_id(), Some(5));
        assert_eq!(form.variations(), 2);
        assert_eq!(form.at("variation", 0), Some("red"));
        assert_eq!(form.at("variation_stock", 1), Some("3"));
    }

    #[test]
    fn emoji_and_words_in_place_of_numbers_are_refused() {
        let form = ItemForm::parse("title=良い🍣&price=abc&visible=2".as_bytes());

        assert_eq!(form.plain("title"), Err(InvalidValue));
        assert_eq!(form.number("price"), Err(InvalidValue));
        assert_eq!(form.flag("visible"), Err(InvalidValue));
        assert_eq!(form.number("stock"), Ok(None));
    }
}
