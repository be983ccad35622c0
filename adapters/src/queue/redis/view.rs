//! What a person sees of a queue in Redis: one script a look, bounded by its slice.

use super::{RedisQueue, call, micros, span};
use async_trait::async_trait;
use redis::{FromRedisValue, ParsingError, Value};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{Listed, Place, QueueError, QueueView, Slice, WorkerSign};
use std::time::Duration;

/// A message as `message.lua` tells it.
struct Told(Listed);

impl FromRedisValue for Told {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        type Row = (String, String, Vec<u8>, u8, u32, i64, i64, Vec<u8>);
        let (place, id, payload, rank, attempts, since, left, error) =
            Row::from_redis_value(value)?;
        let place = Place::ALL
            .into_iter()
            .find(|known| known.as_str() == place)
            .ok_or_else(|| ParsingError::from(format!("there is no place {place}")))?;
        Ok(Self(Listed {
            id,
            payload,
            rank: Rank(rank),
            attempts,
            place,
            since: span(since),
            left: span(left),
            error: (place == Place::Dead).then(|| String::from_utf8_lossy(&error).into_owned()),
        }))
    }
}

#[async_trait]
impl QueueView for RedisQueue {
    async fn list(
        &self,
        queue: QueueName,
        place: Place,
        slice: Slice,
    ) -> Result<Vec<Listed>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.list, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.delayed)
            .key(&keys.leases)
            .key(&keys.dead)
            .key(&keys.dead_messages)
            .arg(place.as_str())
            // A number that Redis takes for a position.
            .arg(slice.offset.min(u64::from(u32::MAX)))
            .arg(slice.size());
        let told: Vec<Told> = self.calls.ask(&call).await?;
        Ok(told.into_iter().map(|told| told.0).collect())
    }

    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<Listed>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.find, [&keys.messages, &keys.delayed]);
        call.key(&keys.leases)
            .key(&keys.dead)
            .key(&keys.dead_messages)
            .arg(id);
        let told: Vec<Told> = self.calls.ask(&call).await?;
        Ok(told.into_iter().map(|told| told.0).collect())
    }

    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerSign>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.workers, [&keys.workers]);
        call.arg(micros(WorkerSign::SILENCE));
        let told: Vec<(String, u64, u64)> = self.calls.ask(&call).await?;
        let sign = |(name, begun, heard)| WorkerSign {
            name,
            begun: Duration::from_micros(begun),
            heard: Duration::from_micros(heard),
        };
        let mut signs: Vec<WorkerSign> = told.into_iter().map(sign).collect();
        signs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(signs)
    }
}
