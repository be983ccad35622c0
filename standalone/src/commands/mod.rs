//! The commands. They use ports; the caller passes the store, the cache and the time.
//!
//! A command writes its result to a [`CommandOutput`](crate::output::CommandOutput) and returns the
//! exit code, or a [`CommandError`](ui::command_error::CommandError) that `main.rs` prints.

pub mod accounts;
pub mod backup;
pub mod board;
pub mod changes;
pub mod demo;
pub mod doctor;
mod dry_run;
mod exit_of_run;
pub mod explain;
mod find_run;
mod follow_run;
pub mod import;
pub mod import_shop;
pub mod list;
pub mod migrate;
pub mod notify;
mod open_run;
pub mod programs;
pub mod queues;
pub mod register;
pub mod release;
pub mod report;
mod restorable;
pub mod run;
pub mod serve;
pub mod status;
pub mod validate;
mod worker_watch;
