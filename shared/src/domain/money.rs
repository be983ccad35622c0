//! Prices in whole yen, and the ratio of the selling price to Amazon's price. No floats.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A price in whole yen. The yen has no smaller unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Yen(pub u32);

impl Yen {
    /// `other` minus `self`; negative when `other` is cheaper.
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

/// A text that is no number, or a ratio at which a shop loses money.
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
        let fits = (1001..=10_000).contains(&thousandths);
        fits.then_some(Self(thousandths))
    }

    /// 1.300 as 1300.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// `yen` times the ratio, rounded to the nearest 10 yen, half up: 1,234 x 1.3 = 1,604.2 ->
    /// 1,600.
    pub fn apply(self, yen: Yen) -> Yen {
        let product = u64::from(yen.0) * u64::from(self.0);
        let tens = (product + 5_000) / 10_000;
        Yen(u32::try_from(tens * 10).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse(text).unwrap()
    }

    proptest! {
        #[test]
        fn yen_are_grouped_by_thousands(yen in any::<u32>()) {
            let shown = Yen(yen).to_string();

            let groups: Vec<&str> = shown.split(',').collect();
            prop_assert_eq!(groups.concat(), yen.to_string());
            prop_assert!((1..=3).contains(&groups[0].len()));
            prop_assert!(groups[1..].iter().all(|group| group.len() == 3));
        }

        #[test]
        fn a_price_plus_its_difference_is_the_other_price(from in any::<u32>(), to in any::<u32>()) {
            let difference = Yen(from).difference_to(Yen(to));

            prop_assert_eq!(i64::from(Yen(from)) + difference, i64::from(to));
        }

        #[test]
        fn a_ratio_reads_back_from_its_thousandths(thousandths in 1_001_u32..=10_000) {
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);

            let parsed = Ratio::parse(&text).unwrap();

            prop_assert_eq!(parsed.thousandths(), thousandths);
            prop_assert_eq!(Some(parsed), Ratio::from_thousandths(thousandths));
        }

        #[test]
        fn a_ratio_gives_the_exact_product_rounded_half_up_to_ten_yen(
            yen in 0_u32..=400_000_000, thousandths in 1_001_u32..=10_000,
        ) {
            let selling = Ratio::from_thousandths(thousandths).unwrap().apply(Yen(yen));

            // Half up to 10 yen: the multiple of ten within (exact - 5, exact + 5].
            let exact = i128::from(yen) * i128::from(thousandths);
            let off = i128::from(selling.0) * 1000 - exact;
            prop_assert_eq!(selling.0 % 10, 0);
            prop_assert!(-5_000 < off && off <= 5_000, "{off}");
        }

        #[test]
        fn a_dearer_product_never_sells_for_less(
            one in any::<u32>(), other in any::<u32>(), thousandths in 1_001_u32..=10_000,
        ) {
            let ratio = Ratio::from_thousandths(thousandths).unwrap();

            let (cheap, dear) = (ratio.apply(Yen(one.min(other))), ratio.apply(Yen(one.max(other))));

            prop_assert!(cheap <= dear);
        }
    }

    #[test]
    fn the_shop_keepers_example_is_rounded_down_to_1600() {
        assert_eq!(ratio("1.3").apply(Yen(1_234)), Yen(1_600));
    }

    #[test]
    fn five_yen_are_rounded_up() {
        // 650 x 1.3 = 845.0
        assert_eq!(ratio("1.3").apply(Yen(650)), Yen(850));
    }

    #[test]
    fn a_ratio_has_at_most_three_decimals_and_one_point() {
        for text in [
            "1.3001", "0.1300", "1,3", "1.3.0", "", ".5", "+1.3", "-1.3", "1e1", "1.3x", "１.３",
        ] {
            assert!(Ratio::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_ratio_lies_above_one_and_up_to_ten() {
        assert!(Ratio::parse("1").is_err());
        assert!(Ratio::parse("1.000").is_err());
        assert!(Ratio::parse("0.9").is_err());
        assert!(Ratio::parse("10.001").is_err());
        assert!(Ratio::parse("99999999999").is_err());
        assert_eq!(ratio("1.001").thousandths(), 1_001);
        assert_eq!(ratio(" 1.25 ").thousandths(), 1_250);
        assert_eq!(ratio("10").thousandths(), 10_000);
    }

    #[test]
    fn a_product_beyond_all_prices_stays_a_price() {
        assert_eq!(ratio("10").apply(Yen(u32::MAX)), Yen(u32::MAX));
    }
}
