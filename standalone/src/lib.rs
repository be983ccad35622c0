//! Miseban in one process: producer and workers on `SQLite`, and every command for people.
//!
//! `cli` reads the command line, `dispatch` opens what the command needs, `commands` run it. Settings
//! and wiring are in the crate `app`, texts in the crate `ui`. The binary `miseban` (`main.rs`) only
//! joins them.

pub mod cli;
pub mod commands;
pub mod database;
pub mod dispatch;
pub mod ecauto;
pub mod import;
pub mod lock;
pub mod output;
pub mod progress;
