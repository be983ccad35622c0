//! A reader of a document, who does what its blocks say: at a computer with the programs, with the credentials of
//! simulated vendors, and with a Redis and a `PostgreSQL` where the document asks for them.

use super::blocks::{Block, Document};
use super::process::Process;
use super::root;
use super::shell::{Kind, Line, commands};
use crate::server::{Server, free_port};
use crate::{postgres, program, vendors};
use adapters::queue::RedisQueue;
use adapters::redis::{RedisSettings, connect};
use app::accounts::AccountsFile;
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::jobs::{Job, QueueName, Rank, SyncBatch, UpdateListing};
use shared::ports::queue::{Capacity, Message, Queue as _, Settlement};
use simulator::{Config, Quotas, Simulator};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use toml::{Table, Value};
use ui::message::Lang;

/// The world of the simulator's own commands in README.
const CATALOG: usize = 1_000;
const ACCOUNTS: usize = 2;
const SEED: u64 = 1;
const PROGRAMS: [&str; 4] = ["miseban", "producer", "worker", "simulator"];
/// A command that has not ended by then hangs, also on a loaded machine.
const SECONDS: &str = "300";
/// A free port may be taken by another test before a program listens there.
const STARTS: usize = 3;

pub struct Reader {
    lang: Lang,
    simulator: Simulator,
    folder: TempDir,
    /// Programs and logs.
    beside: TempDir,
    servers: Option<Servers>,
    /// What works in other terminals.
    working: Vec<Process>,
    section: usize,
    /// The id that a program has printed last.
    run: Option<RunId>,
    /// Ids of messages that the document shows.
    messages: Vec<String>,
}

struct Servers {
    redis: Server,
    database: String,
}

impl Reader {
    pub async fn of(document: &Document, lang: Lang) -> Self {
        let simulator = world().await;
        let beside = tempfile::tempdir().unwrap();
        for name in PROGRAMS {
            std::os::unix::fs::symlink(program(name), beside.path().join(name)).unwrap();
        }
        let reader = Self {
            lang,
            folder: vendors::folder(&simulator),
            simulator,
            beside,
            servers: None,
            working: Vec::new(),
            section: 0,
            run: None,
            messages: message_ids(&document.text),
        };
        reader.write_redis_cli();
        reader.write_settings();
        reader
    }

    /// Does what `block` says.
    pub async fn does(&mut self, block: &Block) {
        // What a section starts is stopped at its end.
        if block.section != self.section {
            self.stops_all();
            self.section = block.section;
        }
        match block.lang.as_str() {
            "toml" => self.writes_accounts(block),
            "csv" => self.writes_listings(block),
            _ => {
                for command in commands(&block.body) {
                    self.runs(&self.filled(&command), block).await;
                }
            }
        }
    }

    /// Stops what works in other terminals.
    pub fn stops_all(&mut self) {
        for process in self.working.drain(..).rev() {
            let what = process.what().to_owned();
            let (code, said) = process.stop();
            // The simulator is no program of the product.
            let expected = if what.contains("simulator") { 0 } else { 143 };
            assert_eq!(code, Some(expected), "{what}\n{said}");
        }
    }

    async fn runs(&mut self, command: &str, block: &Block) {
        for start in 1..=STARTS {
            let port = free_port();
            let line = Line::of(command, port);
            if line.is_for_several_processes() && self.servers.is_none() {
                self.has_servers().await;
            }
            let what = format!("{}: {}", block.place, line.text);
            if line.kind == Kind::Ends {
                return self.ends(&line, &what);
            }
            match self.starts(&line, port, &what).await {
                Ok(process) => return self.working.push(process),
                Err(said) => assert!(start < STARTS, "{what} has ended: {said}"),
            }
        }
    }

    fn ends(&mut self, line: &Line, what: &str) {
        let output = self.command(line).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(output.status.code(), Some(0), "{what}\n{said}");
        self.run = last_run(&said).or(self.run);
    }

    /// The process when it is ready; what it said, if it ended before.
    async fn starts(&self, line: &Line, port: u16, what: &str) -> Result<Process, String> {
        let mut command = self.command(line);
        command.env("HEALTH_LISTEN", format!("127.0.0.1:{port}"));
        let log = self.beside.path().join(format!("{port}.log"));
        let mut process = Process::start(what, &command, &log);
        let kind = line.kind;
        process.until(async || is_ready(kind, port).await).await?;
        Ok(process)
    }

    /// `line` in a shell, with the settings as environment unless it names the file.
    fn command(&self, line: &Line) -> Command {
        let (mut settings, mut start) = ("", "");
        if line.reads_environment() {
            settings = "set -a; . ./.env; set +a; ";
        }
        let mut command = Command::new(if line.kind == Kind::Ends {
            "timeout"
        } else {
            "bash"
        });
        if line.kind == Kind::Ends {
            command.args([SECONDS, "bash"]);
        } else {
            // The program itself gets the signal.
            start = "exec env ";
        }
        let text = format!("set -e -o pipefail; {settings}{start}{}", line.text);
        command.args(["-c", &text]).current_dir(self.folder.path());
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.beside.path().display());
        command.env_clear().env("PATH", path);
        command.env("MISEBAN_LANG", self.lang.pick("ja", "en"));
        let tokens = simulator::opening_accounts(SEED, ACCOUNTS);
        command.env("MAIN_REFRESH_TOKEN", &tokens[0].refresh_token);
        if let Some(servers) = &self.servers {
            command.env("REDIS_URL", servers.redis.url());
            command.env("DATABASE_URL", &servers.database);
        }
        command
    }

    /// Copies `.env.example` and fills it in, as the text says.
    fn write_settings(&self) {
        let mut settings = std::fs::read_to_string(root().join(".env.example")).unwrap();
        settings += "SP_API_ITEM_OFFERS_RATE=\"unlimited\"\n";
        for (name, value) in vendors::settings(&self.simulator) {
            if name.ends_with("_URL") {
                settings.extend([name, "=\"", &value, "\"\n"]);
            }
        }
        self.write(".env", &settings);
    }

    /// `redis-cli` asks our server, as the document says, and ends with 1 after an error.
    fn write_redis_cli(&self) {
        let path = self.beside.path().join("redis-cli");
        let text = "#!/bin/sh\nPATH=${PATH#*:}\nexec redis-cli -e -u \"$REDIS_URL\" \"$@\"\n";
        std::fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).unwrap();
    }

    /// Writes the accounts of the block, with credentials of the simulated shops for what is left out.
    fn writes_accounts(&self, block: &Block) {
        let mut file: Table = block.body.parse().unwrap_or_else(|error| {
            panic!("{}: {error}", block.place);
        });
        let accounts = file.get_mut("account").and_then(Value::as_array_mut);
        let accounts = accounts.unwrap_or_else(|| panic!("{}: no accounts", block.place));
        let known = simulator::opening_accounts(SEED, ACCOUNTS);
        for (account, known) in accounts.iter_mut().zip(known) {
            let account = account.as_table_mut().unwrap();
            for (key, value) in [
                ("client_id", known.client_id),
                ("client_secret", known.client_secret),
            ] {
                let given = account.entry(key).or_insert("...".into());
                if given.as_str() == Some("...") {
                    *given = value.into();
                }
            }
            for (key, value) in [
                ("refresh_token", known.refresh_token),
                ("redirect_uri", "http://127.0.0.1:8765/callback".to_owned()),
            ] {
                let given = account.get_mut(key);
                if let Some(given) = given.filter(|given| given.as_str().unwrap().contains("...")) {
                    *given = value.into();
                }
            }
        }
        self.write("accounts.toml", &toml::to_string(&file).unwrap());
        let read = AccountsFile::read(&self.folder.path().join("accounts.toml"));
        let credentials = read.and_then(|file| {
            let given = file.credentials(&|_| Some("given".to_owned()))?;
            Ok(given.len())
        });
        assert!(credentials.is_ok(), "{}: {credentials:?}", block.place);
    }

    fn writes_listings(&self, block: &Block) {
        self.write("listings.csv", &self.filled(&block.body));
    }

    /// Secrets are in these files, so that nobody else may read them.
    fn write(&self, name: &str, text: &str) {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).unwrap();
    }

    /// `text` with what the reader puts in the place of its examples.
    fn filled(&self, text: &str) -> String {
        let listings = self.simulator.listings_csv();
        let mut first = listings.lines().nth(1).unwrap().split(',').skip(1);
        let (asin, item) = (first.next().unwrap(), first.next().unwrap());
        let text = text.replace("B00EXAMPLE", asin).replace("123456", item);
        let text = text.replace("=...", "=twelve-letters-or-more");
        let run = |word: &str| match (word, self.run) {
            ("RUN" | "実行ID", Some(run)) => run.to_string(),
            _ => word.to_owned(),
        };
        text.split_inclusive(char::is_whitespace)
            .map(|word| {
                let bare = word.trim_end();
                word.replacen(bare, &run(bare), 1)
            })
            .collect()
    }

    /// Starts a Redis and creates a database, imports the listings, and lets the messages that the document shows
    /// have failed. The vendors are new, since they have issued other tokens meanwhile.
    async fn has_servers(&mut self) {
        self.simulator = world().await;
        self.write_settings();
        let servers = Servers {
            redis: Server::start(),
            database: postgres::new_database(postgres::url()).await,
        };
        bury(&self.messages, &servers.redis).await;
        self.servers = Some(servers);
        let import = Line::of("miseban import listings listings.csv", 0);
        let output = self.command(&import).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

async fn world() -> Simulator {
    let simulator = Simulator::start(Config {
        catalog: CATALOG,
        accounts: ACCOUNTS,
        seed: SEED,
        quotas: Quotas::Off,
        ..Config::default()
    });
    simulator.await.expect("the simulator starts")
}

/// Whether the port is open, or the health page says so.
async fn is_ready(kind: Kind, port: u16) -> bool {
    let asked = async {
        let mut line = TcpStream::connect(("127.0.0.1", port)).await?;
        let mut answer = String::new();
        if kind == Kind::Serves {
            let request = b"GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
            line.write_all(request).await?;
            line.read_to_string(&mut answer).await?;
        }
        std::io::Result::Ok(answer)
    };
    let answer = asked.await;
    answer.is_ok_and(|answer| kind == Kind::Listens || answer.starts_with("HTTP/1.1 200"))
}

/// The last id of a run in what a program has said.
fn last_run(said: &str) -> Option<RunId> {
    let inside = |sign: char| sign.is_ascii_hexdigit() || sign == '-';
    let words = said
        .split(|sign| !inside(sign))
        .filter(|word| word.len() == 36);
    words.filter_map(RunId::parse).next_back()
}

/// The ids of messages in a document: `update:12829:3`, `sync:RUN:7`.
fn message_ids(text: &str) -> Vec<String> {
    let inside = |sign: char| sign.is_ascii_alphanumeric() || sign == ':' || sign == '-';
    let words = text.split(|sign| !inside(sign));
    let ids = words
        .filter(|word| message(word).is_some())
        .map(ToOwned::to_owned);
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}

fn message(id: &str) -> Option<(QueueName, Message)> {
    let mut parts = id.split(':');
    let (queue, of, number) = (parts.next()?, parts.next()?, parts.next()?);
    let queue = QueueName::from_word(queue)?;
    let job = match queue {
        QueueName::Update => Job::new(UpdateListing {
            listing: ListingId(of.parse().ok()?),
            version: number.parse().ok()?,
        }),
        QueueName::Sync => Job::new(SyncBatch {
            run: RunId::parse(of)?,
            no: number.parse().ok()?,
        }),
        QueueName::Info => return None,
    };
    let message = Message {
        job,
        rank: Rank::NORMAL,
        delay: Duration::ZERO,
    };
    Some((queue, message))
}

/// Puts each message into its queue, and gives it up.
async fn bury(ids: &[String], redis: &Server) {
    let link = connect(&RedisSettings::new(redis.url())).await;
    let queue = RedisQueue::new(link.expect("Redis answers"));
    for id in ids {
        let (name, message) = message(id).unwrap();
        assert_eq!(&message.job.id(), id);
        assert_eq!(queue.push(&[message]).await.unwrap(), 1);
        let lease = Duration::from_secs(600);
        let claimed = queue.claim(name, lease, lease, &Capacity::fixed(1)).await;
        let claimed = claimed.unwrap().remove(0);
        let dead = Settlement::Dead("no answer".to_owned());
        assert!(queue.settle(name, &claimed, dead).await.unwrap());
    }
}
