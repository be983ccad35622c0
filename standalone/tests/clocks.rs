//! One computer whose clock is wrong: the real program on `SQLite`, with vendors simulated in this
//! process. There is no other clock to ask, so what was stored under the wrong one is not obeyed.

#[path = "../../worker/tests/shifted_clock/mod.rs"]
mod shifted_clock;
#[path = "../../worker/tests/vendors/mod.rs"]
mod vendors;

use shifted_clock::ShiftedClock;
use simulator::{Config, MarketSet, Quotas, Simulator};
use std::process::{Command, Stdio};

const LISTINGS: usize = 60;
const DAY: i64 = 24 * 3_600;

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
    clock: ShiftedClock,
}

impl Shop {
    /// A shop that is up to date under the right clock.
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: 1,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let folder = vendors::folder(&simulator);
        let clock = ShiftedClock::right(folder.path(), "clock");
        let shop = Self {
            simulator,
            folder,
            clock,
        };
        shop.sell_out(0);
        for words in ["import listings listings.csv", RUN] {
            assert_eq!(shop.miseban(words).await.0, 0, "{words}");
        }
        shop
    }

    /// Exit code, stdout and stderr together.
    async fn miseban(&self, words: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .env("MISEBAN_LANG", "en")
            .envs(vendors::settings(&self.simulator))
            .envs(self.clock.environment())
            .env("SP_API_ITEM_OFFERS_RATE", "5")
            .stdin(Stdio::null());
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        let output = ended.expect("no panic").expect("the program starts");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).expect("text");
        (output.status.code().expect("an exit code"), text)
    }

    /// Sells out the first products; all others are in stock.
    fn sell_out(&self, count: usize) {
        let set = (0..LISTINGS).map(|no| MarketSet {
            asin: self.simulator.asin(no),
            price: (no >= count).then_some(1_000),
            in_stock: Some(no >= count),
            ..MarketSet::default()
        });
        let set = set.collect();
        self.simulator.set_market(set).expect("a market");
    }

    /// How many of the first products the shop shows.
    fn shown(&self, count: usize) -> usize {
        let asins: Vec<String> = (0..count).map(|no| self.simulator.asin(no)).collect();
        let shop = self.simulator.shop("shop-1").expect("a shop");
        let items = shop.items.iter().filter(|item| item.visible);
        items.filter(|item| asins.contains(&item.asin)).count()
    }
}

const RUN: &str = "run price-stock";

#[tokio::test]
async fn a_run_follows_amazon_after_one_under_any_wrong_clock() {
    let shop = Shop::open().await;
    for wrong in [DAY, 40 * DAY, 300] {
        shop.sell_out(0);
        shop.clock.set_ahead(wrong);
        assert_eq!(shop.miseban(RUN).await.0, 0);
        assert_eq!(shop.shown(5), 5, "{wrong}");

        shop.clock.set_ahead(0);
        shop.sell_out(5);
        let (code, output) = shop.miseban(RUN).await;

        assert_eq!((code, shop.shown(5)), (0, 0), "{wrong}: {output}");
        assert!(
            output.contains("which the clock has not reached"),
            "{output}"
        );
    }
}

#[tokio::test]
async fn a_run_under_a_clock_that_is_behind_follows_amazon() {
    let shop = Shop::open().await;
    for behind in [-300, -DAY] {
        shop.clock.set_ahead(behind);
        shop.sell_out(5);
        assert_eq!(shop.miseban(RUN).await.0, 0);
        assert_eq!(shop.shown(5), 0, "{behind}");

        shop.clock.set_ahead(0);
        shop.sell_out(0);
        assert_eq!(shop.miseban(RUN).await.0, 0);
        assert_eq!(shop.shown(5), 5, "{behind}");
    }
}

#[tokio::test]
async fn the_doctor_sees_that_the_clock_is_or_was_wrong() {
    let shop = Shop::open().await;
    let (code, output) = shop.miseban("doctor").await;
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("--  clock: not compared"), "{output}");

    shop.clock.set_ahead(-DAY);
    let (code, output) = shop.miseban("doctor").await;

    assert_eq!(code, 1, "{output}");
    assert!(output.contains("NG  clock: there is a run"), "{output}");
}
