//! Which events people are notified of.

use super::money::Yen;
use super::notice::{EventKind, Notice};

/// The events that are sent to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter {
    kinds: Vec<EventKind>,
    least_price_change: Yen,
}

impl Default for EventFilter {
    fn default() -> Self {
        Self {
            kinds: EventKind::ALL.to_vec(),
            least_price_change: Yen(100),
        }
    }
}

impl EventFilter {
    /// Reads `all`, or words of kinds separated by commas; `None` for an unknown word.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "all" {
            return Some(Self::default());
        }
        let words = text.split(',');
        let kinds: Option<_> = words
            .map(|word| EventKind::from_word(word.trim()))
            .collect();
        kinds.map(|kinds| Self {
            kinds,
            ..Self::default()
        })
    }

    /// A run that changed nothing but prices on Amazon is sent if one of them changed by `least` or more.
    #[must_use]
    pub fn with_price_changes_from(mut self, least: Yen) -> Self {
        self.least_price_change = least;
        self
    }

    /// Whether the notice is sent.
    pub fn wants(&self, notice: &Notice) -> bool {
        let least = self.least_price_change;
        let prices = notice.of_prices_only().map(|report| &report.price_changes);
        let is_small = prices.is_some_and(|prices| !prices.reach(least));
        let is_wanted = |reason: &EventKind| {
            let is_news = *reason != EventKind::RunChanged || !is_small;
            self.kinds.contains(reason) && is_news
        };
        notice.reasons().iter().any(is_wanted)
    }

    /// The kinds, in the order of [`EventKind::ALL`].
    pub fn kinds(&self) -> impl Iterator<Item = EventKind> {
        let on = |kind: &EventKind| self.kinds.contains(kind);
        EventKind::ALL.into_iter().filter(on)
    }
}
