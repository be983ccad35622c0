//! Accounts, their tokens, and the leases and lanes of all processes.

pub(super) mod lanes;
pub(super) mod leases;
pub(super) mod seal;
pub(super) mod state;
pub(super) mod tokens;
