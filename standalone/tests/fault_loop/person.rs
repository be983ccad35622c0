//! The person at the shop, who authorises at BASE again what Miseban names.

use crate::installation::Programs;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

/// Authorises each shop again that needs it. Does nothing while the servers are away.
pub async fn authorises_what_needs_it(programs: &Programs) {
    let programs = programs.clone();
    let work = move || {
        for shop in to_authorise(&programs) {
            println!("a person authorises {shop} again");
            authorise(&programs, &shop);
        }
    };
    tokio::task::spawn_blocking(work).await.expect("no panic");
}

/// The shops whose tokens BASE refuses for good.
fn to_authorise(programs: &Programs) -> Vec<String> {
    let mut list = programs.command("miseban");
    let output = list.args(["accounts", "ls", "--json"]).output();
    let output = output.expect("the program starts");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let accounts = shown["accounts"].as_array().into_iter().flatten();
    accounts
        .filter(|account| account["token"]["state"] == "reauthorise")
        .filter_map(|account| Some(account["id"].as_str()?.to_owned()))
        .collect()
}

/// A fault may hit this, too: then the person tries again later.
fn authorise(programs: &Programs, shop: &str) {
    let mut command = programs.command("miseban");
    command.args(["accounts", "authorize", shop, "--within", "20"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().expect("the program starts");
    let landed = address(&mut running).and_then(|address| browse(&address));
    let mut input = running.stdin.take().expect("its input");
    // It may have ended already.
    writeln!(input, "{}", landed.unwrap_or_default()).ok();
    drop(input);
    running.wait().expect("it ends");
}

/// The address that the program asks to open.
fn address(running: &mut Child) -> Option<String> {
    let output = BufReader::new(running.stdout.as_mut().expect("its output"));
    let mut lines = output.lines().map_while(Result::ok);
    lines.find(|line| line.starts_with("http"))
}

/// Opens an address of BASE; returns the address that the browser is sent on to.
fn browse(address: &str) -> Option<String> {
    let rest = address.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/')?;
    let mut line = TcpStream::connect(host).ok()?;
    write!(line, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").ok()?;
    let mut answer = String::new();
    line.read_to_string(&mut answer).ok()?;
    let mut headers = answer.lines().filter_map(|header| header.split_once(": "));
    let location = headers.find(|(name, _)| name.eq_ignore_ascii_case("location"));
    location.map(|(_, address)| address.to_owned())
}
