//! The limits in force: rates that can be changed, and a bucket for each client and operation.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::bucket::TokenBucket;
use super::limits::{BaseLimits, QuotaChange, QuotaError, QuotaRate, Quotas};
use crate::operation::Operation;

/// The limits in force. The buckets count nanoseconds of simulator time since its start.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActiveQuotas {
    opening: Quotas,
    rates: HashMap<Operation, QuotaRate>,
    base: Option<BaseLimits>,
    /// By operation and client.
    buckets: HashMap<Operation, HashMap<String, TokenBucket>>,
}

impl ActiveQuotas {
    pub fn new(opening: Quotas) -> Self {
        let base = opening.base();
        Self {
            opening,
            rates: HashMap::new(),
            base,
            buckets: HashMap::new(),
        }
    }

    /// The current rate of an operation; `None` if it is not limited.
    pub fn rate(&self, operation: Operation) -> Option<QuotaRate> {
        let changed = self.rates.get(&operation).copied();
        changed.or_else(|| self.opening.rate(operation))
    }

    /// The current limits of BASE; `None` if nothing is limited.
    pub fn base(&self) -> Option<BaseLimits> {
        self.base
    }

    /// Whether there is a token for a call of `client`.
    pub fn is_ready(&mut self, client: &str, operation: Operation, now: u64) -> bool {
        let bucket = self.bucket(client, operation, now);
        bucket.is_none_or(|bucket| bucket.is_ready(now))
    }

    /// Takes the token for a call of `client`. False if there is none.
    pub fn take(&mut self, client: &str, operation: Operation, now: u64) -> bool {
        let bucket = self.bucket(client, operation, now);
        bucket.is_none_or(|bucket| bucket.take(now))
    }

    /// Changes limits. Buckets keep the tokens that they have.
    pub fn change(&mut self, change: &QuotaChange, now: u64) -> Result<(), QuotaError> {
        if let Some((operation, rate)) = change.rate_of()? {
            self.rates.insert(operation, rate);
            for bucket in self.buckets.entry(operation).or_default().values_mut() {
                bucket.set_rate(rate, now);
            }
        }
        if let Some(base) = change.base {
            self.base = Some(base);
        }
        Ok(())
    }

    fn bucket(&mut self, client: &str, operation: Operation, now: u64) -> Option<&mut TokenBucket> {
        let rate = self.rate(operation)?;
        let of_operation = self.buckets.entry(operation).or_default();
        let bucket = of_operation.entry(client.to_owned());
        Some(bucket.or_insert_with(|| TokenBucket::full(rate, now)))
    }
}
