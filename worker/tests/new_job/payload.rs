//! The first file of a new job: its payload.

use serde::{Deserialize, Serialize};
use shared::jobs::{Payload, QueueName};

/// Counts one shelf of a warehouse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountShelf {
    pub shelf: u32,
}

impl Payload for CountShelf {
    const TAG: &'static str = "count_shelf/1";
    const QUEUE: QueueName = QueueName::Info;

    fn id(&self) -> String {
        format!("shelf:{}", self.shelf)
    }
}
