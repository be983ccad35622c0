//! Texts and images of a product on Amazon: title, description, brand, category, images.
//!
//! They are stored for people and for new listings. They are never sent to BASE, whose items have
//! their own texts and which refuses characters of four bytes.

use super::product::Seen;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The texts and images of one product; a part that Amazon leaves out is `None`, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BasicInfo {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The description, or else the selling points, one per line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The name of its category on Amazon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// URLs of its images, the main image first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<String>>,
}

impl BasicInfo {
    /// Merges `fetched`, of the instant `at`, into `known`. Each part of the newer information
    /// replaces the old part; a part that is `None` keeps its old value. Information that is not
    /// newer is ignored.
    pub fn take(known: Option<Seen<Self>>, fetched: Self, at: DateTime<Utc>) -> Seen<Self> {
        match known {
            Some(known) if known.at >= at => known,
            Some(known) => Seen {
                value: fetched.or(known.value),
                at,
            },
            None => Seen { value: fetched, at },
        }
    }

    fn or(self, old: Self) -> Self {
        Self {
            title: self.title.or(old.title),
            description: self.description.or(old.description),
            brand: self.brand.or(old.brand),
            category: self.category.or(old.category),
            images: self.images.or(old.images),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn info(title: Option<&str>, brand: Option<&str>) -> BasicInfo {
        BasicInfo {
            title: title.map(ToOwned::to_owned),
            brand: brand.map(ToOwned::to_owned),
            ..BasicInfo::default()
        }
    }

    #[test]
    fn a_missing_part_keeps_its_value_and_the_time_advances() {
        let at = DateTime::UNIX_EPOCH;
        let later = at + TimeDelta::days(7);
        let known = BasicInfo::take(None, info(Some("old"), Some("maker")), at);

        let now = BasicInfo::take(Some(known), info(Some("new"), None), later);

        assert_eq!(now.value, info(Some("new"), Some("maker")));
        assert_eq!(now.at, later);
    }

    #[test]
    fn information_that_is_not_newer_changes_nothing() {
        let at = DateTime::UNIX_EPOCH;
        let known = BasicInfo::take(None, info(Some("known"), None), at);
        let late = || info(Some("late"), Some("late"));

        assert_eq!(BasicInfo::take(Some(known.clone()), late(), at), known);
        let before = at - TimeDelta::seconds(1);
        assert_eq!(BasicInfo::take(Some(known.clone()), late(), before), known);
    }
}
