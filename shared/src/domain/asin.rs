//! Amazon's product id, and the batch of them that one request carries.

use super::text_id::text_id;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// Amazon's product id: ten characters of `[A-Z0-9]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Asin([u8; 10]);

/// A text that is not an ASIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an ASIN: ten letters or digits are needed, such as B00EXAMPLE")]
pub struct InvalidAsin {
    /// The text as it was given, cut at 40 characters.
    pub text: String,
}

impl Asin {
    /// Reads an ASIN. Spaces around it are dropped and lower case becomes upper case: both come
    /// from spreadsheets, and neither can turn it into another product.
    ///
    /// # Errors
    ///
    /// [`InvalidAsin`] for anything but ten ASCII letters or digits.
    pub fn parse(text: &str) -> Result<Self, InvalidAsin> {
        let trimmed = text.trim();
        match <[u8; 10]>::try_from(trimmed.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_alphanumeric) => {
                Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
            }
            _ => Err(InvalidAsin {
                text: text.chars().take(40).collect(),
            }),
        }
    }

    /// Finds the ASIN in a shop's own code (SKU), as a token between characters that are neither
    /// letters nor digits: first a token of `B0` and eight capital letters or digits, else a valid
    /// ISBN-10.
    ///
    /// The match is strict, since a wrong ASIN would sell one product at the price of another: no
    /// small letters, and only ISBNs of Japanese and English books, which begin with 4, 0 or 1.
    pub fn in_sku(sku: &str) -> Option<Self> {
        let tokens = || sku.split(|character: char| !character.is_ascii_alphanumeric());
        let found = tokens()
            .find(|token| is_b0(token))
            .or_else(|| tokens().find(|token| is_isbn(token)))?;
        Self::parse(found).ok()
    }

    /// The ten characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_id!(Asin, InvalidAsin);

fn is_b0(token: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    token.len() == 10 && token.starts_with("B0") && token.bytes().all(capital)
}

/// Whether the token is an ISBN-10: the last digit (`X` for ten) makes the weighted sum a multiple
/// of 11.
fn is_isbn(token: &str) -> bool {
    if token.len() != 10 || !token.starts_with(['4', '0', '1']) {
        return false;
    }
    let mut sum = 0;
    for (weight, byte) in (1..=10).rev().zip(token.bytes()) {
        sum += weight
            * match byte {
                b'0'..=b'9' => u32::from(byte - b'0'),
                b'X' if weight == 1 => 10,
                _ => return false,
            };
    }
    sum % 11 == 0
}

/// One to twenty distinct ASINs: the unit of one job and of one marketplace request.
///
/// Twenty is what one `getItemOffersBatch` request accepts (source: Selling Partner API model
/// `productPricingV0`, `ItemOffersRequestList`, `maxItems`); a repeated ASIN makes Amazon refuse
/// the whole request (selling-partner-api-models issue 2977).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsinBatch(Vec<Asin>);

impl AsinBatch {
    /// The most that one request accepts.
    pub const MAX_LEN: usize = 20;

    /// Reads a stored batch: ASINs separated by one space. `None` if the text is not a batch.
    pub fn parse(text: &str) -> Option<Self> {
        let asins: Result<Vec<Asin>, InvalidAsin> =
            text.split_ascii_whitespace().map(Asin::parse).collect();
        let mut batches = split(asins.ok()?);
        batches.pop().filter(|_| batches.is_empty())
    }

    /// The ASINs in order.
    pub fn asins(&self) -> &[Asin] {
        &self.0
    }

    /// The number of ASINs, 1 to 20.
    #[expect(clippy::len_without_is_empty, reason = "a batch is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for AsinBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, asin) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(asin.as_str())?;
        }
        Ok(())
    }
}

/// Cuts `asins` into batches of [`AsinBatch::MAX_LEN`]; only the last may be shorter.
///
/// Shape: `n` distinct ASINs become `ceil(n / 20)` batches, none for `n = 0`. Order is kept;
/// a repeated ASIN counts once.
pub fn split(asins: impl IntoIterator<Item = Asin>) -> Vec<AsinBatch> {
    let asins = asins.into_iter();
    let mut seen = HashSet::with_capacity(asins.size_hint().0);
    let distinct: Vec<Asin> = asins.filter(|asin| seen.insert(*asin)).collect();
    distinct
        .chunks(AsinBatch::MAX_LEN)
        .map(|chunk| AsinBatch(chunk.to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(numbers: &[u32]) -> Vec<Asin> {
        let named = numbers.iter().map(|number| format!("B{number:09}"));
        named.map(|text| Asin::parse(&text).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn an_asin_reads_back_as_it_is_written(text in "[A-Z0-9]{10}") {
            let asin = Asin::parse(&text).unwrap();

            prop_assert_eq!(asin.as_str(), &text);
            prop_assert_eq!(asin.to_string(), text);
        }

        #[test]
        fn case_and_spaces_around_name_the_same_product(text in "[a-zA-Z0-9]{10}", pad in "[ \t]{0,3}") {
            let asin = Asin::parse(&format!("{pad}{text}{pad}")).unwrap();

            prop_assert_eq!(asin.as_str(), text.to_ascii_uppercase());
        }

        #[test]
        fn any_other_text_is_refused_and_quoted(text in "\\PC{0,60}") {
            let trimmed = text.trim();
            let is_asin = trimmed.len() == 10 && trimmed.bytes().all(|byte| byte.is_ascii_alphanumeric());

            let parsed = Asin::parse(&text);

            prop_assert_eq!(parsed.is_ok(), is_asin);
            if let Err(error) = parsed {
                prop_assert!(error.text.chars().count() <= 40);
                prop_assert!(text.starts_with(&error.text));
            }
        }

        #[test]
        fn splitting_keeps_every_distinct_asin_once_and_in_order(
            numbers in prop::collection::vec(0_u32..120, 0..200),
        ) {
            let asins = numbered(&numbers);
            let mut distinct = Vec::new();
            for asin in &asins {
                if !distinct.contains(asin) {
                    distinct.push(*asin);
                }
            }

            let batches = split(asins);

            let union: Vec<Asin> = batches.iter().flat_map(|batch| batch.asins().to_vec()).collect();
            prop_assert_eq!(batches.len(), distinct.len().div_ceil(AsinBatch::MAX_LEN));
            let all_but_last = &batches[..batches.len().saturating_sub(1)];
            prop_assert!(all_but_last.iter().all(|batch| batch.len() == AsinBatch::MAX_LEN));
            prop_assert!(batches.iter().all(|batch| (1..=AsinBatch::MAX_LEN).contains(&batch.len())));
            prop_assert_eq!(union, distinct);
        }

        #[test]
        fn a_batch_reads_back_as_it_is_stored(numbers in prop::collection::hash_set(0_u32..900, 1..=20)) {
            let numbers: Vec<u32> = numbers.into_iter().collect();
            let batch = split(numbered(&numbers)).remove(0);

            let stored = batch.to_string();

            prop_assert_eq!(AsinBatch::parse(&stored), Some(batch));
        }
    }

    #[test]
    fn the_asin_of_a_sku_is_a_token_of_its_own() {
        let found = |sku| Asin::in_sku(sku).map(|asin| asin.to_string());

        assert_eq!(found("B0EXAMPLE1").as_deref(), Some("B0EXAMPLE1"));
        assert_eq!(
            found("b-B0EXAMPLE1-20261102010203").as_deref(),
            Some("B0EXAMPLE1")
        );
        assert_eq!(
            found("本_4873119464_B0EXAMPLE1").as_deref(),
            Some("B0EXAMPLE1")
        );
        assert_eq!(found("4873119464").as_deref(), Some("4873119464"));
        assert_eq!(found("book/080442957X").as_deref(), Some("080442957X"));
    }

    #[test]
    fn a_token_that_only_looks_like_an_asin_is_refused() {
        for sku in [
            "",
            "HANDMADE-1",
            "SHELF00001",
            "xB0EXAMPLE1",
            "B0EXAMPLE12",
            "b0example1",
            "4873119465",
            "2026112201",
            // A French book, and an X before the end of an otherwise right sum.
            "2070360024",
            "4X00000002",
        ] {
            assert_eq!(Asin::in_sku(sku), None, "{sku}");
        }
    }

    #[test]
    fn full_width_letters_and_ten_bytes_with_a_hyphen_are_no_asin() {
        for text in ["Ｂ00EXAMPLE", "B0-1234567", "店B00EXAM"] {
            assert!(Asin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_asin_is_its_ten_characters_in_a_log_and_a_batch_their_list() {
        let batch = split(numbered(&[1, 2])).remove(0);

        assert_eq!(format!("{:?}", batch.asins()[0]), "B000000001");
        assert_eq!(batch.to_string(), "B000000001 B000000002");
    }

    #[test]
    fn an_asin_is_a_plain_text_in_json() {
        let asin = Asin::parse("B00EXAMPLE").unwrap();

        let json = serde_json::to_string(&asin).unwrap();

        assert_eq!(json, r#""B00EXAMPLE""#);
        assert_eq!(serde_json::from_str::<Asin>(&json).unwrap(), asin);
        assert!(serde_json::from_str::<Asin>(r#""short""#).is_err());
    }

    #[test]
    fn an_empty_text_and_more_than_twenty_asins_are_no_batch() {
        let numbers: Vec<u32> = (0..21).collect();
        let asins = numbered(&numbers);
        let twenty_one: Vec<String> = asins.iter().map(Asin::to_string).collect();

        assert_eq!(AsinBatch::parse(""), None);
        assert_eq!(AsinBatch::parse("B00EXAMPLE short"), None);
        assert_eq!(AsinBatch::parse(&twenty_one.join(" ")), None);
    }
}
