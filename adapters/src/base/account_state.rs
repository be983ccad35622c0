//! What this process knows of an account besides its tokens: state only, no I/O.

use super::circuit_breaker::CircuitBreaker;
use shared::domain::account::AccountRefusal;
use shared::ports::store::ShopBinding;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;
use tokio::sync::OnceCell;

/// Whether BASE accepts its calls (`standing.rs`).
#[derive(Default)]
pub(super) struct Standing {
    pub(super) breaker: CircuitBreaker<AccountRefusal>,
    /// Unknown errors in a row.
    pub(super) unknown: AtomicU32,
}

/// Which shop its token belongs to (`binding.rs`).
#[derive(Default)]
pub(super) struct ShopCheck {
    pub(super) verified: OnceCell<()>,
    /// The shop of the token, in which no item of the account was found yet.
    pub(super) unconfirmed: Mutex<Option<ShopBinding>>,
}
