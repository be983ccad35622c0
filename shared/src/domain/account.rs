//! One account of a shop platform.

use super::outcome::words;
use super::text_id::text_id;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The lifetime of a refresh token of BASE; each use issues a new one (source: BASE API
/// documentation, `oauth/token`).
pub const REFRESH_TOKEN_LIVES: TimeDelta = TimeDelta::days(30);

/// No account is parked for longer: until the reset of a quota, which comes once a day, or while its
/// proxy fails.
pub const LONGEST_PARK: TimeDelta = TimeDelta::hours(24);

/// Why an account has no tokens that nobody has connected yet: no loss, but a step that is still to do.
pub const NEVER_AUTHORISED: &str = "it was never authorised";

/// The shop keeper's own name for an account: 1 to 64 of `[A-Za-z0-9_.-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(String);

/// A text that cannot name an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot name an account: use 1 to 64 letters, digits, '_', '-' or '.'")]
pub struct InvalidAccountId {
    /// The text as it was given, cut at 80 characters.
    pub text: String,
}

impl AccountId {
    /// Reads an id; spaces around it are dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidAccountId`] when the text is empty, too long or has other characters: the id
    /// becomes part of lane names and Redis keys.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        let trimmed = text.trim();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if (1..=64).contains(&trimmed.len()) && trimmed.chars().all(allowed) {
            Ok(Self(trimmed.to_owned()))
        } else {
            Err(InvalidAccountId {
                text: text.chars().take(80).collect(),
            })
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(AccountId, InvalidAccountId);

/// Whom a platform refuses, rather than one call or one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedParty {
    /// The shop: its owner has to settle that with the platform.
    Shop,
    /// The application through which the shop is called, or what the settings say of it.
    Application,
}

words!(RefusedParty {
    Shop => "shop",
    Application => "application",
});

/// A refusal that every call of an account would get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRefusal {
    /// Who is refused.
    pub party: RefusedParty,
    /// The platform's error code, and its own description.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_be_part_of_a_key() {
        for text in ["shop-1", "a", "Base_Main.2", &"x".repeat(64)] {
            assert_eq!(AccountId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " ", "a b", "店", "a/b", "a:b", "{a}", &"x".repeat(65)] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spaces_around_an_id_are_dropped() {
        let id = AccountId::parse(" shop-1 ").unwrap();

        assert_eq!(id.to_string(), "shop-1");
    }
}
