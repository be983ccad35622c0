//! The ASINs of a world: the n-th ASIN of a seed, and back from an ASIN to its number.
//!
//! The mapping is arithmetic, so that a catalogue of a million products needs no table, and no two
//! numbers share an ASIN.

/// Characters of an ASIN after `B0`, in base 36.
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// How many ASINs of the form `B0` + 8 characters exist.
const SPACE: u64 = 36_u64.pow(8);
/// Coprime with 36, so that multiplying by it permutes the space.
const STEP: u64 = 1_743_392_200_441;

/// The ASINs of one world, numbered from 0.
#[derive(Debug, Clone)]
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

    /// The ASIN with this number; ten characters, `B0` and eight of `[0-9A-Z]`.
    pub fn nth(&self, number: usize) -> String {
        let mut rest = (times(number as u64 % SPACE, STEP) + self.offset) % SPACE;
        let mut text = *b"B000000000";
        for place in (2..10).rev() {
            text[place] = DIGITS[usize::try_from(rest % 36).unwrap_or(0)];
            rest /= 36;
        }
        text.iter().map(|byte| char::from(*byte)).collect()
    }

    /// The number of this ASIN, or none where the catalogue does not hold it.
    pub fn number_of(&self, asin: &str) -> Option<usize> {
        let tail = asin.strip_prefix("B0").filter(|tail| tail.len() == 8)?;
        let mut value = 0_u64;
        for byte in tail.bytes() {
            let digit = DIGITS.iter().position(|known| *known == byte)?;
            value = value * 36 + digit as u64;
        }
        let number = times((value + SPACE - self.offset) % SPACE, self.step_back);
        usize::try_from(number)
            .ok()
            .filter(|number| *number < self.count)
    }
}

/// Whether Amazon would take this as an ASIN: `^([0-9]{9}[0-9X]|[A-Z][A-Z0-9]{9})$`
/// (source: thread 2894 of the official models' repository).
pub fn is_well_formed(asin: &str) -> bool {
    let bytes = asin.as_bytes();
    let Some((first, rest)) = bytes.split_first().filter(|_| bytes.len() == 10) else {
        return false;
    };
    let book = bytes[..9].iter().all(u8::is_ascii_digit)
        && (bytes[9].is_ascii_digit() || bytes[9] == b'X');
    let other = first.is_ascii_uppercase()
        && rest
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    book || other
}

fn times(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right) % u128::from(SPACE);
    u64::try_from(product).unwrap_or(0)
}

/// `STEP` to the power of phi(36^8) - 1, which undoes `STEP` (Euler's theorem).
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
    fn an_asin_leads_back_to_its_number() {
        let asins = Asins::new(3, 1_000);

        for number in 0..1_000 {
            assert_eq!(asins.number_of(&asins.nth(number)), Some(number));
        }
        assert_eq!(asins.number_of(&asins.nth(1_000)), None);
        assert_eq!(asins.number_of("B0"), None);
        assert_eq!(asins.number_of("B0日本語"), None);
    }

    #[test]
    fn a_malformed_asin_is_told_from_a_well_formed_one() {
        assert!(is_well_formed("B0EXAMPLE1"));
        assert!(is_well_formed("478101234X"));
        assert!(!is_well_formed("b0example1"));
        assert!(!is_well_formed("B0SHORT"));
        assert!(!is_well_formed(""));
        assert!(!is_well_formed("0123456A89"));
    }
}
