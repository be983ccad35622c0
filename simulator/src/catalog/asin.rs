//! The ASINs of a world: from the number of a product to its ASIN, and back.
//!
//! The mapping is arithmetic: a catalogue of a million products needs no table, and no two products
//! share an ASIN.

use serde::{Deserialize, Serialize};

/// The digits of base 36, in which an ASIN is written after `B0`.
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// The number of ASINs of `B0` and eight more characters.
const SPACE: u64 = 36_u64.pow(8);
/// Coprime with 36, so that multiplication by it is a permutation.
const STEP: u64 = 1_743_392_200_441;

/// The ASINs of one world, numbered from 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asins {
    count: usize,
    offset: u64,
    step_back: u64,
}

impl Asins {
    pub fn new(seed: u64, count: usize) -> Self {
        let offset = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SPACE;
        Self {
            count,
            offset,
            step_back: inverse_of_step(),
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The ASIN of product `number`: `B0` and eight characters of `[0-9A-Z]`.
    pub fn nth(&self, number: usize) -> String {
        let mut value = (times(number as u64 % SPACE, STEP) + self.offset) % SPACE;
        let mut text = *b"B000000000";
        for position in (2..10).rev() {
            text[position] = DIGITS[usize::try_from(value % 36).unwrap_or(0)];
            value /= 36;
        }
        text.iter().map(|byte| char::from(*byte)).collect()
    }

    /// The number of the product with this ASIN; `None` if the catalogue does not have it.
    pub fn number_of(&self, asin: &str) -> Option<usize> {
        let tail = asin.strip_prefix("B0").filter(|tail| tail.len() == 8)?;
        let mut value = 0_u64;
        for byte in tail.bytes() {
            let digit = DIGITS.iter().position(|known| *known == byte)?;
            value = value * 36 + digit as u64;
        }
        let number = times((value + SPACE - self.offset) % SPACE, self.step_back);
        let number = usize::try_from(number).ok()?;
        (number < self.count).then_some(number)
    }
}

/// Whether Amazon accepts this as an ASIN: `^([0-9]{9}[0-9X]|[A-Z][A-Z0-9]{9})$`
/// (source: issue 2894 of the models' repository).
pub fn is_well_formed(asin: &str) -> bool {
    let bytes = asin.as_bytes();
    let Some((first, rest)) = bytes.split_first().filter(|_| bytes.len() == 10) else {
        return false;
    };
    let isbn = bytes[..9].iter().all(u8::is_ascii_digit)
        && (bytes[9].is_ascii_digit() || bytes[9] == b'X');
    let capital = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    isbn || first.is_ascii_uppercase() && rest.iter().all(capital)
}

fn times(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right) % u128::from(SPACE);
    u64::try_from(product).unwrap_or(0)
}

/// The inverse of `STEP`: `STEP` to the power of phi(36^8) - 1 (Euler's theorem).
fn inverse_of_step() -> u64 {
    let mut exponent = SPACE / 3 - 1;
    let (mut base, mut result) = (STEP, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_has_its_own_well_formed_asin() {
        let asins = Asins::new(7, 50_000);

        let all: HashSet<String> = (0..50_000).map(|number| asins.nth(number)).collect();

        assert_eq!(all.len(), 50_000);
        assert!(all.iter().all(|asin| is_well_formed(asin)));
    }

    #[test]
    fn an_asin_maps_back_to_its_number() {
        let asins = Asins::new(3, 1_000);

        for number in 0..1_000 {
            assert_eq!(asins.number_of(&asins.nth(number)), Some(number));
        }
        assert_eq!(asins.number_of(&asins.nth(1_000)), None);
        assert_eq!(asins.number_of("B0"), None);
        assert_eq!(asins.number_of("B0日本語"), None);
    }

    #[test]
    fn well_formed_and_malformed_asins_are_distinguished() {
        assert!(is_well_formed("B0EXAMPLE1"));
        assert!(is_well_formed("478101234X"));
        assert!(!is_well_formed("b0example1"));
        assert!(!is_well_formed("B0SHORT"));
        assert!(!is_well_formed(""));
        assert!(!is_well_formed("0123456A89"));
    }
}
