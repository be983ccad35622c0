//! The class of an observation, and why an ASIN is a miss.

use serde::{Deserialize, Serialize};

/// What one answer told of one ASIN, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An offer won: priced and in stock.
    Success,
    /// A clean answer that there is no offer.
    OutOfStock,
    /// Offers, none of which the shop could buy.
    FilteredOut,
    /// The item's or the call's failure. Never hides, never shows.
    ApiError,
    /// Amazon does not know the ASIN in this marketplace.
    InvalidAsin,
}

/// Why a run has no fresh value of an ASIN, or wants to ask it once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// No entry in the cache.
    NotCached,
    /// An entry whose needed part is older than its TTL.
    Stale,
    /// Asked, and not in the answer.
    Absent,
    /// The item's own failure.
    ApiError,
    /// Its batch was given up after the last try.
    GivenUp,
    /// Amazon said "no offer", which it is known to say falsely now and then: asked once more.
    ConfirmOutOfStock,
}

macro_rules! words {
    ($type:ty { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word that stands in the database and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a stored word; `None` for a word of another version.
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
});
