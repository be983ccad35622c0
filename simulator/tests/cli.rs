//! The program: what it prints, and its exit codes.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

use simulator::{Config, listings_csv, opening_listings};

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
