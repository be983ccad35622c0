//! The installation that the processes work on: the database with its shops and listings, and the
//! settings that the seed has drawn.

use crate::drawn_rules::DrawnRules;
use crate::real_time::RealTime;
use crate::scenario::Scenario;
use adapters::base::{BaseCredentials, quota};
use adapters::http::{HttpClient, HttpSettings};
use adapters::limiter::{LocalLimiter, Rates};
use adapters::store::SqlStore;
use anyhow::Context as _;
use app::config::Work;
use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::{FutureExt as _, poll};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::SellingRule;
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::{Ratio, Yen};
use shared::domain::offer::OfferRule;
use shared::domain::price_fall::PriceFallRule;
use shared::domain::pricing::{Bounds, Strategy};
use shared::domain::quota::WindowQuota;
use shared::domain::rate::ConfiguredPeriod;
use shared::domain::rules::Rules;
use shared::domain::schedule::RunSchedule;
use shared::ports::store::{AccountRow, AccountStore as _, CatalogueStore as _, NewListing};
use simulator::opening_accounts;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// The published rates of Amazon, in microseconds: a request in 10 s, and one in 0.5 s.
const ITEM_OFFERS: i64 = 10_000_000;
const CATALOG_ITEMS: i64 = 500_000;

/// The connections of the store that read (`adapters/src/store/db/sqlite.rs`).
const READERS: usize = 4;

/// What every process of a simulation is built over.
pub struct Installation {
    /// The database.
    pub store: SqlStore,
    /// The client whose requests each process answers by its own network.
    pub http: HttpClient,
    /// The limiter that all processes share, as in Redis; `None` where each has its own.
    pub limiter: Option<Arc<LocalLimiter>>,
    folder: TempDir,
    _held: Mutex<Vec<BoxFuture<'static, ()>>>,
}

impl Installation {
    /// A new one with the shops and listings of `scenario`, in memory if the system has such a folder.
    pub fn open(scenario: &Scenario, real: &RealTime) -> anyhow::Result<Self> {
        let memory = Path::new("/dev/shm");
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("miseban-simulation-");
        let folder = if memory.is_dir() {
            folder.tempdir_in(memory)
        } else {
            folder.tempdir()
        };
        let folder = folder.context("no temporary folder")?;
        let url = format!("sqlite://{}", database(folder.path()).display());
        let (store, held) = real.run(async {
            let store = SqlStore::open(&url).await?;
            store
                .sync_accounts(&accounts(scenario, &scenario.rules))
                .await?;
            store.import(&listings(scenario)?, scenario.start).await?;
            let held = leave_one_connection(&store).await;
            // Opens that one.
            store.accounts().await?;
            anyhow::Ok((store, held))
        })?;
        Ok(Self {
            store,
            http: adapters::http::client(&HttpSettings::default())?,
            limiter: None,
            folder,
            _held: Mutex::new(held),
        })
    }

    /// Deletes the database.
    pub fn delete(&self) {
        // The system's folder for temporary files is emptied by others.
        let _ = std::fs::remove_dir_all(self.folder.path());
    }

    /// The path of the database.
    pub fn database(&self) -> PathBuf {
        database(self.folder.path())
    }
}

/// Takes all reading connections but one for ever: which of several a call gets would depend on real time,
/// and with it what the driver draws for a statement that is new on its connection. A call that was polled
/// once has its permit of the pool, and none of these is polled again.
async fn leave_one_connection(store: &SqlStore) -> Vec<BoxFuture<'static, ()>> {
    let mut held = Vec::new();
    for _ in 1..READERS {
        let store = store.clone();
        let mut call = async move { drop(store.accounts().await) }.boxed();
        let _ = poll!(call.as_mut());
        held.push(call);
    }
    held
}

fn database(folder: &Path) -> PathBuf {
    folder.join("shop.db")
}

/// The shops of the accounts file.
pub fn accounts(scenario: &Scenario, drawn: &DrawnRules) -> Vec<AccountRow> {
    let is_off = |id: &AccountId| drawn.off.as_deref() == Some(id.as_str());
    let row = |id: AccountId| AccountRow::new(id.clone(), id.to_string(), !is_off(&id));
    credentials(scenario)
        .into_iter()
        .map(|one| row(one.account))
        .collect()
}

fn listings(scenario: &Scenario) -> anyhow::Result<Vec<NewListing>> {
    let listing = |listed: &simulator::OpeningListing| {
        Ok(NewListing {
            account: AccountId::parse(&scenario.accounts[listed.account])?,
            asin: Asin::parse(&listed.asin)?,
            item: ItemId(i64::try_from(listed.item_id)?),
            sku: listed.sku.clone(),
            shown: ShopState {
                price: Yen(u32::try_from(listed.price)?),
                visible: listed.visible,
                stock: None,
            },
        })
    };
    scenario.listings.iter().map(listing).collect()
}

/// The credentials of the shops.
pub fn credentials(scenario: &Scenario) -> Vec<BaseCredentials> {
    let known = opening_accounts(scenario.seed, scenario.accounts.len());
    let credentials = |account: simulator::SimulatedAccount| {
        Some(BaseCredentials {
            account: AccountId::parse(&account.id).ok()?,
            client_id: account.client_id,
            client_secret: account.client_secret.into(),
            refresh_token: Some(account.refresh_token.into()),
            redirect_uri: None,
            shop_id: None,
            proxy: None,
        })
    };
    known.into_iter().filter_map(credentials).collect()
}

/// The rules of the shop keeper.
pub fn rules(drawn: &DrawnRules) -> Rules {
    let yen = |amount: i64| Yen(u32::try_from(amount).unwrap_or(u32::MAX));
    let ratio = Ratio::from_thousandths(drawn.ratio_permille);
    let restock = drawn.restock_hours.map(i64::from);
    Rules {
        selling: SellingRule {
            strategy: ratio.map_or_else(|| SellingRule::default().strategy, Strategy::Flat),
            bounds: Bounds {
                min: yen(drawn.min_price),
                max: yen(drawn.max_price),
            },
            min_change: yen(drawn.min_change),
            min_change_percent: drawn.min_change_percent,
            filtered_out_after: drawn.filtered_hides_after,
            restock_after: restock.map(TimeDelta::hours),
        },
        offers: OfferRule {
            max_handling_hours: drawn.max_handling_hours.into(),
            ..OfferRule::default()
        },
        falls: PriceFallRule {
            percent: drawn.confirm_fall_percent,
        },
        guard: MassChangeGuard {
            percent: drawn.guard_share_percent,
            count: drawn.guard_min,
        },
        ..Rules::default()
    }
}

/// Schedule and concurrency.
pub fn work(scenario: &Scenario) -> Work {
    let slots = |count: usize| u32::try_from(count).unwrap_or(1);
    let every = TimeDelta::from_std(scenario.run_every).unwrap_or(TimeDelta::MAX);
    Work {
        schedule: RunSchedule::Every(every),
        reconcile_at: chrono::NaiveTime::from_hms_opt(4, 0, 0),
        basic_info_every_days: 7,
        sync_concurrency: slots(scenario.slots.0),
        update_concurrency: slots(scenario.slots.1),
        info_concurrency: 1,
        stop_within: Duration::from_secs(20),
    }
}

/// The rates of Amazon.
pub fn rates() -> Rates {
    Rates {
        item_offers: Some(ConfiguredPeriod::Published(ITEM_OFFERS)),
        catalog_items: Some(ConfiguredPeriod::Published(CATALOG_ITEMS)),
    }
}

/// The calls that a shop accepts.
pub fn shop_quota(scenario: &Scenario) -> WindowQuota {
    quota(scenario.shop_calls_an_hour.or(Some(5_000)), Some(100_000))
}
