//! The way of an account's requests: straight out, or through a proxy of its own, and never past it.
//!
//! A proxy that fails shuts the way for a bounded time that grows with each failure in a row; while it
//! is shut, nothing is sent. Whether a proxy or what lies behind it hangs cannot be told apart, so that a
//! time-out through a proxy counts as its failure.

use super::refusal;
use super::token_manager::Keeper;
use crate::http::{HttpError, read_capped};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::RequestBuilder;
use shared::ports::shop::ShopError;
use std::sync::{Mutex, PoisonError};

/// From one try to the next, by failures in a row; the last one for all that follow.
const PAUSES: [TimeDelta; 4] = [
    TimeDelta::minutes(5),
    TimeDelta::minutes(10),
    TimeDelta::minutes(20),
    TimeDelta::minutes(30),
];

/// What this process knows of the way.
#[derive(Default)]
pub(super) struct Way(Mutex<Known>);

#[derive(Default)]
struct Known {
    failures: usize,
    shut: Option<(DateTime<Utc>, String)>,
    /// The database knows that the way is open; at first it may hold the failure of another process.
    cleared: bool,
}

impl Way {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when the way is shut. Callers that fail together shut it once.
    fn shut(&self, now: DateTime<Utc>, why: &str) -> (DateTime<Utc>, bool) {
        let mut known = self.known();
        if let Some((until, _)) = &known.shut
            && *until > now
        {
            return (*until, false);
        }
        let until = now + PAUSES[known.failures.min(PAUSES.len() - 1)];
        known.failures += 1;
        known.cleared = false;
        known.shut = Some((until, why.to_owned()));
        (until, true)
    }

    /// Whether the database has to hear that the way is open.
    fn opens(&self) -> bool {
        let mut known = self.known();
        known.failures = 0;
        known.shut = None;
        !std::mem::replace(&mut known.cleared, true)
    }
}

impl Keeper {
    /// An error while the way is shut.
    pub(super) fn way_is_open(&self) -> Result<(), ShopError> {
        let now = self.now();
        match &self.way().known().shut {
            Some((until, why)) if *until > now => Err(ShopError::Proxy {
                until: *until,
                why: why.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Sends, and reads status and body of an answer of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// `Proxy` where the way failed, `Unavailable` for all else that is no answer.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(u16, Vec<u8>), ShopError> {
        self.way_is_open()?;
        let answer = match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let body = read_capped(response, limit).await;
                body.map(|body| (status, body))
            }
            Err(error) => Err(error.into()),
        };
        let proxied = self.is_proxied();
        match answer {
            Err(HttpError::NoWay(why)) if proxied => Err(self.way_failed(&why).await),
            Err(error) => Err(refusal::unread(&error)),
            Ok((407, _)) if proxied => {
                let why = "it wants another user or password (http 407)";
                Err(self.way_failed(why).await)
            }
            Ok(answer) => {
                self.way_holds().await;
                Ok(answer)
            }
        }
    }

    async fn way_failed(&self, why: &str) -> ShopError {
        let (now, account) = (self.now(), self.account());
        let (until, first) = self.way().shut(now, why);
        if first {
            tracing::warn!(%account, %until, "the proxy of account {account} fails, nothing is sent until {until}: {why}");
            let accounts = self.accounts();
            let noted = accounts.set_proxy_failed(account, Some((now, until))).await;
            if let Err(error) = noted {
                tracing::warn!(%account, "the failure of a proxy cannot be noted: {error}");
            }
        }
        ShopError::Proxy {
            until,
            why: why.to_owned(),
        }
    }

    async fn way_holds(&self) {
        if !self.way().opens() {
            return;
        }
        let account = self.account();
        if let Err(error) = self.accounts().set_proxy_failed(account, None).await {
            tracing::warn!(%account, "that a proxy works cannot be noted: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_that_fails_again_is_shut_for_longer_and_never_for_ever() {
        let way = Way::default();
        let mut now = DateTime::UNIX_EPOCH;
        let mut pauses = Vec::new();

        for _ in 0..5 {
            let (until, first) = way.shut(now, "down");
            assert!(first);
            assert_eq!(way.shut(now, "down"), (until, false), "together");
            pauses.push((until - now).num_minutes());
            now = until;
        }

        assert_eq!(pauses, [5, 10, 20, 30, 30]);
        assert!(way.opens());
        assert_eq!((way.shut(now, "down").0 - now).num_minutes(), 5);
    }

    #[test]
    fn the_database_hears_once_that_a_way_is_open() {
        let way = Way::default();

        assert!(way.opens());
        assert!(!way.opens());
    }
}
