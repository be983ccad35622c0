//! A simulator of Amazon, and a client of it.

use crate::fakes::{HeldClock, Listener, batch, permit};
use adapters::http::{HttpSettings, client};
use adapters::spapi::{SpApi, SpApiConfig};
use secrecy::SecretString;
use serde_json::Value;
use shared::domain::asin::AsinBatch;
use shared::domain::observation::ItemAnswer;
use shared::ports::marketplace::{Marketplace, MarketplaceError};
use simulator::{Config, Quotas, Simulator};
use std::sync::Arc;
use std::time::Duration;

pub const CLIENT_ID: &str = "amzn1.application-oa2-client.miseban";
const SECRET: &str = "amzn1.oa2-cs.v1.shop-keepers-secret";
const REFRESH: &str = "Atzr|shop-keepers-refresh-token";

/// A simulator and a client of it.
pub struct World {
    pub simulator: Simulator,
    pub amazon: Arc<SpApi>,
    pub clock: Arc<HeldClock>,
    pub limiter: Arc<Listener>,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(Quotas::Off).await
    }

    pub async fn start_with(quotas: Quotas) -> Self {
        let config = Config {
            catalog: 100,
            quotas,
            ..Config::default()
        };
        let simulator = Simulator::start(config).await.unwrap();
        let (clock, limiter) = (HeldClock::new(), Arc::new(Listener::default()));
        let amazon = SpApi::new(config_for(&simulator.url()), clock.clone(), limiter.clone());
        Self {
            simulator,
            amazon: Arc::new(amazon),
            clock,
            limiter,
        }
    }

    pub fn fault(&self, fault: Value) {
        self.simulator
            .add_fault(serde_json::from_value(fault).unwrap())
            .unwrap();
    }

    /// A batch of the first ASINs of the catalogue.
    pub fn batch(&self, len: usize) -> AsinBatch {
        let asins: Vec<String> = (0..len).map(|number| self.simulator.asin(number)).collect();
        batch(&asins)
    }

    pub async fn ask(&self, len: usize) -> Result<Vec<ItemAnswer>, MarketplaceError> {
        let answers = self
            .amazon
            .offers(permit(self.amazon.lane()), &self.batch(len))
            .await?;
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    pub fn requests(&self, operation: &str) -> u64 {
        let ledger = self.simulator.ledger();
        ledger
            .operations
            .get(operation)
            .map_or(0, |tally| tally.requests)
    }
}

pub fn config_for(url: &str) -> SpApiConfig {
    let settings = HttpSettings {
        total_timeout: Duration::from_secs(2),
        ..HttpSettings::default()
    };
    SpApiConfig {
        http: client(&settings).unwrap(),
        base_url: url.to_owned(),
        lwa_url: url.to_owned(),
        marketplace_id: SpApiConfig::JAPAN.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(SECRET),
        refresh_token: SecretString::from(REFRESH),
    }
}

pub fn tells_no_secret(text: &str) -> bool {
    ![SECRET, REFRESH, "Atza|", "Atzr|"]
        .iter()
        .any(|secret| text.contains(secret))
}
