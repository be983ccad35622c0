//! A whole app for one test: real handlers, clients, limiter, queue and `SQLite`, with the vendors
//! simulated on loopback.

use adapters::base::{BaseConfig, BaseCredentials, BaseShop};
use adapters::clock::SystemClock;
use adapters::http::HttpSettings;
use adapters::limiter::{LocalLimiter, Rates};
use adapters::queue::LocalQueue;
use adapters::spapi::{SpApi, SpApiConfig};
use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use producer::{RunOrder, StartRunError, start_run};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::quota::WindowQuota;
use shared::domain::report::Report;
use shared::domain::rules::Rules;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::domain::schedule::RunSchedule;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::store::{
    AccountRow, AccountStore as _, CatalogueStore as _, ImportCounts, NewListing, ReportStore as _,
    RunQueries as _,
};
use simulator::{Config, ItemSnapshot, Quotas, ShopChange, Simulator};
use sqlx::Connection as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use worker::runtime::{Concurrency, Runtime, Stop};

/// Longer than any run of a test; a run that hangs fails its test.
const RUN_ENDS_WITHIN: Duration = Duration::from_secs(60);

pub struct Fixture {
    pub simulator: Simulator,
    pub store: Arc<SqlStore>,
    pub ctx: Context,
    folder: tempfile::TempDir,
}

/// A simulator of `catalog` listings in `accounts` shops, without quotas.
pub fn world(catalog: usize, accounts: usize) -> Config {
    Config {
        catalog,
        accounts,
        quotas: Quotas::Off,
        ..Config::default()
    }
}

/// A schedule of one run every `hours`.
pub fn every_hours(hours: i64) -> RunSchedule {
    RunSchedule::Every(TimeDelta::hours(hours))
}

/// Rates without a limit.
pub fn no_limit() -> Rates {
    Rates {
        item_offers: None,
        catalog_items: None,
    }
}

impl Fixture {
    /// An app in this world, its listings imported, without rate limits.
    pub async fn open(config: Config) -> Self {
        Self::open_with(config, no_limit()).await
    }

    /// The same, with these rates.
    pub async fn open_with(config: Config, rates: Rates) -> Self {
        Self::open_at(config, rates, Arc::new(SystemClock)).await
    }

    /// The same, with this clock.
    pub async fn open_at(config: Config, rates: Rates, clock: Arc<dyn Clock>) -> Self {
        let simulator = Simulator::start(config)
            .await
            .expect("the simulator starts");
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let store = Arc::new(SqlStore::open(&url).await.expect("the store opens"));
        let accounts = accounts(&simulator);
        store
            .sync_accounts(&rows(&accounts, |_| true))
            .await
            .expect("accounts");
        let listings = listings(&simulator.listings_csv());
        store
            .import(&listings, clock.now())
            .await
            .expect("listings");
        let ctx = context(&simulator, accounts, &store, (rates, clock)).await;
        Self {
            simulator,
            store,
            ctx,
            folder,
        }
    }

    /// Runs a whole run and returns its report.
    pub async fn run(&self, kind: RunKind) -> Report {
        let run = self.start(kind).await.expect("the run starts");
        self.finish(run).await
    }

    /// Writes the rows of a run and sends its messages.
    pub async fn start(&self, kind: RunKind) -> Result<RunId, StartRunError> {
        let started = start_run(RunOrder::new(kind), &self.ctx).await?;
        Ok(started.id)
    }

    /// Runs workers until the run has ended, or is held.
    pub async fn finish(&self, run: RunId) -> Report {
        self.work(self.until_ended(run)).await
    }

    /// Runs workers until the future has ended.
    pub async fn work<T>(&self, until: impl Future<Output = T>) -> T {
        let (stop, stopped) = watch::channel(Stop::NotYet);
        let concurrency = Concurrency {
            sync: 4,
            update: 8,
            info: 1,
        };
        let runtime = Runtime::new(self.ctx.clone(), concurrency);
        let workers = tokio::spawn(runtime.run(stopped));
        let ended = tokio::time::timeout(RUN_ENDS_WITHIN, until).await;
        stop.send(Stop::ClaimNoMore).expect("the workers listen");
        workers
            .await
            .expect("no panic")
            .expect("the workers end well");
        ended.expect("the work ends in time")
    }

    async fn until_ended(&self, run: RunId) -> Report {
        loop {
            let row = self
                .store
                .run(run)
                .await
                .expect("the store answers")
                .expect("the run");
            if !row.state.is_open() || row.state == RunState::Held {
                let report = self.store.report(run, self.now()).await;
                return report.expect("the store answers").expect("a report");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The context of another process: the same rows, and no tokens in memory.
    pub async fn next_process(&self) -> Context {
        let terms = (no_limit(), self.ctx.clock.clone());
        context(
            &self.simulator,
            accounts(&self.simulator),
            &self.store,
            terms,
        )
        .await
    }

    /// Imports the listings of the beginning once more.
    pub async fn import_again(&self) -> ImportCounts {
        let listings = listings(&self.simulator.listings_csv());
        let counts = self.store.import(&listings, self.now()).await;
        counts.expect("listings")
    }

    /// Switches accounts on and off.
    pub async fn activate(&self, active: impl Fn(&str) -> bool) {
        let rows = rows(&accounts(&self.simulator), active);
        self.store.sync_accounts(&rows).await.expect("accounts");
    }

    /// Drops the cache entries of `count` products; returns how many there were.
    pub async fn forget_cache(&self, count: u32) -> u64 {
        let url = format!("sqlite://{}", self.database().display());
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&url)
            .await
            .expect("the database");
        let forget = "DELETE FROM cache_entries WHERE asin IN \
                      (SELECT asin FROM cache_entries ORDER BY asin LIMIT $1)";
        let forgotten = sqlx::query(forget)
            .bind(i64::from(count))
            .execute(&mut connection)
            .await;
        forgotten.expect("the cache").rows_affected()
    }

    /// The path of the database.
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("shop.db")
    }

    /// Blocks all writes to the database until the lock is dropped or closed.
    pub async fn lock_database(&self) -> sqlx::AnyConnection {
        let url = format!("sqlite://{}", self.database().display());
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&url)
            .await
            .expect("the database");
        let locked = sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut connection)
            .await;
        locked.expect("the lock");
        connection
    }

    /// Deletes the item of `asin` in its shop, as its owner would.
    pub fn delete_item(&self, asin: &str) {
        let delete = vec![self.shown(asin).item_id];
        let work = ShopChange {
            delete,
            ..ShopChange::default()
        };
        self.simulator
            .change_shop("shop-1", work)
            .expect("the item is deleted");
    }

    /// The item of `asin` as the shop shows it.
    pub fn shown(&self, asin: &str) -> ItemSnapshot {
        let shops = (1..).map_while(|no| self.simulator.shop(&format!("shop-{no}")));
        let mut items = shops.flat_map(|shop| shop.items);
        items.find(|item| item.asin == asin).expect("the item")
    }

    /// How many items the shops show.
    pub fn on_display(&self) -> usize {
        let shops = (1..).map_while(|no| self.simulator.shop(&format!("shop-{no}")));
        let items = shops.flat_map(|shop| shop.items);
        items.filter(|item| item.visible).count()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.ctx.clock.now()
    }
}

async fn context(
    simulator: &Simulator,
    accounts: Vec<BaseCredentials>,
    store: &Arc<SqlStore>,
    (rates, clock): (Rates, Arc<dyn Clock>),
) -> Context {
    let limiter = LocalLimiter::new(rates, clock.clone(), store.clone()).await;
    let limiter = Arc::new(limiter.expect("a limiter"));
    let http = adapters::http::client(&HttpSettings::default()).expect("a client");
    let spapi = SpApiConfig {
        http: http.clone(),
        base_url: simulator.url(),
        lwa_url: simulator.url(),
        marketplace_id: "A1VC38T7YXB528".to_owned(),
        client_id: "amzn1.application-oa2-client.example".to_owned(),
        client_secret: "amzn1.oa2-cs.v1.example".into(),
        refresh_token: "Atzr|example".into(),
    };
    let base = BaseConfig {
        http,
        base_url: simulator.url(),
        quota: WindowQuota::UNLIMITED,
        accounts,
        renewal: BaseConfig::RENEWAL,
    };
    Context {
        marketplace: Arc::new(SpApi::new(spapi, clock.clone(), limiter.clone())),
        shop: Arc::new(BaseShop::new(
            base,
            clock.clone(),
            limiter.clone(),
            store.clone(),
            store.clone(),
        )),
        cache: Arc::new(store.cache()),
        queue: Arc::new(LocalQueue::new()),
        store: store.clone(),
        rules: Arc::new(Rules::default()),
        clock,
        limiter,
    }
}

fn accounts(simulator: &Simulator) -> Vec<BaseCredentials> {
    let toml = simulator.accounts_toml();
    let field = |block: &str, name: &str| {
        let line = block
            .lines()
            .find(|line| line.starts_with(&format!("{name} =")));
        let value = line
            .unwrap_or_else(|| panic!("{name} in {block}"))
            .split('"')
            .nth(1);
        value.expect("a quoted value").to_owned()
    };
    let blocks = toml.split("[[account]]").skip(1);
    blocks
        .map(|block| BaseCredentials {
            account: AccountId::parse(&field(block, "id")).expect("an id"),
            client_id: field(block, "client_id"),
            client_secret: field(block, "client_secret").into(),
            refresh_token: Some(field(block, "refresh_token").into()),
            redirect_uri: None,
            shop_id: None,
            proxy: None,
        })
        .collect()
}

fn rows(accounts: &[BaseCredentials], active: impl Fn(&str) -> bool) -> Vec<AccountRow> {
    let row = |account: &BaseCredentials| {
        AccountRow::new(
            account.account.clone(),
            account.account.to_string(),
            active(account.account.as_str()),
        )
    };
    accounts.iter().map(row).collect()
}

fn listings(csv: &str) -> Vec<NewListing> {
    let listing = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        NewListing {
            account: AccountId::parse(fields[0]).expect("an id"),
            asin: Asin::parse(fields[1]).expect("an ASIN"),
            item: ItemId(fields[2].parse().expect("an item id")),
            sku: fields[3].to_owned(),
            shown: ShopState {
                price: Yen(fields[4].parse().expect("a price")),
                visible: fields[5].trim() == "public",
                stock: None,
            },
        }
    };
    csv.lines().skip(1).map(listing).collect()
}
