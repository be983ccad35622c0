//! Amazon's product id, and the batches of it that one request carries.

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
    /// Reads an ASIN; spaces around it are dropped and lower case is raised, since both come from
    /// spreadsheets and neither can name another product.
    ///
    /// # Errors
    ///
    /// [`InvalidAsin`] for anything but ten ASCII letters or digits.
    pub fn parse(text: &str) -> Result<Self, InvalidAsin> {
        let trimmed = text.trim();
        let bytes: [u8; 10] = trimmed
            .as_bytes()
            .try_into()
            .map_err(|_| InvalidAsin::of(text))?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) {
            Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
        } else {
            Err(InvalidAsin::of(text))
        }
    }

    /// The ten characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl InvalidAsin {
    fn of(text: &str) -> Self {
        Self {
            text: text.chars().take(40).collect(),
        }
    }
}

impl fmt::Display for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Asin> for String {
    fn from(asin: Asin) -> Self {
        asin.as_str().to_owned()
    }
}

impl TryFrom<String> for Asin {
    type Error = InvalidAsin;

    fn try_from(text: String) -> Result<Self, InvalidAsin> {
        Self::parse(&text)
    }
}

/// One to twenty distinct ASINs: the unit of one job and of one marketplace request.
///
/// Twenty is what one `getItemOffersBatch` request accepts (source: Selling Partner API model
/// `productPricingV0`, `ItemOffersRequestList`, `maxItems`); a repeated ASIN makes Amazon refuse
/// the whole request (selling-partner-api-models issue 2977).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsinBatch(Vec<Asin>);

impl AsinBatch {
    /// What one request accepts.
    pub const MAX_LEN: usize = 20;

    /// The batch as it was stored: ASINs separated by one space; `None` if that is no batch.
    pub fn parse(text: &str) -> Option<Self> {
        let asins: Result<Vec<Asin>, InvalidAsin> =
            text.split_ascii_whitespace().map(Asin::parse).collect();
        let mut batches = split(asins.ok()?);
        if batches.len() == 1 {
            batches.pop()
        } else {
            None
        }
    }

    /// The ASINs in order.
    pub fn asins(&self) -> &[Asin] {
        &self.0
    }

    /// How many, 1 to 20.
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
    let mut seen = HashSet::new();
    let distinct: Vec<Asin> = asins
        .into_iter()
        .filter(|asin| seen.insert(*asin))
        .collect();
    distinct
        .chunks(AsinBatch::MAX_LEN)
        .map(|chunk| AsinBatch(chunk.to_vec()))
        .collect()
}
