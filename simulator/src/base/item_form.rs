//! Reads the form of `items/edit`, including fields such as `variation[0]`.

use crate::http::{find, parse_form};

/// The fields of a form.
#[derive(Debug)]
pub struct ItemForm(Vec<(String, String)>);

/// A field has a value that BASE refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidValue;

impl ItemForm {
    /// Reads a form. JSON is not documented, and gives an empty form.
    pub fn parse(body: &[u8]) -> Self {
        Self(parse_form(body))
    }

    /// The field as it was sent.
    pub fn text(&self, name: &str) -> Option<&str> {
        find(&self.0, name)
    }

    /// A whole number. White space around it is ignored.
    pub fn number(&self, name: &str) -> Result<Option<i64>, InvalidValue> {
        match self.text(name).map(str::trim) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| InvalidValue),
        }
    }

    /// A whole number that is at least `low`.
    pub fn number_from(&self, name: &str, low: i64) -> Result<Option<i64>, InvalidValue> {
        match self.number(name)? {
            Some(number) if number < low => Err(InvalidValue),
            number => Ok(number),
        }
    }

    /// `1` for true, `0` for false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, InvalidValue> {
        match self.number(name)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(InvalidValue),
        }
    }

    /// A text. BASE refuses characters of four bytes in UTF-8, such as emoji.
    pub fn plain(&self, name: &str) -> Result<Option<&str>, InvalidValue> {
        match self.text(name) {
            Some(text) if text.chars().any(|character| character.len_utf8() > 3) => {
                Err(InvalidValue)
            }
            text => Ok(text),
        }
    }

    /// The item id; 0 if it is not a number.
    pub fn item_id(&self) -> Option<u64> {
        let text = self.text("item_id").filter(|text| !text.is_empty())?;
        Some(text.trim().parse().unwrap_or(0))
    }

    /// The number of variations: the highest `n` in `variation…[n]`, plus one.
    pub fn variations(&self) -> usize {
        let numbers = self.0.iter().filter_map(|(name, _)| {
            let (stem, rest) = name.split_once('[')?;
            let known = stem.starts_with("variation");
            let number: usize = rest.strip_suffix(']')?.parse().ok()?;
            (known && number < 100).then_some(number + 1)
        });
        numbers.max().unwrap_or(0)
    }

    /// The field `name[number]`.
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
