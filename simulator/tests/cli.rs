//! The program: what it prints, and its exit codes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Output, Stdio};

use simulator::{Config, listings_csv, opening_accounts, opening_listings};

#[expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]
fn simulator(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_simulator"))
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn listings_prints_the_opening_listings() {
    let output = simulator(&[
        "listings",
        "--catalog",
        "40",
        "--accounts",
        "2",
        "--seed",
        "9",
    ]);

    let config = Config {
        catalog: 40,
        accounts: 2,
        seed: 9,
        ..Config::default()
    };
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        listings_csv(&opening_listings(&config))
    );
}

#[test]
fn wrong_use_exits_with_2_and_prints_a_reason() {
    for args in [
        &["serve", "--time-scale", "-1"][..],
        &["serve", "--quotas", "no-such-file.toml"],
        &["serve", "--faults", "no-such-file.json"],
        &["listings", "--accounts", "0"],
        &["sing"],
    ] {
        let output = simulator(args);

        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_busy_port_gives_a_message_of_one_line() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();

    let output = simulator(&["serve", "--listen", &address]);

    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.starts_with(&format!("simulator: cannot listen on {address}: ")));
    assert_eq!(message.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn sigterm_stops_the_server_with_exit_code_0() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulator"))
        .args(["serve", "--listen", "127.0.0.1:0", "--catalog", "10"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();

    let sent = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();

    assert!(sent.success());
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A child process that is killed at the end.
struct Serving {
    child: std::process::Child,
    address: String,
}

impl Serving {
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn start(state: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_simulator"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--catalog",
                "10",
                "--state",
            ])
            .arg(state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("listening on http://");
        let address = address.to_owned();
        Self { child, address }
    }

    /// The answer to a renewal of the tokens of `shop-1`.
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn renew(&self, refresh_token: &str) -> String {
        let account = &opening_accounts(Config::default().seed, 3)[0];
        let (id, secret) = (&account.client_id, &account.client_secret);
        let form = format!(
            "grant_type=refresh_token&client_id={id}&client_secret={secret}&refresh_token={refresh_token}"
        );
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        let length = form.len();
        write!(
            stream,
            "POST /1/oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{form}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_killed_simulator_knows_the_tokens_that_it_has_issued() {
    let folder = tempfile::TempDir::new().unwrap();
    let state = folder.path().join("world.state");
    let first = opening_accounts(Config::default().seed, 3)[0]
        .refresh_token
        .clone();

    let killed = Serving::start(&state);
    let issued = killed.renew(&first);
    drop(killed);
    let again = Serving::start(&state);

    let (_, rest) = issued.split_once("\"refresh_token\":\"").unwrap();
    let rotated = rest.split('"').next().unwrap();
    assert!(again.renew(&first).contains("invalid_request"));
    assert!(again.renew(rotated).contains("access_token"));
}
