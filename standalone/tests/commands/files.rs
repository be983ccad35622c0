//! The database as files on a disk: what a clean end leaves, the lock, backup and restore, the copy
//! of a dry run.

use crate::vendors;
use simulator::{Config, Quotas, Simulator};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    /// A shop whose listings are imported.
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: 40,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.unwrap();
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        let imported = shop.runs(&["import", "listings", "listings.csv"]).await;
        assert_eq!(imported.status.code(), Some(0), "{}", said(&imported));
        shop
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(["--lang", "en"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    async fn runs(&self, arguments: &[&str]) -> Output {
        self.ends(self.command(arguments)).await
    }

    async fn ends(&self, mut command: Command) -> Output {
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.unwrap().unwrap()
    }

    /// A `serve` that has begun.
    async fn serves(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        let log = self.path("serve.log");
        command.stderr(std::fs::File::create(&log).unwrap());
        let serving = Serving {
            child: command.spawn().unwrap(),
            log,
        };
        serving.until_said("serving the shops").await;
        serving
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The files whose names begin with that of the database.
    fn databases(&self) -> Vec<String> {
        files(self.folder.path(), "miseban.db")
    }
}

struct Serving {
    child: Child,
    log: PathBuf,
}

impl Serving {
    async fn until_said(&self, words: &str) {
        let given_up = Instant::now() + PATIENCE;
        let said = || std::fs::read_to_string(&self.log).unwrap();
        while !said().contains(words) {
            assert!(Instant::now() < given_up, "{words:?} in {}", said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn signal(&self, name: &str) {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &number]).status();
        assert!(sent.unwrap().success());
    }

    async fn ends(mut self) -> (Option<i32>, String) {
        let given_up = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let said = std::fs::read_to_string(&self.log).unwrap();
                return (status.code(), said);
            }
            assert!(Instant::now() < given_up, "it does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(folder: &Path, prefix: &str) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn every_clean_end_leaves_one_file() {
    let shop = Shop::open().await;
    assert_eq!(shop.databases(), ["miseban.db"], "after an import");

    for (arguments, code) in [
        (&["run", "price-stock"][..], 0),
        (&["run", "price-stock", "--account", "nobody"], 2),
        (&["run", "visibility", "--dry-run"], 0),
        (&["status"], 0),
        (&["validate"], 0),
        (&["doctor"], 0),
        (&["accounts", "ls"], 0),
        (&["accounts", "check"], 0),
        (&["report", "no-run"], 2),
        (&["release", "no-run"], 2),
    ] {
        let output = shop.runs(arguments).await;

        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(shop.databases(), ["miseban.db"], "after {arguments:?}");
    }

    let serving = shop.serves().await;
    serving.signal("TERM");
    let (code, said) = serving.ends().await;

    assert_eq!(code, Some(143), "{said}");
    assert_eq!(shop.databases(), ["miseban.db"], "after serve");
}

#[tokio::test]
async fn a_backup_while_serve_works_is_one_file_that_can_be_restored() {
    let shop = Shop::open().await;
    let serving = shop.serves().await;

    let backup = shop.runs(&["backup", "kept.db"]).await;
    let again = shop.runs(&["backup", "kept.db"]).await;
    let in_use = shop.runs(&["restore", "kept.db"]).await;
    serving.signal("TERM");
    serving.ends().await;

    assert_eq!(backup.status.code(), Some(0), "{}", said(&backup));
    assert_eq!(files(shop.folder.path(), "kept.db"), ["kept.db"]);
    #[cfg(unix)]
    assert_eq!(mode(&shop.path("kept.db")), 0o600);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert!(said(&again).contains("kept.db"), "{}", said(&again));
    assert_eq!(in_use.status.code(), Some(2), "{}", said(&in_use));
    std::fs::remove_file(shop.path("miseban.db")).unwrap();

    let restored = shop.runs(&["restore", "kept.db"]).await;
    let run = shop.runs(&["run", "price-stock", "--resume"]).await;

    assert_eq!(restored.status.code(), Some(0), "{}", said(&restored));
    assert_eq!(shop.databases(), ["miseban.db"], "nothing old was there");
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    assert!(shop.path("kept.db").is_file());
}

#[tokio::test]
async fn a_restore_keeps_the_old_database_and_names_the_shops_whose_tokens_are_older() {
    let shop = Shop::open().await;
    let checked = shop.runs(&["accounts", "check"]).await;
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let backup = shop.runs(&["backup", "kept.db"]).await;
    assert_eq!(backup.status.code(), Some(0), "{}", said(&backup));
    let renewed = shop.runs(&["accounts", "refresh", "shop-1"]).await;
    assert_eq!(renewed.status.code(), Some(0), "{}", said(&renewed));

    let restored = shop.runs(&["restore", "kept.db"]).await;

    let text = said(&restored);
    assert_eq!(restored.status.code(), Some(0), "{text}");
    assert!(text.contains("miseban accounts authorize shop-1"), "{text}");
    assert!(!text.contains("authorize shop-2"), "{text}");
    let kept = shop.databases();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let old = kept.iter().find(|name| *name != "miseban.db").unwrap();
    assert!(text.contains(old.as_str()), "{text}");
}

#[tokio::test]
async fn a_restore_refuses_what_would_lose_or_break_data() {
    let shop = Shop::open().await;
    let backup = shop.runs(&["backup", "kept.db"]).await;
    assert_eq!(backup.status.code(), Some(0), "{}", said(&backup));
    let before = std::fs::read(shop.path("miseban.db")).unwrap();
    let damaged = {
        let mut bytes = std::fs::read(shop.path("kept.db")).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0x5a);
        bytes
    };
    std::fs::write(shop.path("damaged.db"), damaged).unwrap();
    std::fs::write(shop.path("text.db"), "asin,price\n".repeat(500)).unwrap();
    std::fs::write(shop.path("empty.db"), "").unwrap();
    std::fs::write(
        shop.path("half.db"),
        std::fs::read(shop.path("kept.db")).unwrap(),
    )
    .unwrap();
    std::fs::write(shop.path("half.db-wal"), "rows that are not in the file").unwrap();

    for file in [
        "damaged.db",
        "text.db",
        "empty.db",
        "half.db",
        "none.db",
        "miseban.db",
    ] {
        let refused = shop.runs(&["restore", file]).await;

        let text = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{file}: {text}");
        assert!(text.contains(file), "{text}");
        assert!(!text.contains("DATABASE_URL"), "{text}");
        assert_eq!(
            std::fs::read(shop.path("miseban.db")).unwrap(),
            before,
            "{file}"
        );
        assert_eq!(shop.databases(), ["miseban.db"], "{file}");
    }

    for name in ["miseban.db-wal", "miseban.db-journal"] {
        std::fs::write(shop.path(name), "a transaction that was not merged").unwrap();
        let refused = shop.runs(&["restore", "kept.db"]).await;
        let text = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(text.contains(name), "{text}");
        assert_eq!(std::fs::read(shop.path("miseban.db")).unwrap(), before);
        std::fs::remove_file(shop.path(name)).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn one_process_works_on_a_file_by_whatever_name() {
    let shop = Shop::open().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let (soft, hard) = (elsewhere.path().join("soft.db"), shop.path("hard.db"));
    std::os::unix::fs::symlink(shop.path("miseban.db"), &soft).unwrap();
    std::fs::hard_link(shop.path("miseban.db"), &hard).unwrap();
    let victim = shop.path("victim");
    std::fs::write(&victim, "a file of somebody else").unwrap();
    for name in ["miseban.db.lock", "miseban.db.pid"] {
        std::os::unix::fs::symlink(&victim, shop.path(name)).unwrap();
    }
    let serving = shop.serves().await;

    for name in [&soft, &hard] {
        for command in [&["serve"][..], &["run", "price-stock"], &["import", "shop"]] {
            let mut second = shop.command(command);
            second.env("DATABASE_URL", format!("sqlite://{}", name.display()));
            let refused = shop.ends(second).await;

            let text = said(&refused);
            assert_eq!(refused.status.code(), Some(2), "{}: {text}", name.display());
            assert!(text.contains("another miseban"), "{text}");
        }
    }
    assert_eq!(
        std::fs::read_to_string(&victim).unwrap(),
        "a file of somebody else"
    );
    serving.signal("INT");
    assert_eq!(serving.ends().await.0, Some(130));
    let free = shop.runs(&["run", "price-stock"]).await;
    assert_eq!(free.status.code(), Some(0), "{}", said(&free));
}

#[tokio::test]
async fn a_database_that_is_deleted_or_replaced_under_serve_is_told() {
    let shop = Shop::open().await;
    let backup = shop.runs(&["backup", "kept.db"]).await;
    assert_eq!(backup.status.code(), Some(0), "{}", said(&backup));

    for replaced in [false, true] {
        let serving = shop.serves().await;
        std::fs::remove_file(shop.path("miseban.db")).unwrap();
        if replaced {
            std::fs::copy(shop.path("kept.db"), shop.path("miseban.db")).unwrap();
        }
        let (code, text) = serving.ends().await;

        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("was deleted or replaced"), "{text}");
        for file in shop.databases() {
            std::fs::remove_file(shop.path(&file)).unwrap();
        }
        std::fs::copy(shop.path("kept.db"), shop.path("miseban.db")).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_dry_run_leaves_nothing_to_read_also_when_it_is_killed() {
    let shop = Shop::open().await;
    let checked = shop.runs(&["accounts", "check"]).await;
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let slow = simulator::Fault {
        millis: Some(20_000),
        ..simulator::Fault::new("getItemOffersBatch", simulator::FaultKind::Slow)
    };
    shop.simulator.add_fault(slow).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let mut dry = shop.command(&["run", "price-stock", "--dry-run"]);
    let mut dry = dry.env("TMPDIR", temporary.path()).spawn().unwrap();
    let given_up = Instant::now() + PATIENCE;
    while !shop
        .simulator
        .ledger()
        .operations
        .contains_key("getItemOffersBatch")
    {
        assert!(Instant::now() < given_up, "Amazon is not asked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let during = files(temporary.path(), "");
    dry.kill().unwrap();
    dry.wait().unwrap();

    assert_eq!(during, [""; 0], "no file of it has a name");
    assert_eq!(files(temporary.path(), ""), [""; 0]);
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
