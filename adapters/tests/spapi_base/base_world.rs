//! A simulator with two shops, and a client of it.

use crate::fakes::{HeldClock, Listener, Memory, permit};
use adapters::base::{BaseConfig, BaseCredentials, BaseShop, quota};
use adapters::http::{HttpSettings, client};
use secrecy::SecretString;
use serde_json::Value;
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::platform::Platform;
use shared::domain::shop_page::ItemView;
use shared::ports::shop::{Shop, ShopError};
use simulator::{Config, Quotas, SimulatedAccount, Simulator, opening_accounts};
use std::sync::Arc;
use std::time::Duration;

/// How long an exchange waits, shorter than the limit of its caller.
const RENEWAL: Duration = Duration::from_secs(3);

/// A simulator with two shops, and a client of it.
pub struct World {
    pub simulator: Simulator,
    pub shop: Arc<BaseShop>,
    pub clock: Arc<HeldClock>,
    pub limiter: Arc<Listener>,
    pub memory: Arc<Memory>,
}

pub fn first() -> AccountId {
    AccountId::parse("shop-1").unwrap()
}

pub fn second() -> AccountId {
    AccountId::parse("shop-2").unwrap()
}

pub fn lane(account: &AccountId) -> Lane {
    Lane::Shop(ShopLane {
        platform: Platform::default(),
        account: account.clone(),
        quota: quota(None, None),
    })
}

pub fn wanted() -> ShopState {
    ShopState {
        price: Yen(3_250),
        visible: true,
        stock: Some(1),
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(Config::default()).await
    }

    /// With the rest of this configuration.
    pub async fn with(config: Config) -> Self {
        let config = Config {
            catalog: 20,
            accounts: 2,
            quotas: Quotas::Off,
            ..config
        };
        let simulator = Simulator::start(config).await.unwrap();
        let (clock, limiter, memory) = (HeldClock::new(), Arc::default(), Arc::default());
        let mut world = Self {
            shop: Arc::new(BaseShop::new(
                config_for("", Vec::new()),
                clock.clone(),
                Arc::clone(&limiter) as _,
                Arc::clone(&memory) as _,
                Arc::clone(&memory) as _,
            )),
            simulator,
            clock,
            limiter,
            memory,
        };
        world.shop = world.process(&opening_accounts(1, 2));
        world
    }

    /// Another process with these accounts, over the same stores.
    pub fn process(&self, accounts: &[SimulatedAccount]) -> Arc<BaseShop> {
        let credentials = accounts.iter().map(credentials).collect();
        self.process_at(&self.simulator.url(), credentials)
    }

    pub fn process_at(&self, url: &str, accounts: Vec<BaseCredentials>) -> Arc<BaseShop> {
        Arc::new(BaseShop::new(
            config_for(url, accounts),
            self.clock.clone(),
            self.limiter.clone(),
            self.memory.clone(),
            self.memory.clone(),
        ))
    }

    /// The same, whose token exchanges wait for so long.
    pub fn process_waiting(
        &self,
        url: &str,
        account: BaseCredentials,
        renewal: Duration,
    ) -> Arc<BaseShop> {
        let config = BaseConfig {
            renewal,
            ..config_for(url, vec![account])
        };
        Arc::new(BaseShop::new(
            config,
            self.clock.clone(),
            self.limiter.clone(),
            self.memory.clone(),
            self.memory.clone(),
        ))
    }

    pub fn fault(&self, fault: Value) {
        self.simulator
            .add_fault(serde_json::from_value(fault).unwrap())
            .unwrap();
    }

    /// The first item of an account.
    pub fn item(&self, account: &AccountId) -> ItemId {
        let shop = self.simulator.shop(account.as_str()).unwrap();
        ItemId(i64::try_from(shop.items[0].item_id).unwrap())
    }

    pub async fn edit(&self, account: &AccountId) -> Result<ItemView, ShopError> {
        let item = self.item(account);
        let permit = permit(lane(account));
        self.shop.edit(permit, account, item, &wanted()).await
    }

    pub async fn ask(&self, item: ItemId) -> Result<Option<ItemView>, ShopError> {
        let permit = permit(lane(&first()));
        self.shop.item(permit, &first(), item).await
    }

    pub fn requests(&self, operation: &str) -> u64 {
        let ledger = self.simulator.ledger();
        ledger
            .operations
            .get(operation)
            .map_or(0, |tally| tally.requests)
    }
}

fn config_for(url: &str, accounts: Vec<BaseCredentials>) -> BaseConfig {
    let settings = HttpSettings {
        total_timeout: Duration::from_secs(2),
        ..HttpSettings::default()
    };
    BaseConfig {
        http: client(&settings).unwrap(),
        base_url: url.to_owned(),
        quota: quota(None, None),
        accounts,
        renewal: RENEWAL,
    }
}

pub fn credentials(account: &SimulatedAccount) -> BaseCredentials {
    BaseCredentials {
        account: AccountId::parse(&account.id).unwrap(),
        client_id: account.client_id.clone(),
        client_secret: SecretString::from(account.client_secret.clone()),
        refresh_token: Some(SecretString::from(account.refresh_token.clone())),
        redirect_uri: Some("https://localhost/callback".to_owned()),
        shop_id: None,
        proxy: None,
    }
}
