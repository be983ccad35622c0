//! Debug texts cut at a length, without writing the rest.

use std::fmt::{self, Debug, Write};

struct Bounded {
    text: String,
    left: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for character in more.chars() {
            if self.left == 0 {
                // Ends the formatting.
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.text.push(character);
        }
        Ok(())
    }
}

/// The first `most` characters of the debug text of `value`.
pub fn short(value: &dyn Debug, most: usize) -> String {
    let mut bounded = Bounded {
        text: String::new(),
        left: most,
    };
    if write!(bounded, "{value:?}").is_err() {
        bounded.text.push('…');
    }
    bounded.text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_marked() {
        assert_eq!(short(&[1, 2], 10), "[1, 2]");
        assert_eq!(short(&vec![1; 1_000_000], 5), "[1, 1…");
    }
}
