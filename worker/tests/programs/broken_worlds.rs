//! What `doctor`, `status` and `queues ls` say of broken worlds, how they end, and that their advice mends
//! the world: one table, in both languages.

use crate::shifted_clock::ShiftedClock;
use crate::world::{Program, World};
use adapters::http::{HttpSettings, client};
use simulator::{Fault, FaultKind};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

/// How a command ends, and words that it says in Japanese and in English. Words that begin with `!` are not
/// said.
type Told = (i32, &'static [&'static str], &'static [&'static str]);

/// Where a browser lands.
const BACK: &str = "https://shop.example/back";
/// Nothing in particular.
const FINE: Told = (0, &[], &[]);

/// A broken world, and what is told about it.
struct Row {
    name: &'static str,
    breaks: fn(&mut Stage),
    doctor: Told,
    status: Told,
    queues: Told,
    mends: Mending,
}

/// What the advice says.
enum Mending {
    /// This is to be done.
    By(fn(&mut Stage)),
    /// What was broken is right again, and a person authorises the shops.
    Authorising,
}

/// The world, what the commands have in their environment besides, and the programs that work.
struct Stage {
    world: World,
    environment: Vec<(&'static str, String)>,
    accounts: String,
    _programs: Vec<Program>,
}

impl Stage {
    /// One in which all is well.
    async fn open() -> Self {
        let world = World::open(20).await;
        let programs = vec![
            world.worker(),
            world.start(world.command("producer", &["serve"])),
        ];
        for program in &programs {
            program.until_page("/readyz", 200).await;
        }
        let accounts = std::fs::read_to_string(world.folder().join("accounts.toml"));
        let back = format!("redirect_uri = \"{BACK}\"");
        let accounts = accounts.expect("the accounts");
        let accounts = accounts.lines().map(|line| {
            let is_address = line.starts_with("redirect_uri");
            if is_address {
                back.clone()
            } else {
                line.to_owned()
            }
        });
        let accounts = accounts.collect::<Vec<String>>().join("\n");
        world.write("accounts.toml", &accounts);
        let stage = Self {
            accounts,
            world,
            environment: Vec::new(),
            _programs: programs,
        };
        stage.until_known().await;
        stage
    }

    /// Waits until worker and producer are known to be alive.
    async fn until_known(&self) {
        let alive = async || {
            let (code, text) = self.says(&["doctor"], "en").await;
            code == 0 && text.contains("ok  workers") && text.contains("ok  schedule")
        };
        crate::world::until(|| "worker and producer".to_owned(), alive).await;
    }

    fn sets(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.to_owned()));
    }

    fn faults(&self, operation: &str, kind: FaultKind) {
        self.world
            .simulator
            .add_fault(Fault::new(operation, kind))
            .expect("a fault");
    }

    fn refuses(&self, operation: &str, error: &str) {
        let fault = Fault {
            error: Some(error.to_owned()),
            ..Fault::new(operation, FaultKind::BaseError)
        };
        self.world.simulator.add_fault(fault).expect("a fault");
    }

    /// The exit code and all of the output of `miseban`.
    async fn says(&self, arguments: &[&str], lang: &str) -> (i32, String) {
        let mut command = self.world.command("miseban", arguments);
        command
            .env("MISEBAN_LANG", lang)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.expect("no panic").expect("the program starts");
        let texts =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (output.status.code().unwrap_or(-1), texts.concat())
    }

    /// A person opens the address that is shown, and pastes where the browser lands.
    async fn authorise(&self, shop: &str) {
        let mut command = self
            .world
            .command("miseban", &["accounts", "authorize", shop]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http")));
        let browser = client(&HttpSettings::default()).expect("a browser");
        let answer = browser.get(address.expect("an address")).send().await;
        let landed = answer.expect("an answer").headers()["location"].clone();
        let landed = landed.to_str().expect("a text");
        writeln!(child.stdin.take().expect("its input"), "{landed}").expect("pasted");
        let rest: Vec<_> = lines.collect();
        let ended = tokio::task::spawn_blocking(move || child.wait());
        let ended = ended.await.expect("no panic").expect("an end");
        assert!(ended.success(), "{rest:?}");
    }

    /// Adds to `wrong` in what `told` is not what the command says.
    async fn check(&self, name: &str, arguments: &[&str], told: Told, wrong: &mut Vec<String>) {
        for (lang, words) in [("ja", told.1), ("en", told.2)] {
            let (code, text) = self.says(arguments, lang).await;
            let said = |word: &&&str| match word.strip_prefix('!') {
                Some(word) => !text.contains(word),
                None => text.contains(**word),
            };
            let missing: Vec<_> = words.iter().filter(|word| !said(word)).collect();
            if code != told.0 || !missing.is_empty() {
                wrong.push(format!(
                    "{name}: {arguments:?} ends with {code}, not {}; lacks {missing:?}:\n{text}",
                    told.0
                ));
            }
        }
    }
}

/// As if nothing had been set or broken.
fn undone(stage: &mut Stage) {
    stage.environment.clear();
    stage.world.simulator.clear_faults();
    stage.world.write("accounts.toml", &stage.accounts);
}

const NOWHERE: &str = "http://127.0.0.1:9";

const ROWS: &[Row] = &[
    Row {
        name: "Amazon away",
        breaks: |stage| stage.sets("SP_API_BASE_URL", NOWHERE),
        doctor: (
            1,
            &[
                "NG  Amazonへの接続: つながりません",
                "SP_API_BASE_URL を確かめて",
                "ok  BASEへの接続 shop-1",
            ],
            &[
                "NG  Amazon: no connection",
                "check the internet connection, LWA_BASE_URL and SP_API_BASE_URL",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Amazon's tokens away",
        breaks: |stage| stage.sets("LWA_BASE_URL", NOWHERE),
        doctor: (
            1,
            &["NG  Amazonへの接続: つながりません", "LWA_BASE_URL"],
            &["NG  Amazon: no connection", "token exchange"],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Amazon refuses the credentials",
        breaks: |stage| stage.sets("LWA_CLIENT_SECRET", "another"),
        doctor: (
            1,
            &[
                "NG  Amazonへの接続: 認証情報が受け付けられません",
                "LWA_APP_ID と LWA_CLIENT_SECRET を確かめて",
            ],
            &[
                "NG  Amazon: the credentials are rejected",
                "check LWA_APP_ID and LWA_CLIENT_SECRET",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Amazon lacks the role",
        breaks: |stage| stage.faults("getItemOffersBatch", FaultKind::Forbidden),
        doctor: (
            1,
            &[
                "NG  Amazonへの接続: 認証情報が受け付けられません",
                "ロール Pricing(価格設定)を付け",
            ],
            &[
                "NG  Amazon: the credentials are rejected",
                "add the role Pricing to the application",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Amazon refuses for its quota",
        breaks: |stage| stage.faults("getItemOffersBatch", FaultKind::Throttle),
        doctor: (
            1,
            &["NG  Amazonへの接続: 回数制限で断られました(429)"],
            &[
                "NG  Amazon: refused because of the quota (429)",
                "another program uses the same credentials",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Amazon slow",
        breaks: |stage| {
            let slow = Fault {
                millis: Some(5_500),
                ..Fault::new("getItemOffersBatch", FaultKind::Slow)
            };
            stage.world.simulator.add_fault(slow).expect("a fault");
        },
        doctor: (
            0,
            &["ok  Amazonへの接続", "--  注意: Amazonの応答に"],
            &["ok  Amazon", "--  note: Amazon took "],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "BASE away",
        breaks: |stage| stage.sets("BASE_API_BASE_URL", NOWHERE),
        doctor: (
            1,
            &[
                "ok  Amazonへの接続",
                "NG  BASEへの接続 shop-1: ショップ shop-1 につながりません",
                "NG  BASEへの接続 shop-2",
            ],
            &[
                "ok  Amazon",
                "NG  BASE account shop-1: account shop-1 cannot be reached",
                "check the internet connection",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "BASE restricts the shops",
        breaks: |stage| {
            for operation in ["users/me", "items", "items/edit"] {
                stage.refuses(operation, "access_denied");
            }
        },
        doctor: (
            1,
            &[
                "NG  BASEへの接続 shop-1: BASEがショップ shop-1 を受け付けません",
                "BASEの管理画面にログインして",
            ],
            &[
                "NG  BASE account shop-1: BASE refuses account shop-1",
                "log in to the shop's admin page",
            ],
        ),
        status: (
            0,
            &["BASEがショップを断っている"],
            &["BASE refuses the shop"],
        ),
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "BASE lacks the scope",
        breaks: |stage| stage.refuses("items/edit", "invalid_scope"),
        doctor: (
            1,
            &[
                "NG  BASEへの接続 shop-1",
                "miseban accounts authorize shop-1",
            ],
            &[
                "NG  BASE account shop-1",
                "miseban accounts authorize shop-1",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::Authorising,
    },
    Row {
        name: "proxy dead",
        breaks: |stage| {
            let proxied = stage.accounts.replace(
                "[[account]]",
                "[[account]]\nproxy = \"http://user:hidden@127.0.0.1:9\"",
            );
            stage.world.write("accounts.toml", &proxied);
        },
        doctor: (
            1,
            &[
                "NG  BASEへの接続 shop-1: ショップ shop-1 のプロキシが使えません",
                "ショップ一覧の proxy と、プロキシを確かめて",
                "!hidden",
            ],
            &[
                "NG  BASE account shop-1: the proxy of account shop-1 fails",
                "check the proxy",
                "!hidden",
            ],
        ),
        status: (0, &["プロキシが使えない"], &["proxy fails"]),
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "Redis away",
        breaks: |stage| stage.world.redis.kill(),
        doctor: (
            1,
            &[
                "NG  Redis: Redisを使えません",
                "--  worker: Redisを使えないため、分かりません",
                "--  Amazonへの接続: 問い合わせていません",
                "--  BASEへの接続 shop-1: 問い合わせていません",
                "!ok  BASE",
                "!ok  Amazonへの接続",
            ],
            &[
                "NG  Redis: Redis cannot be used",
                "--  Amazon: not asked",
                "--  BASE account shop-2: not asked",
            ],
        ),
        status: (
            1,
            &["Redisを使えません", "Redisを使えないため、分かりません"],
            &[
                "Redis cannot be used",
                "unknown, since Redis cannot be used",
            ],
        ),
        queues: (1, &["Redisを使えません"], &["Redis cannot be used"]),
        mends: Mending::By(|stage| stage.world.redis.start_again()),
    },
    Row {
        name: "Redis full",
        breaks: |stage| {
            stage.world.redis.say("CONFIG SET maxmemory 1mb");
        },
        doctor: (
            1,
            &["NG  Redis", "maxmemory を増やしてください"],
            &["NG  Redis", "raise its maxmemory"],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(|stage| {
            stage.world.redis.say("CONFIG SET maxmemory 100mb");
        }),
    },
    Row {
        name: "Redis evicts",
        breaks: |stage| {
            stage.world.redis.say("CONFIG SET maxmemory 100mb");
            stage
                .world
                .redis
                .say("CONFIG SET maxmemory-policy allkeys-lru");
        },
        doctor: (
            1,
            &["NG  Redis", "CONFIG SET maxmemory-policy noeviction"],
            &["NG  Redis", "CONFIG SET maxmemory-policy noeviction"],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(|stage| {
            stage
                .world
                .redis
                .say("CONFIG SET maxmemory-policy noeviction");
        }),
    },
    Row {
        name: "PostgreSQL away",
        breaks: |stage| stage.sets("DATABASE_URL", "postgres://miseban@127.0.0.1:9/miseban"),
        doctor: (
            1,
            &[
                "NG  データベース",
                "--  Amazonへの接続: 問い合わせていません",
                "ok  Redis",
            ],
            &["NG  database", "--  Amazon: not asked", "ok  Redis"],
        ),
        status: (1, &["データベース"], &["database"]),
        queues: FINE,
        mends: Mending::By(undone),
    },
    Row {
        name: "clock off",
        breaks: |stage| {
            let clock = ShiftedClock::right(stage.world.folder(), "clock");
            clock.set_ahead(300);
            for (name, value) in clock.environment() {
                stage.sets(name, &value.to_string_lossy());
            }
        },
        doctor: (
            1,
            &[
                "NG  時計: このパソコンの時計がPostgreSQLの時計より5分",
                "timedatectl set-ntp true",
            ],
            &[
                "NG  clock: the clock of this machine is 5 min",
                "timedatectl set-ntp true",
            ],
        ),
        status: FINE,
        queues: FINE,
        mends: Mending::By(undone),
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn each_command_tells_what_is_broken_and_its_advice_mends_it() {
    let mut stage = Stage::open().await;
    let mut wrong = Vec::new();
    for row in ROWS {
        (row.breaks)(&mut stage);

        stage
            .check(row.name, &["doctor"], row.doctor, &mut wrong)
            .await;
        stage
            .check(row.name, &["status"], row.status, &mut wrong)
            .await;
        stage
            .check(row.name, &["queues", "ls"], row.queues, &mut wrong)
            .await;

        match row.mends {
            Mending::By(mends) => mends(&mut stage),
            Mending::Authorising => {
                undone(&mut stage);
                stage.authorise("shop-1").await;
                stage.authorise("shop-2").await;
            }
        }
        let mended = async || stage.says(&["doctor"], "en").await.0 == 0;
        crate::world::until(|| format!("the end of: {}", row.name), mended).await;
        let fine: Told = (0, &["!NG  "], &["!NG  "]);
        stage.check(row.name, &["doctor"], fine, &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
