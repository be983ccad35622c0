//! Bring one listing in the shop to its newest desired state.

use crate::domain::listing::ListingId;
use serde::{Deserialize, Serialize};

/// Names the listing, and the version of the desired state that asked for it.
///
/// The worker reads the newest desired state whatever the version says; the version is there so
/// that a state which changes while an update is running gets a message of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateListing {
    /// The listing.
    pub listing: ListingId,
    /// The version of the desired state, from 1.
    pub version: i64,
}
