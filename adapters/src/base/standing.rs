//! Whether BASE accepts calls of an account at all.
//!
//! A refusal of the shop or of its application would meet every call, so the account rests after the first
//! one, for longer each time; after each rest one call tries again. People are told whom BASE refuses, and
//! why, in BASE's words.

use super::token_manager::TokenManager;
use super::token_state::AccessToken;
use shared::domain::account::AccountRefusal;
use shared::ports::shop::ShopError;
use std::sync::atomic::Ordering;

/// So many unknown errors in a row, without an accepted call between them, are about the account.
const UNKNOWN_IN_A_ROW: u32 = 3;

impl TokenManager {
    /// `Barred` while the account rests.
    pub(super) fn check_standing(&self) -> Result<(), ShopError> {
        let open = self.standing.breaker.open_at(self.connection.now());
        open.map_or(Ok(()), |open| {
            Err(ShopError::Barred {
                refusal: open.why,
                until: open.until,
            })
        })
    }

    /// As [`TokenManager::check_standing`], for a call that is sent next: after a rest one call passes.
    pub(super) fn pass(&self) -> Result<(), ShopError> {
        let passed = self.standing.breaker.pass(self.connection.now());
        passed.map_err(|open| ShopError::Barred {
            refusal: open.why,
            until: open.until,
        })
    }

    /// BASE refused the account: it rests.
    pub(super) async fn barred(&self, refusal: AccountRefusal) -> ShopError {
        let (now, account) = (self.connection.now(), &self.records.account);
        let (until, first) = self.standing.breaker.failed(now, refusal.clone());
        if first {
            let (party, why) = (refusal.party.as_str(), &refusal.why);
            tracing::warn!(%account, %until, "BASE refuses the {party} of account {account}, nothing is sent until {until}: {why}");
            self.records.refused(Some((&refusal, now, until))).await;
        }
        ShopError::Barred { refusal, until }
    }

    /// An error that is not known: of its call, or, if nothing else is answered, of the account.
    pub(super) async fn unknown(&self, refusal: AccountRefusal, error: ShopError) -> ShopError {
        let unknown = self.standing.unknown.fetch_add(1, Ordering::Relaxed) + 1;
        if unknown < UNKNOWN_IN_A_ROW {
            return error;
        }
        self.barred(refusal).await
    }

    /// BASE accepted a call of the account, or refused it because of its item.
    pub(super) async fn admitted(&self) {
        self.standing.unknown.store(0, Ordering::Relaxed);
        if self.standing.breaker.answered() {
            self.records.refused(None).await;
        }
    }

    /// The token was authorised without the right to a call: only a person can get another one.
    pub(super) async fn lacks_scope(&self, access: &AccessToken, why: &str) -> ShopError {
        self.state.lock().await.reject(access);
        let why = format!("{why} (needed: read_items write_items)");
        self.records.mark(self.connection.now(), &why).await
    }
}
