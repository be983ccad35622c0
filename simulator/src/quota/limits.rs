//! The published limits, and how a file or a control overrides them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// The rate limit of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaRate {
    /// Calls a second of simulator time.
    pub rate: f64,
    /// The most tokens that a bucket saves.
    #[serde(default = "one")]
    pub burst: u32,
}

fn one() -> u32 {
    1
}

impl QuotaRate {
    /// Nanoseconds in which one token is added, rounded up; `None` for a rate of zero.
    pub fn period_nanos(self) -> Option<u128> {
        let period = 1e9 / self.rate;
        if !period.is_finite() || period <= 0.0 || period > 1e24 {
            return None;
        }
        Some(ceiling(period))
    }

    /// Nanoseconds in which an empty bucket fills up.
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
    // A quotient such as 1 / 0.7 is wrong by 1e-16 of its value, which must not add a nanosecond.
    (nanos * (1.0 - 1e-15)).ceil() as u128
}

/// The limits of BASE for one shop (source: BASE API documentation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BaseLimits {
    /// Calls in a clock hour.
    pub hour: u64,
    /// Calls in a day in Japan.
    pub day: u64,
    /// Accepted so that existing files stay valid. No simulated call adds items.
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

/// The limits of a quotas file. Limits that it does not name stay as published.
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
    /// Rates of the Selling Partner API by name of the operation.
    pub operations: BTreeMap<String, QuotaRate>,
    /// Limits of BASE.
    pub base: BaseLimits,
}

/// Why limits were refused.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// The file has another format.
    #[error("not a quotas file in TOML or JSON: {0}")]
    Shape(#[from] toml::de::Error),
    /// The operation does not exist, or has no rate.
    #[error("there is no rate-limited operation {0}")]
    Operation(String),
    /// The rate is missing, negative or not finite.
    #[error("a rate must be a number of calls a second, 0 or more")]
    Rate,
}

/// Which limits are in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Quotas {
    /// Those that the vendors publish.
    #[default]
    Published,
    /// None.
    Off,
    /// Those of a file.
    Custom(QuotaTable),
}

impl Quotas {
    /// Reads a quotas file, in TOML or JSON.
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

    /// The rate of an operation; `None` if it is not limited.
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

    /// The limits of BASE; `None` if nothing is limited.
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
    let (rate, burst) = match operation {
        Operation::ItemOffersBatch => (0.1, 1),
        Operation::CompetitivePricing => (0.5, 1),
        Operation::SearchCatalogItems => (2.0, 2),
        _ => return None,
    };
    Some(QuotaRate { rate, burst })
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

/// A change of limits while the simulator runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaChange {
    /// Name of the operation.
    pub operation: Option<String>,
    /// Calls a second.
    pub rate: Option<f64>,
    /// The most tokens that a bucket saves; 1 by default.
    pub burst: Option<u32>,
    /// Limits of BASE.
    pub base: Option<BaseLimits>,
}

impl QuotaChange {
    /// The operation and its new rate; `None` if the change names no operation.
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
    fn a_file_in_toml_or_json_overrides_the_limits_that_it_names() {
        let toml = "[operations.getItemOffersBatch]\nrate = 0.5\n[base]\nhour = 10\n";
        let json = r#"{"operations": {"getItemOffersBatch": {"rate": 0.5}}, "base": {"hour": 10}}"#;

        for text in [toml, json] {
            let quotas = Quotas::parse(text).unwrap();

            let rate = quotas.rate(Operation::ItemOffersBatch);
            let quota = |rate, burst| Some(QuotaRate { rate, burst });
            assert_eq!(rate, quota(0.5, 1));
            assert_eq!(quotas.rate(Operation::SearchCatalogItems), quota(2.0, 2));
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
