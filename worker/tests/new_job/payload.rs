//! The first file of a new job: its payload.

use serde::{Deserialize, Serialize};
use shared::jobs::{Payload, QueueName};

/// Counts the stock in one bin of a warehouse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountBin {
    pub bin: u32,
}

impl Payload for CountBin {
    const TAG: &'static str = "count_bin/1";
    const QUEUE: QueueName = QueueName::Info;

    fn id(&self) -> String {
        format!("bin:{}", self.bin)
    }
}
