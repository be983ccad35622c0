//! A database that is restored from a dump while processes work: what only they know is stored again.

use crate::store_fixture::Home;
use crate::world::{account_row, home};
use adapters::base::{BaseConfig, BaseCredentials, BaseShop, quota};
use adapters::clock::SystemClock;
use adapters::http::{HttpSettings, client};
use adapters::limiter::{LocalLimiter, Rates};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use shared::domain::account::AccountId;
use shared::ports::clock::Clock;
use shared::ports::shop::Shop as _;
use shared::ports::store::{AccountStore as _, StoredToken, TokenStore as _};
use simulator::{Config, Simulator, opening_accounts};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The system's clock, and the seconds that a test skips.
#[derive(Default)]
struct Skipping(AtomicI64);

impl Skipping {
    fn skip(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Skipping {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// The life of an access token.
const LIFE: i64 = 3_600;
const OWNER: &str = "base/shop-1";

fn shop_1() -> AccountId {
    AccountId::parse("shop-1").expect("an id")
}

/// One process, with connections of its own.
async fn process(home: &Home, simulator: &Simulator, clock: &Arc<Skipping>) -> BaseShop {
    let account = opening_accounts(1, 1).remove(0);
    let credentials = BaseCredentials {
        account: shop_1(),
        client_id: account.client_id,
        client_secret: SecretString::from(account.client_secret),
        refresh_token: Some(SecretString::from(account.refresh_token)),
        redirect_uri: None,
        shop_id: None,
        proxy: None,
    };
    let config = BaseConfig {
        http: client(&HttpSettings::default()).expect("a client"),
        base_url: simulator.url(),
        quota: quota(None, None),
        accounts: vec![credentials],
        renewal: BaseConfig::RENEWAL,
    };
    let store = Arc::new(home.store().await);
    let no_limit = Rates {
        item_offers: None,
        catalog_items: None,
    };
    let limiter = LocalLimiter::new(no_limit, clock.clone(), store.clone());
    let limiter = Arc::new(limiter.await.expect("a limiter"));
    BaseShop::new(config, clock.clone(), limiter, store.clone(), store)
}

/// Runs a program of the newest `PostgreSQL` that is installed.
fn run(program: &str, arguments: &[&str]) {
    let folders = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let newest = folders
        .flatten()
        .map(|folder| folder.path().join("bin").join(program))
        .max();
    let path = newest.unwrap_or_else(|| PathBuf::from(program));
    let ended = Command::new(&path).args(arguments).status();
    let ended = ended.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(ended.success(), "{program}: {ended}");
}

fn dump(home: &Home, file: &Path) {
    let file = file.to_str().expect("a path");
    run(
        "pg_dump",
        &[
            "--clean",
            "--if-exists",
            "--no-owner",
            "--file",
            file,
            &home.url,
        ],
    );
}

fn restore(home: &Home, file: &Path) {
    let file = file.to_str().expect("a path");
    let quiet = ["--quiet", "--no-psqlrc", "--output", "/dev/null"];
    let stops = [
        "--set",
        "ON_ERROR_STOP=1",
        "--single-transaction",
        "--file",
        file,
    ];
    run("psql", &[&quiet[..], &stops[..], &[&home.url]].concat());
}

fn refresh_token(pair: &StoredToken) -> String {
    pair.refresh_token.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_loses_a_token_pair_costs_no_authorisation() {
    let home = home().await;
    let store = home.store().await;
    store
        .sync_accounts(&[account_row("shop-1", true)])
        .await
        .unwrap();
    let world = Config {
        catalog: 20,
        accounts: 1,
        ..Config::default()
    };
    let simulator = Simulator::start(world).await.unwrap();
    let clock = Arc::new(Skipping::default());
    let working = process(&home, &simulator, &clock).await;
    working.prepare(&shop_1()).await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("dump.sql");
    dump(&home, &file);
    clock.skip(LIFE);
    working.prepare(&shop_1()).await.unwrap();
    let held = store.token(OWNER).await.unwrap().unwrap();

    restore(&home, &file);

    let taken_back = store.token(OWNER).await.unwrap().unwrap();
    assert_ne!(refresh_token(&taken_back), refresh_token(&held));
    clock.skip(11);
    // One that starts now sends the old token, unless the other one was faster.
    let started = process(&home, &simulator, &clock).await;
    let account = shop_1();
    let (here, there) = tokio::join!(started.prepare(&account), working.prepare(&account));
    here.unwrap();
    there.unwrap();
    let again = store.token(OWNER).await.unwrap().unwrap();
    assert_eq!(refresh_token(&again), refresh_token(&held));
    clock.skip(LIFE);
    started.prepare(&account).await.unwrap();
    let row = store.account(&account).await.unwrap().unwrap();
    assert_eq!(row.reauthorise_since, None);
}
