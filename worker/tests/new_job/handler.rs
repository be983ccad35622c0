//! The second file of a new job: its handler.

use crate::payload::CountBin;
use async_trait::async_trait;
use shared::domain::retry::Remedy;
use std::sync::{Arc, Mutex};
use worker::handlers::Handler;
use worker::job_error::JobError;

/// A warehouse whose bin 2 can be counted at the second attempt, and its bin 3 never.
#[derive(Clone, Default)]
pub struct Warehouse {
    pub events: Arc<Mutex<Vec<String>>>,
}

impl Warehouse {
    fn note(&self, event: &str, number: u32) -> usize {
        let mut events = self.events.lock().expect("no panic");
        events.push(format!("{event} {number}"));
        let same = events
            .iter()
            .filter(|noted| **noted == events[events.len() - 1]);
        same.count()
    }
}

#[async_trait]
impl Handler<Warehouse> for CountBin {
    async fn run(&self, warehouse: &Warehouse) -> Result<(), JobError> {
        let attempt = warehouse.note("count", self.bin);
        let succeeds = match self.bin {
            2 => attempt == 2,
            number => number != 3,
        };
        succeeds.then_some(()).ok_or_else(|| JobError {
            remedy: Remedy::TryAgain,
            why: "the bin is in the dark".to_owned(),
        })
    }

    async fn give_up(&self, _: &JobError, warehouse: &Warehouse) -> Result<(), JobError> {
        warehouse.note("give up", self.bin);
        Ok(())
    }
}
