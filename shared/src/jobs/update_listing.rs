//! Bring one listing in the shop to its newest desired state.

use super::payload::Payload;
use crate::domain::listing::ListingId;
use crate::domain::queue_name::QueueName;
use serde::{Deserialize, Serialize};

/// Names the listing, and the version of the desired state that asked for it.
///
/// The worker reads the newest desired state, whatever the version says. The version makes the id
/// of the message unique, so that a state that changes during an update gets a message of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateListing {
    /// The listing.
    pub listing: ListingId,
    /// The version of the desired state, from 1.
    pub version: i64,
}

impl Payload for UpdateListing {
    const TAG: &'static str = "update_listing/1";
    const QUEUE: QueueName = QueueName::Update;

    fn id(&self) -> String {
        format!("update:{}:{}", self.listing.0, self.version)
    }
}
