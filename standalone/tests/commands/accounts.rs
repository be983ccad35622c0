//! `accounts`: the binary against the simulated BASE.

use adapters::http::HttpSettings;
use serde_json::Value;
use simulator::{Config, Fault, FaultKind, Quotas, Simulator, opening_accounts};
use sqlx::Connection as _;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Two shops, the second one inactive, and a folder with the accounts file.
pub struct SimulatedShops {
    pub simulator: Simulator,
    pub folder: tempfile::TempDir,
}

impl SimulatedShops {
    /// `first` is added to the entry of the first shop.
    pub async fn open(first: &str) -> Self {
        let simulator = Simulator::start(Config {
            catalog: 2,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let shops = Self {
            simulator: simulator.await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        shops.write_accounts(first, true);
        shops
    }

    /// Writes the accounts file, with or without the initial refresh tokens.
    pub fn write_accounts(&self, first: &str, with_tokens: bool) {
        let mut text = String::new();
        for (account, extra) in opening_accounts(1, 2).iter().zip([first, "active = false"]) {
            write!(
                text,
                "[[account]]\nid = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n{extra}\n",
                account.id, account.client_id, account.client_secret
            )
            .unwrap();
            if with_tokens {
                writeln!(text, "refresh_token = \"{}\"", account.refresh_token).unwrap();
            }
        }
        std::fs::write(self.path("accounts.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(args)
            .env_clear()
            .env("BASE_API_BASE_URL", self.simulator.url())
            .env("MISEBAN_LANG", "en")
            .env("RUST_LOG", "debug")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the command to its end, while the simulator in this process keeps answering.
    pub async fn run(&self, args: &[&str]) -> Output {
        let mut command = self.command(args);
        let work = tokio::task::spawn_blocking(move || command.output());
        work.await.unwrap().unwrap()
    }

    /// Runs `doctor` with credentials that the simulator accepts.
    async fn doctor(&self) -> Output {
        let mut command = self.command(&["doctor"]);
        for (name, value) in [
            ("SP_API_BASE_URL", self.simulator.url()),
            ("LWA_BASE_URL", self.simulator.url()),
            (
                "LWA_APP_ID",
                "amzn1.application-oa2-client.example".to_owned(),
            ),
            ("LWA_CLIENT_SECRET", "amzn1.oa2-cs.v1.example".to_owned()),
            ("REFRESH_TOKEN", "Atzr|example".to_owned()),
        ] {
            command.env(name, value);
        }
        let work = tokio::task::spawn_blocking(move || command.output());
        work.await.unwrap().unwrap()
    }

    pub fn requests(&self, operation: &str) -> u64 {
        let ledger = self.simulator.ledger();
        let tally = ledger.operations.get(operation);
        tally.map_or(0, |tally| tally.requests)
    }

    async fn listed(&self, shop: usize) -> Value {
        let output = self.run(&["accounts", "ls", "--json"]).await;
        let view: Value = serde_json::from_slice(&output.stdout).unwrap();
        view["accounts"][shop].clone()
    }
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_asks_each_active_shop_whose_token_it_is_and_what_it_may() {
    let shops = SimulatedShops::open("").await;

    let output = shops.run(&["accounts", "check"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(
        out(&output),
        "ok  shop-1: connected (name at BASE: Shop 1, shop_id shop-1)\n--  shop-2: inactive, not checked\n"
    );
    for operation in ["baseToken", "users/me", "items", "items/edit"] {
        assert_eq!(shops.requests(operation), 1, "{operation}");
    }
    let single = shops.run(&["accounts", "check", "shop-2", "--json"]).await;
    let view: Value = serde_json::from_slice(&single.stdout).unwrap();
    assert_eq!(view["accounts"][0]["result"], "inactive");
    assert_eq!(shops.requests("users/me"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_count_the_calls_that_they_send_also_when_they_fail() {
    let shops = SimulatedShops::open("").await;
    let used = async || {
        let output = shops.run(&["status", "--json"]).await;
        let view: Value = serde_json::from_slice(&output.stdout).unwrap();
        view["lanes"][0]["used_today"].as_u64().unwrap()
    };
    let sent = || {
        let calls = ["users/me", "items", "items/edit"].map(|call| shops.requests(call));
        calls.iter().sum::<u64>()
    };

    for _ in 0..3 {
        shops.run(&["accounts", "check"]).await;
    }
    assert_eq!((used().await, sent()), (9, 9));
    let restricted = Fault {
        error: Some("access_denied".to_owned()),
        ..Fault::new("items", FaultKind::BaseError)
    };
    shops.simulator.add_fault(restricted).unwrap();
    shops.run(&["accounts", "check"]).await;
    shops.doctor().await;

    assert_eq!(used().await, sent());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_shop_is_named_by_doctor_and_status_with_the_words_of_base() {
    let shops = SimulatedShops::open("").await;
    let restricted = Fault {
        error: Some("access_denied".to_owned()),
        account: Some("shop-1".to_owned()),
        ..Fault::new("users/me", FaultKind::BaseError)
    };
    shops.simulator.add_fault(restricted).unwrap();

    let doctor = shops.doctor().await;

    assert_eq!(doctor.status.code(), Some(1));
    let restricted = "access_denied 利用が制限されているユーザーです。";
    for part in [
        "NG  BASE account shop-1",
        restricted,
        "note: account shop-1 has no redirect_uri",
    ] {
        assert!(out(&doctor).contains(part), "{}", out(&doctor));
    }
    let status = shops.run(&["status"]).await;
    let named = out(&status).contains(restricted);
    assert!(
        named && out(&status).contains("refuses the shop"),
        "{}",
        out(&status)
    );
    assert!(out(&shops.run(&["accounts", "ls"]).await).contains(restricted));

    shops.simulator.clear_faults();
    assert_eq!(
        shops.run(&["accounts", "check"]).await.status.code(),
        Some(0)
    );
    let status = shops.run(&["status"]).await;
    assert!(!out(&status).contains("refuses"), "{}", out(&status));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_right_to_edit_is_found_by_doctor() {
    let shops = SimulatedShops::open("").await;
    let missing = Fault {
        error: Some("invalid_scope".to_owned()),
        ..Fault::new("items/edit", FaultKind::BaseError)
    };
    shops.simulator.add_fault(missing).unwrap();

    let doctor = shops.doctor().await;

    assert_eq!(doctor.status.code(), Some(1));
    for part in [
        "invalid_scope",
        "write_items",
        "miseban accounts authorize shop-1",
    ] {
        assert!(out(&doctor).contains(part), "{}", out(&doctor));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_refreshes_a_token_that_expired_early() {
    let shops = SimulatedShops::open("").await;
    shops.run(&["accounts", "check"]).await;
    let expiry = Fault {
        count: Some(1),
        ..Fault::new("users/me", FaultKind::TokenExpiry)
    };
    shops.simulator.add_fault(expiry).unwrap();

    let output = shops.run(&["accounts", "check"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert_eq!(shops.requests("baseToken"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_also_works_for_an_inactive_shop_and_ls_shows_the_expiry() {
    let shops = SimulatedShops::open("").await;

    let output = shops.run(&["accounts", "refresh", "shop-2"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("valid until"), "{}", out(&output));
    assert_eq!(shops.requests("baseToken"), 1);
    let listed = shops.listed(1).await;
    assert_eq!(listed["token"]["state"], "good");
    assert_eq!(listed["token"]["age_days"], 0);
    assert_eq!(shops.listed(0).await["token"]["state"], "unused");
    let again = shops.run(&["accounts", "refresh", "shop-2"]).await;
    assert_eq!(again.status.code(), Some(0), "{}", err(&again));
    assert_eq!(shops.requests("baseToken"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_refresh_says_what_to_do_and_is_listed_with_its_reason() {
    let shops = SimulatedShops::open("refresh_token = \"0123456789abcdef\"").await;
    let text = std::fs::read_to_string(shops.path("accounts.toml")).unwrap();
    let first = format!(
        "refresh_token = \"{}\"\n",
        opening_accounts(1, 2)[0].refresh_token
    );
    std::fs::write(shops.path("accounts.toml"), text.replace(&first, "")).unwrap();

    let output = shops.run(&["accounts", "refresh", "shop-1"]).await;

    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("accounts authorize shop-1"),
        "{}",
        err(&output)
    );
    let listed = shops.listed(0).await;
    assert_eq!(listed["token"]["state"], "reauthorise");
    let why = "invalid_request 不正なリフレッシュトークンです。";
    assert_eq!(listed["token"]["reauthorise_why"], why);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_id_is_wrong_usage() {
    let shops = SimulatedShops::open("").await;

    let output = shops.run(&["accounts", "check", "shop-9"]).await;

    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("shop-1, shop-2"), "{}", err(&output));
}

/// A free port; if another process takes it meanwhile, the test fails.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The address that the program prints.
pub fn shown_address(child: &mut Child) -> (String, BufReader<std::process::ChildStdout>) {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no address");
        if line.starts_with("http") {
            return (line.trim().to_owned(), lines);
        }
    }
}

/// The output contains neither the code nor a client secret.
fn no_secret_in(shops: &SimulatedShops, text: &str, code: &str) {
    assert!(!text.contains(code), "{text}");
    for secret in opening_accounts(1, 2) {
        assert!(!text.contains(&secret.client_secret), "{text}");
    }
    let stored = std::fs::read(shops.path("miseban.db")).unwrap();
    assert!(!stored.is_empty());
}

/// A browser that follows no redirect.
async fn open_url(url: &str) -> reqwest::Response {
    let browser = adapters::http::client(&HttpSettings::default()).unwrap();
    browser.get(url).send().await.unwrap()
}

/// The address that BASE redirects the browser to after consent.
pub async fn redirected_to(address: &str) -> String {
    let answer = open_url(address).await;
    answer.headers()["location"].to_str().unwrap().to_owned()
}

fn code_of(url: &str) -> String {
    let code = url.split("code=").nth(1).unwrap();
    code.split('&').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callback_is_received_exchanged_and_stored() {
    // In a route of axum each part of this path is a pattern, or refused.
    let back = format!("http://127.0.0.1:{}/:back/*a/{{b}}/{{*c}}", free_port());
    let shops = SimulatedShops::open("").await;
    shops.write_accounts(&format!("redirect_uri = \"{back}\""), false);
    let refused = shops.run(&["accounts", "refresh", "shop-1"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(shops.listed(0).await["token"]["state"], "none");

    let mut authorize = shops.command(&["accounts", "authorize", "shop-1"]);
    let mut child = authorize
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, rest) = shown_address(&mut child);
    let forged = open_url(&format!("{back}?code=abc&state=forged")).await;
    let landed = redirected_to(&address).await;
    let code = code_of(&landed);
    let elsewhere = open_url(&landed.replace(":back", ":bach")).await;
    let shown = open_url(&landed).await;
    let (status, headers) = (shown.status(), shown.headers().clone());
    let page = shown.text().await.unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    let text: String = rest.lines().map(Result::unwrap).collect();

    assert_eq!(forged.status().as_u16(), 400);
    assert_eq!(elsewhere.status().as_u16(), 404);
    assert_eq!(status, 200);
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-frame-options"], "DENY");
    assert!(
        page.contains("店番") && page.contains("go back to Miseban"),
        "{page}"
    );
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        text.contains("authorised and its tokens are stored"),
        "{text}"
    );
    no_secret_in(&shops, &format!("{text}{}", err(&output)), &code);
    assert_eq!(shops.listed(0).await["token"]["state"], "good");
    let check = shops.run(&["accounts", "check", "shop-1"]).await;
    assert_eq!(check.status.code(), Some(0), "{}", out(&check));
    // The check used the stored tokens.
    assert_eq!(shops.requests("baseToken"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_the_browser_can_be_pasted() {
    let shops = SimulatedShops::open("").await;
    shops.write_accounts("redirect_uri = \"https://shop.example/back\"", false);
    let mut authorize = shops.command(&["accounts", "authorize", "shop-1"]);
    let mut child = authorize
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, rest) = shown_address(&mut child);
    let landed = redirected_to(&address).await;

    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "https://shop.example/back?code=abc&state=forged").unwrap();
    writeln!(stdin, "{landed}").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    let text: String = rest.lines().map(Result::unwrap).collect();

    assert!(landed.starts_with("https://shop.example/back?code="));
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(text.contains("belongs to another authorisation"), "{text}");
    no_secret_in(
        &shops,
        &format!("{text}{}", err(&output)),
        &code_of(&landed),
    );
    assert_eq!(shops.listed(0).await["token"]["state"], "good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_a_closed_stdin_and_a_timeout_change_nothing() {
    let shops = SimulatedShops::open("redirect_uri = \"https://shop.example/back\"").await;

    let unanswered = shops.run(&["accounts", "authorize", "shop-1"]).await;
    let mut wrong = shops.command(&["accounts", "authorize", "shop-1"]);
    let mut child = wrong
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "0123456789abcdef").unwrap();
    let wrong = tokio::task::spawn_blocking(move || child.wait_with_output());
    let wrong = wrong.await.unwrap().unwrap();
    shops.write_accounts(
        &format!("redirect_uri = \"http://127.0.0.1:{}/\"", free_port()),
        true,
    );
    let late = shops
        .run(&["accounts", "authorize", "shop-1", "--within", "1"])
        .await;

    assert_eq!(unanswered.status.code(), Some(2), "{}", err(&unanswered));
    assert_eq!(wrong.status.code(), Some(1), "{}", err(&wrong));
    assert!(err(&wrong).contains("A code works once"), "{}", err(&wrong));
    assert!(!err(&wrong).contains("0123456789abcdef"), "{}", err(&wrong));
    assert_eq!(late.status.code(), Some(1), "{}", err(&late));
    assert_eq!(shops.listed(0).await["token"]["state"], "unused");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_container_the_address_is_asked_for_and_no_answer_is_promised() {
    let back = format!("http://127.0.0.1:{}/back", free_port());
    let shops = SimulatedShops::open("").await;
    shops.write_accounts(&format!("redirect_uri = \"{back}\""), false);
    let mut authorize = shops.command(&["accounts", "authorize", "shop-1"]);
    let mut child = authorize
        .env("container", "docker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, rest) = shown_address(&mut child);
    let landed = redirected_to(&address).await;

    writeln!(child.stdin.take().unwrap(), "{landed}").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    let text: String = rest.lines().map(Result::unwrap).collect();
    let mut unanswered = shops.command(&["accounts", "authorize", "shop-1"]);
    let unanswered = unanswered.env("container", "docker").output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(text.contains("Paste the address"), "{text}");
    assert!(!text.contains("receives the response"), "{text}");
    assert_eq!(unanswered.status.code(), Some(2), "{}", err(&unanswered));
    assert!(
        err(&unanswered).contains("without -T"),
        "{}",
        err(&unanswered)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_redirect_uri_is_reported() {
    let shops = SimulatedShops::open("").await;

    let output = shops.run(&["accounts", "authorize", "shop-1"]).await;

    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("redirect_uri"), "{}", err(&output));
    assert!(!Path::new(&shops.path("miseban.db")).exists());
}

/// Refreshes the first shop with these key settings.
async fn refreshed_with(shops: &SimulatedShops, key: &[(&str, &str)]) -> Output {
    let mut command = shops.command(&["accounts", "refresh", "shop-1"]);
    command.envs(key.iter().copied());
    let work = tokio::task::spawn_blocking(move || command.output());
    work.await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_command_with_a_key_seals_tokens_and_a_wrong_key_changes_nothing() {
    let shops = SimulatedShops::open("").await;
    let (one, two) = ("11".repeat(32), "22".repeat(32));
    let plain = refreshed_with(&shops, &[]).await;
    assert_eq!(plain.status.code(), Some(0), "{}", err(&plain));

    let sealed = refreshed_with(&shops, &[("TOKEN_KEY", &one)]).await;
    let wrong = refreshed_with(&shops, &[("TOKEN_KEY", &two)]).await;
    let missing = refreshed_with(&shops, &[]).await;
    let both = [("TOKEN_KEY", two.as_str()), ("TOKEN_KEY_OLD", &one)];
    let changed = refreshed_with(&shops, &both).await;
    let after = refreshed_with(&shops, &[("TOKEN_KEY", &two)]).await;

    for done in [&sealed, &changed, &after] {
        assert_eq!(done.status.code(), Some(0), "{}", err(done));
        assert!(!err(done).contains(&one) && !err(done).contains(&two));
    }
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("TOKEN_KEY_OLD"), "{}", err(&wrong));
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).contains("no key is set"), "{}", err(&missing));
    assert_eq!(shops.requests("baseToken"), 4);
    let unreadable = refreshed_with(&shops, &[("TOKEN_KEY", "short-secret")]).await;
    assert_eq!(unreadable.status.code(), Some(2));
    assert!(
        !err(&unreadable).contains("short-secret"),
        "{}",
        err(&unreadable)
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_is_private_and_doctor_reports_files_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let shops = SimulatedShops::open("").await;
    let mode = |name: &str, mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(shops.path(name), permissions).unwrap();
    };
    std::fs::write(shops.path("miseban.toml"), "run_every_hours = 3\n").unwrap();
    mode("accounts.toml", 0o600);
    mode("miseban.toml", 0o640);

    let doctor = shops.run(&["doctor", "--config", "miseban.toml"]).await;

    let created = std::fs::metadata(shops.path("miseban.db")).unwrap();
    assert_eq!(created.permissions().mode() & 0o777, 0o600);
    assert!(
        out(&doctor).contains("NG  files with secrets: miseban.toml can be read"),
        "{}",
        out(&doctor)
    );
    mode("miseban.toml", 0o600);
    mode("miseban.db", 0o644);
    let doctor = shops.run(&["doctor", "--config", "miseban.toml"]).await;
    assert!(
        out(&doctor).contains("chmod 600 miseban.db"),
        "{}",
        out(&doctor)
    );
    mode("miseban.db", 0o600);
    let doctor = shops.run(&["doctor", "--config", "miseban.toml"]).await;
    assert!(
        out(&doctor).contains("ok  files with secrets"),
        "{}",
        out(&doctor)
    );
}

/// Expires all leases: a killed process would keep its lease for a minute.
async fn expire_leases(shops: &SimulatedShops) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", shops.path("miseban.db").display());
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    let over = sqlx::query("UPDATE leases SET until = '1970-01-01T00:00:00.000Z'");
    let done = over.execute(&mut connection).await.unwrap();
    assert!(done.rows_affected() > 0, "no lease was held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_the_tokens_are_stored_costs_one_authorisation_without_a_loop() {
    let shops = SimulatedShops::open("").await;
    let text = std::fs::read_to_string(shops.path("accounts.toml")).unwrap();
    let both = text.replace("active = false", "active = true");
    std::fs::write(shops.path("accounts.toml"), both).unwrap();
    let before = shops.run(&["accounts", "check"]).await;
    assert_eq!(before.status.code(), Some(0), "{}", out(&before));
    // BASE has issued the tokens, but the answer is delayed.
    let slow = Fault {
        count: Some(1),
        millis: Some(60_000),
        ..Fault::new("baseToken", FaultKind::Slow)
    };
    shops.simulator.add_fault(slow).unwrap();
    let mut child = shops
        .command(&["accounts", "refresh", "shop-1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while shops.requests("baseToken") == 2 {
        assert!(Instant::now() < deadline, "no request reached BASE");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    expire_leases(&shops).await;
    let expiry = Fault {
        count: Some(1),
        ..Fault::new("users/me", FaultKind::TokenExpiry)
    };
    shops.simulator.add_fault(expiry).unwrap();

    let mut asked = Vec::new();
    for _ in 0..3 {
        let check = shops.run(&["accounts", "check"]).await;
        let text = out(&check);
        assert!(
            text.contains("NG  shop-1") && text.contains("authorize shop-1"),
            "{text}"
        );
        assert!(text.contains("ok  shop-2"), "{text}");
        asked.push(shops.requests("baseToken"));
    }

    // Two at first, one killed, one rejected, and one of the other shop.
    assert_eq!(asked, [5, 5, 5]);
    assert_eq!(shops.listed(0).await["token"]["state"], "reauthorise");
}
