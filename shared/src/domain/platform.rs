//! The shop platform of an account, by name.

use super::text_id::text_id;
use serde::{Deserialize, Serialize};

/// The name of a platform: 1 to 32 of `[a-z0-9-]`. It is part of lane names and rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Platform(String);

/// A text that cannot name a platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a platform's name has 1 to 32 lower-case letters, digits or '-'")]
pub struct InvalidPlatform;

impl Platform {
    /// Reads a name; spaces around it are dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidPlatform`] for other characters, none or too many.
    pub fn parse(text: &str) -> Result<Self, InvalidPlatform> {
        let name = text.trim();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=32).contains(&name.len()) && name.chars().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidPlatform)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Platform {
    /// `base`: the platform of every account that names none.
    fn default() -> Self {
        Self("base".to_owned())
    }
}

text_id!(Platform, InvalidPlatform);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_part_of_a_key() {
        for text in ["base", "a", "shop-2", &"x".repeat(32)] {
            assert_eq!(Platform::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " ", "Base", "a/b", "店", "a_b", &"x".repeat(33)] {
            assert!(Platform::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_account_that_names_no_platform_is_one_of_base() {
        assert_eq!(Platform::default(), Platform::parse(" base ").unwrap());
    }
}
