//! Read one page of a shop, or ask for one item that was on none, and compare.

use super::payload::Payload;
use crate::domain::queue_name::QueueName;
use crate::domain::run::RunId;
use serde::{Deserialize, Serialize};

/// Names the row of the shop, and its step: one step is one call to the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadShop {
    /// The run.
    pub run: RunId,
    /// The shop's number in it, from 1.
    pub no: u32,
    /// The step that is due, from 0. A step that was recorded is not repeated.
    pub step: u32,
}

impl Payload for ReadShop {
    const TAG: &'static str = "read_shop/1";
    const QUEUE: QueueName = QueueName::Update;

    fn id(&self) -> String {
        format!("shop:{}:{}:{}", self.run, self.no, self.step)
    }
}
