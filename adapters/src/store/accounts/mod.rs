//! Accounts and their tokens; leases and the memory of lanes.

mod lanes;
mod leases;
pub(super) mod seal;
mod standing;
mod state;
mod tokens;
