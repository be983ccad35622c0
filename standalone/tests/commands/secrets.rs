//! No message of any command contains a secret, with everything wrong that a person can get wrong.

use adapters::store::DatabaseLocation;
use clap::CommandFactory as _;
use standalone::cli::MisebanCli;
use standalone::lock::WorkLock;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// In every secret of the settings and the accounts file.
const MARK: &str = "zQxK7w";
/// A command that still runs by then found nothing wrong.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Each command with arguments that reach its work.
const COMMANDS: &[&[&str]] = &[
    &["run", "price-stock"],
    &["run", "price-stock", "--dry-run"],
    &["reconcile"],
    &["serve"],
    &["import", "listings", "listings.csv"],
    &["import", "shop"],
    &["import", "ecauto", "listings.csv"],
    &["register", "listings.csv", "--account", "main"],
    &["report"],
    &["release", "01939c1e-7c00-7000-8000-000000000001"],
    &["cancel", "01939c1e-7c00-7000-8000-000000000001"],
    &["status"],
    &["list", "failed"],
    &["accounts", "ls"],
    &["accounts", "check"],
    &["accounts", "refresh", "main"],
    &["accounts", "authorize", "main", "--within", "1"],
    &["changes"],
    &["explain", "B00EXAMPLE"],
    &["validate", "--fill"],
    &["queues", "ls"],
    &["queues", "show", "sync"],
    &["queues", "retry", "sync", "--all"],
    &["queues", "drop", "sync", "--all"],
    &["queues", "pause", "update"],
    &["queues", "resume", "update"],
    &["board"],
    &["notify", "--test"],
    &["migrate"],
    &["backup", "copy.db"],
    &["restore", "listings.csv"],
    &["doctor"],
];
/// The demo has settings of its own.
const APART: &[&str] = &["demo", "help"];

/// Addresses of databases that cannot be used, most of them mistyped.
fn databases() -> Vec<String> {
    [
        "postgres://shop:{}@127.0.0.1:1/miseban",
        "postgres://shop:{}@127.0.0.1:port/miseban",
        "postgres:shop:{}@127.0.0.1/miseban",
        "POSTGRES://shop:{}@127.0.0.1/miseban",
        "mysql://shop:{}@127.0.0.1/miseban",
        "sqlite://shop:{}@127.0.0.1:5432/miseban",
        "sqlite:postgres://shop:{}@127.0.0.1/miseban",
        "sqlite:host=127.0.0.1 password={}",
    ]
    .map(|address| address.replace("{}", MARK))
    .to_vec()
}

const ACCOUNT: &str = "[[account]]\nid = \"main\"\nclient_id = \"app\"\n";

/// Accounts files, the first of them right.
fn accounts() -> Vec<String> {
    let right = format!("client_secret = \"{MARK}\"\nrefresh_token = \"{MARK}\"\n");
    let proxy = format!("{right}proxy = \"http://user:{MARK}@127.0.0.1:1\"\n");
    [
        proxy,
        format!("{right}proxy = \"user:{MARK}@127.0.0.1:1\"\n"),
        format!("client_secret = [\"{MARK}\"]\n"),
        format!("client_secret = {{ {MARK} = 1 }}\n"),
        format!("{right}client_secret_env = \"{MARK}\n"),
        format!("{right}active = \"{MARK}\"\n"),
    ]
    .map(|rest| format!("{ACCOUNT}{rest}"))
    .to_vec()
}

fn settings(database: &str) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("DATABASE_URL", database.to_owned()),
        ("REFRESH_TOKEN", format!("Atzr|{MARK}")),
        ("LWA_APP_ID", "app".to_owned()),
        ("LWA_CLIENT_SECRET", MARK.to_owned()),
        ("SP_API_BASE_URL", "http://127.0.0.1:1".to_owned()),
        ("LWA_BASE_URL", "http://127.0.0.1:1".to_owned()),
        ("BASE_API_BASE_URL", "http://127.0.0.1:1".to_owned()),
        ("CHATWORK_BASE_URL", "http://127.0.0.1:1".to_owned()),
        ("CHATWORK_TOKEN", MARK.to_owned()),
        ("CHATWORK_ROOM_ID", "1".to_owned()),
        ("NOTIFY_WEBHOOK_URL", format!("http://127.0.0.1:1/{MARK}")),
        ("BOARD_PASSWORD", format!("{MARK}{MARK}")),
        ("RUST_LOG", "debug".to_owned()),
    ];
    if database.starts_with("postgres://") {
        settings.push(("REDIS_URL", format!("redis://:{MARK}@127.0.0.1:1/0")));
    }
    settings
}

/// Everything that the command prints until it ends, or is still running.
fn printed(args: &[&str], settings: &[(&str, String)], folder: &Path) -> String {
    let files = ["stdout", "stderr"].map(|name| folder.join(name));
    let open = |path| Stdio::from(std::fs::File::create(path).unwrap());
    let mut child = Command::new(env!("CARGO_BIN_EXE_miseban"))
        .args(args)
        .env_clear()
        .envs(settings.iter().map(|(name, value)| (*name, value.as_str())))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(open(&files[0]))
        .stderr(open(&files[1]))
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > ENDS_WITHIN {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    files
        .map(|path| std::fs::read_to_string(path).unwrap())
        .concat()
}

fn check(args: &[&str], settings: &[(&str, String)], accounts: &str) {
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    write("accounts.toml", accounts);
    write(
        "listings.csv",
        "account_id,asin,item_id,sku,selling_price,visibility\n",
    );

    let printed = printed(args, settings, folder.path());

    let mark = MARK.to_lowercase();
    let shown: Vec<&str> = printed
        .lines()
        .filter(|line| line.to_lowercase().contains(&mark))
        .collect();
    assert!(shown.is_empty(), "{args:?} with {settings:?}: {shown:?}");
}

#[test]
fn every_command_is_searched() {
    let mut left = vec![(Vec::<String>::new(), MisebanCli::command())];
    while let Some((path, command)) = left.pop() {
        let nested: Vec<_> = command.get_subcommands().cloned().collect();
        let is_work = path
            .first()
            .is_none_or(|name| !APART.contains(&name.as_str()));
        if nested.is_empty() && is_work {
            let known = COMMANDS.iter().any(|args| {
                args.iter().zip(&path).all(|(arg, name)| arg == name) && args.len() >= path.len()
            });
            assert!(known, "{path:?} is not searched");
        }
        for command in nested
            .into_iter()
            .filter(|command| command.get_name() != "help")
        {
            let mut path = path.clone();
            path.push(command.get_name().to_owned());
            left.push((path, command));
        }
    }
}

#[test]
fn no_command_shows_a_secret_of_a_database_that_cannot_be_used() {
    let accounts = accounts().remove(0);
    for database in databases() {
        let settings = settings(&database);
        for args in COMMANDS {
            check(args, &settings, &accounts);
        }
        let alone: Vec<_> = settings
            .into_iter()
            .filter(|(name, _)| *name != "REDIS_URL")
            .collect();
        for args in COMMANDS
            .iter()
            .filter(|_| database.starts_with("postgres://"))
        {
            check(args, &alone, &accounts);
        }
    }
}

#[test]
fn no_command_shows_a_secret_while_another_process_has_the_database() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("miseban.db");
    let location = DatabaseLocation::File(file.clone());
    let lock = WorkLock::take(location).unwrap();
    let settings = settings(&format!("sqlite://{}", file.display()));
    let accounts = accounts().remove(0);

    let refused = printed(&["serve"], &settings, folder.path());
    for args in COMMANDS {
        check(args, &settings, &accounts);
    }

    assert!(
        refused.contains(&std::process::id().to_string()),
        "{refused}"
    );
    drop(lock);
}

#[test]
fn no_command_shows_a_secret_of_shops_and_vendors_that_refuse() {
    for accounts in accounts() {
        for args in COMMANDS {
            check(args, &settings("sqlite://miseban.db"), &accounts);
        }
    }
}

#[test]
fn no_refused_setting_is_shown_if_it_may_be_secret() {
    let wrong: [(&str, String); 10] = [
        ("REFRESH_TOKEN", format!("Atzr|{MARK} x")),
        ("LWA_CLIENT_SECRET", format!("{MARK} x")),
        ("CHATWORK_TOKEN", format!("{MARK} x")),
        ("NOTIFY_WEBHOOK_URL", format!("http://hooks.example/{MARK}")),
        ("TOKEN_KEY", MARK.to_owned()),
        ("TOKEN_KEY_OLD", MARK.to_owned()),
        ("BOARD_PASSWORD", MARK.to_owned()),
        ("REDIS_URL", format!("http://:{MARK}@127.0.0.1")),
        (
            "SP_API_BASE_URL",
            format!("https://user:{MARK}@amazon.example"),
        ),
        ("DATABASE_URL", format!("{MARK} password={MARK}")),
    ];
    for one in wrong {
        check(&["status"], &[one], "");
    }
}
