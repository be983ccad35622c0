//! The published limits, and how they are overridden by a file or at run time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// What flows into a bucket, in calls a second of simulator time, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaRate {
    pub rate: f64,
    #[serde(default = "one")]
    pub burst: u32,
}

fn one() -> u32 {
    1
}

impl QuotaRate {
    /// Nanoseconds until one token has flowed in, rounded up; none for a rate of nothing.
    pub fn period_nanos(self) -> Option<u128> {
        let period = 1e9 / self.rate;
        if !period.is_finite() || period <= 0.0 || period > 1e24 {
            return None;
        }
        Some(ceiling(period))
    }

    pub fn capacity_nanos(self) -> u128 {
        self.period_nanos().unwrap_or(0) * u128::from(self.burst)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller allows 0 to 1e24 only"
)]
fn ceiling(nanos: f64) -> u128 {
    // 1 / 0.7 and the like are off by a part in 1e16, which must not cost a nanosecond.
    (nanos * (1.0 - 1e-15)).ceil() as u128
}

/// Calls to BASE of one shop (source: BASE API documents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BaseLimits {
    pub hour: u64,
    pub day: u64,
    /// Accepted, so that a file that names it stays valid; no simulated call adds items.
    pub add_per_day: u64,
}

impl Default for BaseLimits {
    fn default() -> Self {
        Self {
            hour: 5_000,
            day: 100_000,
            add_per_day: 1_000,
        }
    }
}

/// The limits of a file: what it leaves out stays as published.
///
/// ```toml
/// [operations.getItemOffersBatch]
/// rate = 0.5        # calls a second
/// burst = 1
/// [base]
/// hour = 5000
/// day = 100000
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaTable {
    pub operations: BTreeMap<String, QuotaRate>,
    pub base: BaseLimits,
}

/// Why limits were not taken.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    #[error("neither TOML nor JSON of the known shape: {0}")]
    Shape(#[from] toml::de::Error),
    #[error("{0} is no operation with a rate of its own")]
    Operation(String),
    #[error("a rate is a number of calls a second, 0 or more")]
    Rate,
}

/// Which limits hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Quotas {
    #[default]
    Published,
    Off,
    Custom(QuotaTable),
}

impl Quotas {
    /// Reads the limits of a file, in TOML or JSON.
    pub fn parse(text: &str) -> Result<Self, QuotaError> {
        let table: QuotaTable = match serde_json::from_str(text) {
            Ok(table) => table,
            Err(_) => toml::from_str(text)?,
        };
        for (name, rate) in &table.operations {
            check(name, *rate)?;
        }
        Ok(Self::Custom(table))
    }

    /// The rate of an operation of the Selling Partner API; none where nothing is limited.
    pub fn rate(&self, operation: Operation) -> Option<QuotaRate> {
        match self {
            Self::Off => None,
            Self::Published => published(operation),
            Self::Custom(table) => table
                .operations
                .get(operation.name())
                .copied()
                .or_else(|| published(operation)),
        }
    }

    /// The limits of BASE; none where nothing is limited.
    pub fn base(&self) -> Option<BaseLimits> {
        match self {
            Self::Off => None,
            Self::Published => Some(BaseLimits::default()),
            Self::Custom(table) => Some(table.base),
        }
    }
}

/// Source: official model files, Product Pricing v0 and Catalog Items 2022-04-01 (2026-08-05).
fn published(operation: Operation) -> Option<QuotaRate> {
    match operation {
        Operation::ItemOffersBatch => Some(QuotaRate {
            rate: 0.1,
            burst: 1,
        }),
        Operation::CompetitivePricing => Some(QuotaRate {
            rate: 0.5,
            burst: 1,
        }),
        Operation::SearchCatalogItems => Some(QuotaRate {
            rate: 2.0,
            burst: 2,
        }),
        _ => None,
    }
}

fn check(name: &str, rate: QuotaRate) -> Result<Operation, QuotaError> {
    let operation = Operation::from_name(name)
        .filter(|operation| operation.is_selling_partner())
        .ok_or_else(|| QuotaError::Operation(name.to_owned()))?;
    if rate.rate.is_finite() && rate.rate >= 0.0 {
        Ok(operation)
    } else {
        Err(QuotaError::Rate)
    }
}

/// A change of limits while the simulator runs: an operation's rate, limits of BASE, or both.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaChange {
    pub operation: Option<String>,
    pub rate: Option<f64>,
    pub burst: Option<u32>,
    pub base: Option<BaseLimits>,
}

impl QuotaChange {
    /// The operation and its new rate, if the change names one.
    pub fn rate_of(&self) -> Result<Option<(Operation, QuotaRate)>, QuotaError> {
        let Some(name) = &self.operation else {
            return Ok(None);
        };
        let rate = QuotaRate {
            rate: self.rate.ok_or(QuotaError::Rate)?,
            burst: self.burst.unwrap_or(1),
        };
        Ok(Some((check(name, rate)?, rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_overrides_what_it_names_in_toml_and_in_json() {
        let toml = "[operations.getItemOffersBatch]\nrate = 0.5\n[base]\nhour = 10\n";
        let json = r#"{"operations": {"getItemOffersBatch": {"rate": 0.5}}, "base": {"hour": 10}}"#;

        for text in [toml, json] {
            let quotas = Quotas::parse(text).unwrap();

            let rate = quotas.rate(Operation::ItemOffersBatch);
            assert_eq!(
                rate,
                Some(QuotaRate {
                    rate: 0.5,
                    burst: 1
                })
            );
            assert_eq!(
                quotas.rate(Operation::SearchCatalogItems),
                Some(QuotaRate {
                    rate: 2.0,
                    burst: 2
                })
            );
            assert_eq!(
                quotas.base().map(|base| (base.hour, base.day)),
                Some((10, 100_000))
            );
        }
    }

    #[test]
    fn an_operation_without_a_rate_and_a_negative_rate_are_refused() {
        for text in [
            "[operations.lwaToken]\nrate = 1.0",
            "[operations.getItemOffersBatch]\nrate = -1.0",
            "[operation]",
        ] {
            assert!(Quotas::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn published_rates_have_exact_periods() {
        for (rate, nanos) in [
            (0.1, 10_000_000_000),
            (0.5, 2_000_000_000),
            (2.0, 500_000_000),
        ] {
            assert_eq!(QuotaRate { rate, burst: 1 }.period_nanos(), Some(nanos));
        }
    }
}
