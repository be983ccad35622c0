//! The commands over a real database, and the binary itself.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

mod accounts;
mod binary;
mod board;
mod broken;
mod changes;
mod ecauto;
mod files;
mod fixture;
mod inspect;
mod lost_messages;
mod named;
mod notify;
mod queues;
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
