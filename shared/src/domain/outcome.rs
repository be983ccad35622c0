//! The class of an observation, and the reasons why an ASIN is a miss.

use serde::{Deserialize, Serialize};

/// The class of one answer for one ASIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An offer won: priced and in stock.
    Success,
    /// A valid answer without offers.
    OutOfStock,
    /// All offers were rejected by the offer rule.
    FilteredOut,
    /// The item or the request failed. It neither hides nor shows a listing.
    ApiError,
    /// Amazon does not know the ASIN in this marketplace.
    InvalidAsin,
}

/// Why a run has no fresh value of an ASIN, or requests it once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// No entry in the cache.
    NotCached,
    /// An entry whose needed part is older than its TTL.
    Stale,
    /// Requested, but not in the answer.
    Absent,
    /// The item failed.
    ApiError,
    /// Its batch was given up after the last try.
    GivenUp,
    /// Amazon answered "no offer", which is sometimes false: the ASIN is requested once more.
    ConfirmOutOfStock,
    /// Amazon answered a price that fell too far to be believed at once: the ASIN is requested once
    /// more.
    ConfirmPrice,
}

macro_rules! words {
    ($type:ty { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// All words.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word in the database, in JSON and in commands.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word; `None` for an unknown one.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words!(Outcome {
    Success => "success",
    OutOfStock => "out_of_stock",
    FilteredOut => "filtered_out",
    ApiError => "api_error",
    InvalidAsin => "invalid_asin",
});

words!(MissReason {
    NotCached => "not_cached",
    Stale => "stale",
    Absent => "absent",
    ApiError => "api_error",
    GivenUp => "given_up",
    ConfirmOutOfStock => "confirm_out_of_stock",
    ConfirmPrice => "confirm_price",
});
