//! What Amazon tells of a product beside its offers: title, description, brand, category, images.
//!
//! Kept for people and for a listing to come; it is never sent to BASE, which has texts of its own and
//! refuses characters of four bytes.

use super::product::Seen;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The texts and images of one product; what Amazon does not tell is missing, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BasicInfo {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its description, or else its selling points, one a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The name of the category in which Amazon shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Addresses of its images, the main one first; `None` when none is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<String>>,
}

impl BasicInfo {
    /// What is known after `told` came at `at`: the newer one wins, part by part, and a part that it does
    /// not tell keeps its old value. What is not newer changes nothing.
    pub fn take(known: Option<Seen<Self>>, told: Self, at: DateTime<Utc>) -> Seen<Self> {
        match known {
            Some(known) if known.at >= at => known,
            Some(known) => Seen {
                value: told.or(known.value),
                at,
            },
            None => Seen { value: told, at },
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

    fn told(title: Option<&str>, brand: Option<&str>) -> BasicInfo {
        BasicInfo {
            title: title.map(ToOwned::to_owned),
            brand: brand.map(ToOwned::to_owned),
            ..BasicInfo::default()
        }
    }

    #[test]
    fn a_part_that_is_not_told_keeps_its_value_and_the_time_goes_on() {
        let at = DateTime::UNIX_EPOCH;
        let later = at + TimeDelta::days(7);
        let known = BasicInfo::take(None, told(Some("old"), Some("maker")), at);

        let now = BasicInfo::take(Some(known), told(Some("new"), None), later);

        assert_eq!(now.value, told(Some("new"), Some("maker")));
        assert_eq!(now.at, later);
    }

    #[test]
    fn what_is_not_newer_changes_nothing() {
        let at = DateTime::UNIX_EPOCH;
        let known = BasicInfo::take(None, told(Some("known"), None), at);
        let late = || told(Some("late"), Some("late"));

        assert_eq!(BasicInfo::take(Some(known.clone()), late(), at), known);
        let before = at - TimeDelta::seconds(1);
        assert_eq!(BasicInfo::take(Some(known.clone()), late(), before), known);
    }
}
