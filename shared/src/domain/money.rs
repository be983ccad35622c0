//! Yen in whole numbers, and the ratio between Amazon's price and ours. No floats.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A price in whole yen. The yen has no smaller unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Yen(pub u32);

impl Yen {
    /// What has to be added to `self` to reach `other`; negative when `other` is cheaper.
    pub fn difference_to(self, other: Self) -> i64 {
        i64::from(other.0) - i64::from(self.0)
    }
}

impl From<Yen> for i64 {
    fn from(yen: Yen) -> Self {
        Self::from(yen.0)
    }
}

impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

/// Selling price over Amazon's price, in thousandths: 1.300 is 1300. Always above 1.0, since at
/// 1.0 every sale loses the shop's fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(u32);

/// A ratio that no shop could live on, or that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a ratio: a number above 1 and up to 10 with at most three decimals is needed, such as 1.3"
)]
pub struct InvalidRatio {
    /// The text as it was given.
    pub text: String,
}

impl Ratio {
    /// Reads `1.3`, `1.25`, `1.305`.
    ///
    /// # Errors
    ///
    /// [`InvalidRatio`] when it is not above 1.0 and at most 10, or has a fourth decimal.
    pub fn parse(text: &str) -> Result<Self, InvalidRatio> {
        let invalid = || InvalidRatio {
            text: text.to_owned(),
        };
        let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 3 || !all_digits(whole) || !all_digits(decimals) {
            return Err(invalid());
        }
        let thousandths: u32 = format!("{whole}{decimals:0<3}")
            .parse()
            .map_err(|_| invalid())?;
        Self::from_thousandths(thousandths).ok_or_else(invalid)
    }

    /// `None` unless above 1000 and at most 10000.
    pub fn from_thousandths(thousandths: u32) -> Option<Self> {
        (1001..=10_000)
            .contains(&thousandths)
            .then_some(Self(thousandths))
    }

    /// 1.300 as 1300.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// `yen` times the ratio, rounded to the nearest 10 yen, half up: 1,234 x 1.3 = 1,604.2 -> 1,600.
    pub fn apply(self, yen: Yen) -> Yen {
        let product = u64::from(yen.0) * u64::from(self.0);
        let tens = (product + 5_000) / 10_000;
        Yen(u32::try_from(tens * 10).unwrap_or(u32::MAX))
    }
}
