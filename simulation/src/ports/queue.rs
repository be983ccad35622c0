//! The queue behind a gate.

use crate::event::{Happening, Port};
use crate::gate::{Gate, NamedCall};
use crate::other_version::of_other_version;
use crate::plan::QueueTrouble;
use crate::simulation::Simulation;
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{Capacity, Claimed, Message, Queue, QueueError, QueueStats, Settlement};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

const SHOWN: usize = 160;

/// The queue of one process, which it shares with the others.
pub struct GatedQueue {
    /// Its gate.
    pub gate: Gate,
}

impl GatedQueue {
    async fn pass<T: Debug>(
        &self,
        name: &'static str,
        subject: String,
        work: impl Future<Output = Result<T, QueueError>>,
    ) -> Result<T, QueueError> {
        let call = NamedCall {
            port: Port::Queue,
            name,
            subject,
            shown: SHOWN,
        };
        let refuse = |why: &str| QueueError(why.to_owned());
        self.gate.pass(call, refuse, work).await
    }

    fn simulation(&self) -> &Arc<Simulation> {
        self.gate.simulation()
    }

    /// Pushes `messages` after some time, whatever becomes of the process.
    fn push_later(&self, messages: &[Message], after: Duration) {
        let (simulation, messages) = (Arc::clone(self.simulation()), messages.to_vec());
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let pushed = simulation.queue.push(&messages).await;
            let note = format!("late messages arrive: {pushed:?} {}", ids(&messages));
            simulation.record(None, Happening::Note(note));
        });
    }

    /// Some messages were written by programs of another version.
    fn as_it_was_written(&self, claim: Claimed) -> Claimed {
        let simulation = self.simulation();
        let other = simulation.troubles.other_version(&mut simulation.dice());
        let Some(other) = other else {
            return claim;
        };
        let note = format!("{} is of another version: {other:?}", claim.id);
        simulation.record(Some(self.gate.process()), Happening::Note(note));
        of_other_version(claim, other)
    }

    async fn push_in_trouble(&self, messages: &[Message]) -> Result<u64, QueueError> {
        let trouble = {
            let simulation = self.simulation();
            simulation.troubles.queue(&mut simulation.dice())
        };
        match trouble {
            Some(QueueTrouble::Lost) => return Ok(messages.len() as u64),
            Some(QueueTrouble::Late(after)) => {
                self.push_later(messages, after);
                return Ok(messages.len() as u64);
            }
            Some(QueueTrouble::Doubled(after)) => self.push_later(messages, after),
            Some(QueueTrouble::Away) | None => {}
        }
        self.simulation().queue.push(messages).await
    }
}

fn ids(messages: &[Message]) -> String {
    let ids: Vec<String> = messages.iter().map(|message| message.job.id()).collect();
    ids.join(" ")
}

#[async_trait]
impl Queue for GatedQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        if messages.is_empty() {
            return Ok(0);
        }
        let subject = format!(" {}", ids(messages));
        self.pass("push", subject, self.push_in_trouble(messages))
            .await
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError> {
        let work = self
            .simulation()
            .queue
            .claim(queue, lease, timeout, capacity);
        let claimed = self.pass("claim", format!(" {}", queue.as_str()), work);
        let claimed = claimed.await?.into_iter();
        Ok(claimed.map(|claim| self.as_it_was_written(claim)).collect())
    }

    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        let work = self.simulation().queue.renew(queue, claim, lease);
        self.pass("renew", format!(" {}", claim.id), work).await
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let subject = format!(" {} {settlement:?}", claim.id);
        let work = self.simulation().queue.settle(queue, claim, settlement);
        self.pass("settle", subject, work).await
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        let work = self.simulation().queue.stats(queue);
        self.pass("stats", String::new(), work).await
    }
}
