//! A run that did not achieve what it was for never ends with 0: each row of the table in
//! `docs/exit-codes.md`, seen by running the program.

#[path = "../../worker/tests/vendors/mod.rs"]
mod vendors;

use serde_json::Value;
use simulator::{Config, Fault, FaultKind, MarketSet, Quotas, Simulator};
use std::process::{Command, Output, Stdio};

const LISTINGS: usize = 120;
const OFFERS: &str = "getItemOffersBatch";
const CALLS: [&str; 4] = ["users/me", "items", "items/detail", "items/edit"];
const EDIT: [&str; 1] = ["items/edit"];
const TABLE: &str = include_str!("../../docs/exit-codes.md");

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    /// One whose listings are imported, and none of which shows what it should.
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        shop.everything_costs(30_000);
        let imported = shop.miseban("import listings listings.csv").await;
        assert_eq!(imported.code, 0, "{imported:?}");
        shop
    }

    fn everything_costs(&self, price: i64) {
        let set = |number| MarketSet {
            asin: self.simulator.asin(number),
            price: Some(price),
            in_stock: Some(true),
            ..MarketSet::default()
        };
        let all = (0..LISTINGS).map(set).collect();
        self.simulator.set_market(all).expect("a market");
    }

    fn everything_is_sold_out(&self) {
        let set = |number| MarketSet {
            asin: self.simulator.asin(number),
            in_stock: Some(false),
            ..MarketSet::default()
        };
        let all = (0..LISTINGS).map(set).collect();
        self.simulator.set_market(all).expect("a market");
    }

    fn fails(&self, fault: Fault) {
        self.simulator.add_fault(fault).expect("a fault");
    }

    /// These calls of a shop, or of all shops, are answered with this error of BASE.
    fn base_says(&self, operations: &[&str], error: &str, account: Option<&str>) {
        for operation in operations {
            self.fails(Fault {
                error: Some(error.to_owned()),
                account: account.map(ToOwned::to_owned),
                ..Fault::new(operation, FaultKind::BaseError)
            });
        }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    fn closes_its_accounts(&self) {
        let open = self.simulator.accounts_toml();
        let closed = open.replace("active = true", "active = false");
        self.write("accounts.toml", &closed);
    }

    async fn miseban(&self, words: &str) -> Ended {
        self.miseban_with(words, &[]).await
    }

    async fn miseban_with(&self, words: &str, settings: &[(&str, &str)]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .env("MISEBAN_LANG", "en")
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .envs(settings.iter().copied())
            .stdin(Stdio::null());
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        Ended::of(ended.expect("no panic").expect("the program starts"))
    }
}

#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    fn says(&self, words: &str) -> bool {
        self.out.contains(words) || self.err.contains(words)
    }

    fn head(&self) -> &str {
        let head = |line: &&str| line.starts_with("Report of a run");
        self.out.lines().find(head).unwrap_or_default()
    }
}

/// The row of the table exists, and names this code.
fn is_documented(case: &str, code: i32) {
    let row = TABLE
        .lines()
        .find(|line| line.contains(&format!("| {case} |")));
    let row = row.unwrap_or_else(|| panic!("docs/exit-codes.md has no row {case:?}"));
    assert!(row.contains(&format!("| {code} |")), "{row}");
}

/// One row: what goes wrong, the command, its exit code, the words it says.
struct Row {
    case: &'static str,
    world: fn(&Shop),
    command: &'static str,
    code: i32,
    says: &'static [&'static str],
}

const RUN: &str = "run price-stock";

const fn row(
    case: &'static str,
    world: fn(&Shop),
    command: &'static str,
    code: i32,
    says: &'static [&'static str],
) -> Row {
    Row {
        case,
        world,
        command,
        code,
        says,
    }
}

const ROWS: &[Row] = &[
    row(
        "a run did all it was for",
        |_| {},
        RUN,
        0,
        &["done", "What to do next"],
    ),
    row(
        "updates failed",
        |shop| shop.base_says(&EDIT, "invalid_scope", None),
        RUN,
        1,
        &[
            "incomplete: ended, but 120 updates failed",
            "120 updates failed, so the shops still show",
            "reauthorise",
        ],
    ),
    row(
        "updates of one shop failed",
        |shop| shop.base_says(&EDIT, "invalid_scope", Some("shop-1")),
        RUN,
        1,
        &["incomplete: ended, but 60 updates failed"],
    ),
    row(
        "BASE refuses all shops",
        |shop| shop.base_says(&CALLS, "access_denied", None),
        RUN,
        1,
        &["updates wait for BASE", "miseban status shows why"],
    ),
    row(
        "Amazon answers for no product",
        |shop| {
            shop.fails(Fault {
                status: Some(400),
                ..Fault::new(OFFERS, FaultKind::Status)
            });
        },
        RUN,
        1,
        &["incomplete: ended, but most ASINs got no answer"],
    ),
    row(
        "Amazon answers for all but one product",
        |shop| {
            shop.fails(Fault {
                asins: Some(vec![shop.simulator.asin(3)]),
                ..Fault::new(OFFERS, FaultKind::MissingItems)
            });
        },
        RUN,
        1,
        &["incomplete", "1 ASIN is still missing"],
    ),
    row(
        "a dry run gets no answer",
        |shop| {
            shop.fails(Fault {
                status: Some(400),
                ..Fault::new(OFFERS, FaultKind::Status)
            });
        },
        "run price-stock --dry-run",
        1,
        &["incomplete: ended, but most ASINs got no answer"],
    ),
    row(
        "a reconciliation cannot read a shop",
        |shop| shop.base_says(&CALLS, "access_denied", Some("shop-1")),
        "reconcile",
        1,
        &["incomplete", "some shops could not be read: shop-1"],
    ),
    row(
        "Amazon's credentials are refused",
        |shop| {
            shop.fails(Fault {
                status: Some(401),
                ..Fault::new("lwaToken", FaultKind::Status)
            });
        },
        RUN,
        1,
        &["failed", "LWA_APP_ID"],
    ),
    row(
        "there is nothing to resume",
        |_| {},
        "run price-stock --resume",
        0,
        &["nothing to resume", "miseban run price-stock"],
    ),
    row(
        "there is no reconciliation to resume",
        |_| {},
        "reconcile --resume",
        0,
        &["nothing to resume", "miseban reconcile"],
    ),
    row(
        "there is no registration to resume",
        |_| {},
        "register --resume",
        0,
        &["nothing to resume", "miseban register"],
    ),
    row(
        "an import skips lines",
        |shop| {
            shop.write(
                "some.csv",
                "account_id,asin,item_id,sku,selling_price,visibility\nshop-1,no,1,a,1000,public\n",
            );
        },
        "import listings some.csv",
        2,
        &["1 row was skipped"],
    ),
    row(
        "Amazon does not know an ASIN to register",
        |shop| shop.write("new.txt", "B0ZZZZZZZZ\n"),
        "register new.txt --account shop-1",
        2,
        &["not found on Amazon"],
    ),
    row(
        "a backup cannot be written",
        |_| {},
        "backup no/such/folder.db",
        2,
        &["cannot be used"],
    ),
    row(
        "no shop is active",
        Shop::closes_its_accounts,
        RUN,
        1,
        &[
            "incomplete: ended, but there was nothing to work on",
            "miseban import listings",
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_did_not_achieve_what_it_was_for_never_ends_with_0() {
    for row in ROWS {
        let shop = Shop::open().await;
        (row.world)(&shop);

        let ended = shop.miseban(row.command).await;

        is_documented(row.case, row.code);
        assert_eq!(ended.code, row.code, "{}: {ended:?}", row.case);
        for words in row.says {
            assert!(
                ended.says(words),
                "{}: {words:?} in {}{}",
                row.case,
                ended.out,
                ended.err
            );
        }
        if row.code == 1 {
            assert!(
                !ended.head().ends_with("- done"),
                "{}: {}",
                row.case,
                ended.head()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_a_cancelled_one_and_one_without_credentials_do_not_end_with_0() {
    let shop = Shop::open().await;
    let none = [("REFRESH_TOKEN", "")];
    let left_out = shop.miseban_with("run visibility", &none).await;
    is_documented("without credentials, `visibility` leaves out products", 1);
    assert_eq!(left_out.code, 1, "{left_out:?}");
    let named = shop.miseban("list missing --json").await;
    assert!(named.says("B0"), "{named:?}");
    assert_eq!(shop.miseban(RUN).await.code, 0);
    let cached = shop.miseban_with("run visibility", &none).await;
    is_documented(
        "without credentials, `visibility` finds all in the cache",
        0,
    );
    assert_eq!(cached.code, 0, "{cached:?}");
    shop.everything_is_sold_out();

    let held = shop.miseban(RUN).await;
    is_documented("a run is held", 1);
    assert_eq!(held.code, 1, "{held:?}");
    let dry = shop.miseban("run price-stock --dry-run").await;
    is_documented("a dry run would be held", 1);
    assert_eq!(dry.code, 1, "{dry:?}");
    let resumed = shop.miseban("run price-stock --resume").await;
    is_documented("a held run is to be resumed", 2);
    assert_eq!(resumed.code, 2, "{resumed:?}");
    let id = held.head_id();
    let cancelled = shop.miseban(&format!("cancel {id}")).await;
    assert_eq!(cancelled.code, 0, "{cancelled:?}");
    let again = shop.miseban(&format!("cancel {id}")).await;
    is_documented("a run is cancelled, once or again", 0);
    assert_eq!(again.code, 0, "{again:?}");

    let without = shop.miseban_with(RUN, &none).await;
    is_documented("credentials are missing", 2);
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.says("REFRESH_TOKEN"), "{without:?}");
}

impl Ended {
    /// The id of the run in its report.
    fn head_id(&self) -> String {
        let id = self
            .out
            .lines()
            .find_map(|line| line.trim().strip_prefix("ID"));
        id.expect("an id").trim().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_says_so_wherever_it_is_shown() {
    let shop = Shop::open().await;
    shop.base_says(&EDIT, "invalid_scope", None);

    let run = shop.miseban("run price-stock --json").await;
    let report = shop.miseban("report --json").await;
    let status = shop.miseban("status --json").await;

    let state = |ended: &Ended, path: &str| {
        let object: Value = serde_json::from_str(&ended.out).expect("one object");
        object.pointer(path).cloned().unwrap_or_default()
    };
    assert_eq!(run.code, 1);
    assert_eq!(state(&run, "/state"), "incomplete");
    assert_eq!(state(&report, "/state"), "incomplete");
    assert_eq!(state(&status, "/last_runs/0/state"), "incomplete");
}
