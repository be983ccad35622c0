//! `import`, `migrate` and `doctor` over a real database.

use crate::fixture::{Captured, account, at, failure, open_run, shop};
use adapters::clock::SystemClock;
use adapters::limiter::{LocalLimiter, Rates};
use adapters::store::SqlStore;
use app::accounts::AccountsFile;
use app::config::{DatabaseUrl, Settings};
use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::observation::ItemAnswer;
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use shared::domain::shop_page::{ItemView, PageCursor, ShopPage};
use shared::ports::limiter::Permit;
use shared::ports::marketplace::{InfoPage, Marketplace, MarketplaceError};
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::{AccountStore, CatalogueStore, HistoryStore, RunStore};
use standalone::commands::doctor::{Checked, Vendors, doctor};
use standalone::commands::{import, migrate};
use standalone::database;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, text};

const HEADER: &str = "account_id,asin,item_id,sku,selling_price,visibility\n";

fn accounts_file(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("accounts.toml");
    let shop = |id: &str| {
        format!(
            "[[account]]\nid = \"{id}\"\nclient_id = \"c\"\nclient_secret = \"s\"\nrefresh_token_env = \"TOKEN\"\n"
        )
    };
    std::fs::write(&path, shop("main") + &shop("second")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path
}

fn accounts() -> AccountsFile {
    let folder = TempDir::new().unwrap();
    AccountsFile::read(&accounts_file(&folder)).unwrap()
}

async fn import_csv(
    store: &SqlStore,
    content: &str,
    output: &mut Captured,
) -> Result<Exit, CommandError> {
    let accounts = accounts();
    let sheet = import::read(content.as_bytes(), &accounts)?;
    import::listings(store, &accounts, sheet, at(0), &mut output.json()).await
}

#[tokio::test]
async fn valid_rows_are_imported_and_unchanged_the_second_time() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let content =
        format!("{HEADER}main,B00EXAMPL1,1,a,500,public\nsecond,B00EXAMPL1,1,b,600,hidden\n");
    let (mut first, mut second) = (Captured::new(), Captured::new());

    let exit = import_csv(&store, &content, &mut first).await.unwrap();
    import_csv(&store, &content, &mut second).await.unwrap();

    assert_eq!(exit, Exit::Done);
    assert_eq!(first.object()["new"], 2);
    assert_eq!(second.object()["same"], 2);
    let counts = store.listing_counts().await.unwrap();
    let listed = |id| counts[&account(id)].listed;
    assert_eq!((listed("main"), listed("second")), (1, 1));
}

#[tokio::test]
async fn invalid_rows_are_skipped_and_reported_with_exit_usage() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let content = format!("{HEADER}main,B00EXAMPL1,1,a,500,public\nmain,B00,2,a,500,public\n");
    let mut output = Captured::new();

    let exit = import_csv(&store, &content, &mut output).await.unwrap();

    let object = output.object();
    assert_eq!(exit, Exit::Usage);
    assert_eq!(
        (&object["imported"], &object["wrong"]),
        (&1.into(), &1.into())
    );
    assert_eq!(object["wrong_rows"][0]["line"], 3);
}

#[tokio::test]
async fn a_row_that_would_leave_an_item_unminded_is_held_by_line() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let before =
        format!("{HEADER}main,B00EXAMPL1,1,a,500,public\nmain,B00EXAMPL2,2,b,500,public\n");
    import_csv(&store, &before, &mut Captured::new())
        .await
        .unwrap();
    let content =
        format!("{HEADER}main,B00EXAMPL2,2,c,500,public\n\nmain,B00EXAMPL1,9,a,500,public\n");
    let mut output = Captured::new();

    let exit = import_csv(&store, &content, &mut output).await.unwrap();

    assert_eq!(exit, Exit::Usage);
    let object = output.object();
    assert_eq!(
        (&object["imported"], &object["changed"], &object["held"]),
        (&1.into(), &1.into(), &1.into()),
        "{object}"
    );
    assert_eq!(object["held_rows"][0]["line"], 4, "{object}");
    let facts = store.asin_history(Asin::parse("B00EXAMPL1").unwrap());
    assert_eq!(facts.await.unwrap().listings[0].listing.item, ItemId(1));
}

#[tokio::test]
async fn a_summary_shows_twenty_invalid_rows_and_counts_the_rest() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let accounts = accounts();
    let content = format!(
        "{HEADER}main,B00EXAMPL1,1,a,500,public\n{}",
        "x\n".repeat(25)
    );
    let sheet = import::read(content.as_bytes(), &accounts).unwrap();
    let mut output = Captured::new();

    let page = &mut output.text(Lang::En);
    import::listings(&store, &accounts, sheet, at(0), page)
        .await
        .unwrap();

    let printed = output.read();
    assert_eq!(printed.matches("  line ").count(), 20, "{printed}");
    assert!(printed.contains("and 5 more"), "{printed}");
    assert!(
        printed.starts_with("1 listing imported (1 new"),
        "{printed}"
    );
}

#[tokio::test]
async fn a_file_of_the_wrong_format_changes_nothing() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let content = format!(
        "{HEADER}main,B00EXAMPL1,1,a,500,public\n{}\n",
        "x".repeat(70_000)
    );

    let refused = import_csv(&store, &content, &mut Captured::new()).await;

    assert_eq!(failure(refused).1, Exit::Usage);
    assert!(store.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hundred_thousand_listings_are_imported_at_once() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("large.db").display());
    let store = SqlStore::open(&url).await.unwrap();
    let mut content = HEADER.to_owned();
    for number in 0..100_000 {
        let _ = writeln!(
            content,
            "main,B{number:09},{},SKU-{number},1980,public",
            number + 1
        );
    }
    let mut output = Captured::new();

    import_csv(&store, &content, &mut output).await.unwrap();

    assert_eq!(output.object()["new"], 100_000);
}

#[tokio::test]
async fn a_migration_reports_both_versions() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());
    let url = DatabaseUrl::from(url);
    let known = SqlStore::known_version();
    let mut output = Captured::new();

    let absent = database::existing(&url).await.map(|_| ());
    let first = database::migrate(&url).await.unwrap();
    let second = database::migrate(&url).await.unwrap();
    migrate::report(first, &mut output.text(Lang::En)).unwrap();

    assert_eq!(failure(absent).1, Exit::Failed);
    assert_eq!((first, second), ((0, known), (known, known)));
    assert!(
        output
            .read()
            .contains(&format!("from schema version 0 to {known}"))
    );
}

struct Vendor {
    answers: bool,
}

#[async_trait]
impl Marketplace for Vendor {
    fn lane(&self) -> Lane {
        Lane::ItemOffers("app".to_owned())
    }

    async fn prepare(&self) -> Result<(), MarketplaceError> {
        let refusal = || MarketplaceError::Credentials("invalid_client".to_owned());
        self.answers.then_some(()).ok_or_else(refusal)
    }

    async fn keep_alive(&self) -> Infallible {
        unreachable!("the doctor waits for no permit")
    }

    async fn offers(
        &self,
        _: Permit,
        _: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
        Ok(Vec::new())
    }

    fn info_lane(&self) -> Lane {
        Lane::CatalogItems("app".to_owned())
    }

    async fn basic_info(
        &self,
        _: Permit,
        _: &AsinBatch,
        _: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError> {
        unreachable!("the doctor spends no permit")
    }
}

#[async_trait]
impl Shop for Vendor {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: account.clone(),
            quota: WindowQuota::UNLIMITED,
        })
    }

    async fn prepare(&self, account: &AccountId) -> Result<(), ShopError> {
        let refusal = || ShopError::Reauthorise {
            account: account.clone(),
            why: "invalid_grant".to_owned(),
        };
        self.answers.then_some(()).ok_or_else(refusal)
    }

    async fn edit(
        &self,
        _: Permit,
        _: &AccountId,
        _: ItemId,
        _: &ShopState,
    ) -> Result<ItemView, ShopError> {
        unreachable!("the doctor spends no permit")
    }

    async fn items(
        &self,
        _: Permit,
        _: &AccountId,
        _: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        unreachable!("the doctor spends no permit")
    }

    async fn item(
        &self,
        _: Permit,
        _: &AccountId,
        _: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        unreachable!("the doctor spends no permit")
    }
}

/// One that grants at once.
async fn limiter(store: &SqlStore) -> LocalLimiter {
    let rates = Rates {
        item_offers: None,
        catalog_items: None,
    };
    let clock = Arc::new(SystemClock);
    let limiter = LocalLimiter::new(rates, clock, Arc::new(store.clone()));
    limiter.await.unwrap()
}

#[tokio::test]
async fn doctor_reports_that_everything_is_in_order() {
    let folder = TempDir::new().unwrap();
    let accounts = accounts_file(&folder).display().to_string();
    let settings = Settings::load(None, &|name| match name {
        "ACCOUNTS_FILE" => Some(accounts.clone()),
        "DATABASE_URL" => Some("sqlite::memory:".to_owned()),
        "REFRESH_TOKEN" | "LWA_APP_ID" | "LWA_CLIENT_SECRET" => Some("x".to_owned()),
        _ => None,
    });
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let vendor = Vendor { answers: true };
    let limiter = limiter(&store).await;
    let mut output = Captured::new();
    let checked = Checked {
        settings: &settings.unwrap(),
        environment: &|_| Some("token".to_owned()),
        database: Ok((&store, 3)),
        redis: Ok(None),
        vendors: Ok(Vendors {
            marketplace: &vendor,
            shop: &vendor,
            limiter: &limiter,
        }),
    };

    let exit = doctor(checked, &mut output.text(Lang::En)).await.unwrap();

    let printed = output.read();
    assert_eq!(exit, Exit::Done, "{printed}");
    assert_eq!(printed.matches("ok  ").count(), 8, "{printed}");
    let untested: Vec<&str> = printed
        .lines()
        .filter(|line| line.starts_with("--"))
        .collect();
    for (line, said) in untested.iter().zip([
        "notifications: not tested",
        "note: account main has no redirect_uri",
        "note: account second has no redirect_uri",
        "listings: no active shop has a listing",
        "schedule: miseban serve is not running",
        "clock: not compared",
    ]) {
        assert!(line.contains(said), "{line}");
    }
    assert_eq!(untested.len(), 6, "{printed}");
}

/// The run of the fixture began years ago, and nothing was heard since.
#[tokio::test]
async fn doctor_tells_that_a_run_is_overdue() {
    let store = shop().await;
    let run = open_run(&store).await;
    let settings = Settings::load(None, &|_| None).unwrap();
    let unusable = CommandError::Usage(text!("試していません", "not tried"));
    let told = async |lang| {
        let mut output = Captured::new();
        let checked = Checked {
            settings: &settings,
            environment: &|_| None,
            database: Ok((&store, 3)),
            redis: Ok(None),
            vendors: Err(&unusable),
        };
        let exit = doctor(checked, &mut output.text(lang)).await.unwrap();
        (exit, output.read())
    };

    store.fail_run(run, "cut off", at(30)).await.unwrap();

    let (exit, english) = told(Lang::En).await;
    let (_, japanese) = told(Lang::Ja).await;

    assert_eq!(exit, Exit::Failed);
    let since = "2026-11-22 09:30:00 JST";
    for (text, expected) in [
        (
            english,
            format!("NG  schedule: A run is overdue: none since {since}. Check that"),
        ),
        (
            japanese,
            format!("NG  定期実行: 実行が遅れています: {since} から行われていません"),
        ),
    ] {
        assert!(text.contains(&expected), "{text}");
    }
}

#[tokio::test]
async fn doctor_reports_every_problem_with_its_solution() {
    let folder = TempDir::new().unwrap();
    let accounts = accounts_file(&folder).display().to_string();
    let given = |name: &str| (name == "ACCOUNTS_FILE").then(|| accounts.clone());
    let settings = Settings::load(None, &given).unwrap();
    let unusable = database::existing(&DatabaseUrl::from("sqlite:///nowhere/shop.db".to_owned()))
        .await
        .map(|_| ())
        .unwrap_err();
    let mut output = Captured::new();
    let checked = Checked {
        settings: &settings,
        environment: &|_| None,
        database: Err(&unusable),
        redis: Ok(None),
        vendors: Err(&unusable),
    };

    let exit = doctor(checked, &mut output.text(Lang::En)).await.unwrap();

    let printed = output.read();
    assert_eq!(exit, Exit::Failed);
    for expected in [
        "NG  Amazon credentials: settings that are needed to call Amazon are missing",
        "account main needs the environment variable TOKEN",
        "NG  database: there is no database",
        "--  Amazon: not asked",
        "--  BASE account main: not asked",
    ] {
        assert!(printed.contains(expected), "{printed} lacks {expected}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn doctor_misses_redis_beside_postgresql_and_each_line_says_what_it_is_about() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let accounts = accounts_file(&folder);
    let written = folder.path().join("settings.toml");
    std::fs::write(&written, "").unwrap();
    for file in [&accounts, &written] {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let accounts = accounts.display().to_string();
    let mut settings = Settings::load(None, &|name| match name {
        "ACCOUNTS_FILE" => Some(accounts.clone()),
        "DATABASE_URL" => Some("postgres://127.0.0.1:9/miseban".to_owned()),
        _ => None,
    })
    .unwrap();
    settings.file = Some(written);
    let unusable = settings.amazon.credentials().map(|_| ()).unwrap_err();
    let mut output = Captured::new();
    let checked = Checked {
        settings: &settings,
        environment: &|_| None,
        database: Err(&unusable),
        redis: Ok(None),
        vendors: Err(&unusable),
    };

    let exit = doctor(checked, &mut output.text(Lang::En)).await.unwrap();

    let printed = output.read();
    assert_eq!(exit, Exit::Failed);
    assert!(
        printed.contains("NG  Redis: with PostgreSQL set REDIS_URL too"),
        "{printed}"
    );
    let is_marked = |line: &str| {
        ["ok  ", "NG  ", "--  "]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    assert!(printed.lines().all(is_marked), "{printed}");
    assert_eq!(
        printed.matches("NG  files with secrets: ").count(),
        2,
        "{printed}"
    );
}

#[tokio::test]
async fn doctor_reports_what_the_vendors_refuse_with_its_solution() {
    let folder = TempDir::new().unwrap();
    let accounts = accounts_file(&folder).display().to_string();
    let given = |name: &str| match name {
        "ACCOUNTS_FILE" => Some(accounts.clone()),
        "DATABASE_URL" => Some("sqlite::memory:".to_owned()),
        _ => None,
    };
    let settings = Settings::load(None, &given).unwrap();
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let vendor = Vendor { answers: false };
    let limiter = limiter(&store).await;
    let mut output = Captured::new();
    let checked = Checked {
        settings: &settings,
        environment: &|_| Some("token".to_owned()),
        database: Ok((&store, 3)),
        redis: Ok(None),
        vendors: Ok(Vendors {
            marketplace: &vendor,
            shop: &vendor,
            limiter: &limiter,
        }),
    };

    let exit = doctor(checked, &mut output.text(Lang::En)).await.unwrap();

    let printed = output.read();
    assert_eq!(exit, Exit::Failed);
    for expected in [
        "NG  Amazon: the credentials are rejected (invalid_client)",
        "miseban accounts authorize second",
    ] {
        assert!(printed.contains(expected), "{printed} lacks {expected}");
    }
}
