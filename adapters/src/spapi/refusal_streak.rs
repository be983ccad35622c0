//! Tells requests that one ASIN spoils from requests that Amazon refuses whatever they hold.

use shared::ports::marketplace::MarketplaceError;
use std::sync::atomic::{AtomicU32, Ordering};

/// So many refusals in a row may come from single ASINs: halving twenty takes six.
const MAY_BE_ASINS: u32 = 12;
/// After so many it is tried again.
const TRIED_AGAIN: u32 = 60;

/// The refusals of one operation since its last answer, of all callers.
#[derive(Debug, Default)]
pub(super) struct RefusalStreak(AtomicU32);

impl RefusalStreak {
    /// Amazon answered a request.
    pub(super) fn answered(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// What a refusal means. After many in a row no ASIN is searched for, since each search costs many
    /// requests; after many more it is tried again.
    pub(super) fn refused(&self, what: String) -> MarketplaceError {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        if before % TRIED_AGAIN < MAY_BE_ASINS {
            MarketplaceError::MalformedAsin(what)
        } else {
            MarketplaceError::Refused(what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_asin_is_blamed_while_every_request_is_refused() {
        let streak = RefusalStreak::default();
        let blames = |_| {
            matches!(
                streak.refused(String::new()),
                MarketplaceError::MalformedAsin(_)
            )
        };

        let first: Vec<bool> = (0..13).map(blames).collect();
        streak.answered();

        assert!(first[..12].iter().all(|blamed| *blamed) && !first[12]);
        assert!(blames(0));
    }
}
