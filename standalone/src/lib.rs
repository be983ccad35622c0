//! Miseban in one process: producer and workers on `SQLite`, and all commands for people.
//!
//! `cli` defines the command line, `dispatch` opens what a command needs, and `commands` holds the
//! commands. Settings and wiring are in the crate `app`, shared texts in the crate `ui`.

pub mod cli;
pub mod commands;
pub mod database;
pub mod dispatch;
pub mod import;
pub mod lock;
pub mod lock_note;
pub mod output;
pub mod progress;
