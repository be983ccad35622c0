//! The commands over a real database, and the binary itself.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

mod accounts;
mod binary;
mod board;
mod broken;
mod changes;
mod documents;
mod ecauto;
mod files;
mod fixture;
mod help;
mod inspect;
mod list;
mod lost_messages;
mod named;
mod notify;
#[expect(dead_code, reason = "the contract of the store needs more of it")]
#[path = "../../../adapters/tests/store_fixture/server.rs"]
mod postgres;
mod queues;
mod refused;
mod runs;
mod secrets;
#[expect(dead_code, reason = "the contract of the queue needs more of it")]
#[path = "../../../adapters/tests/queue_contract/server.rs"]
mod server;
mod setup;
mod shops;
mod streams;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;
mod watched;
mod wrong_values;

/// The program of this name, built beside `miseban`.
fn program(name: &str) -> std::path::PathBuf {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_miseban")).with_file_name(name);
    let missing = "is not built: run scripts/test, or cargo build --workspace --bins";
    assert!(program.is_file(), "{} {missing}", program.display());
    program
}
