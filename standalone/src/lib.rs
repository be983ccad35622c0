//! Miseban in one process: producer and workers on `SQLite`, and all that speaks to people.
//!
//! `cli` and `config` say what is wanted, `dispatch` opens what that needs, `commands` does it,
//! `report` and `say` tell it; `wiring` alone builds what stands behind the ports. The binary
//! `miseban` (`main.rs`) only joins them.

pub mod accounts;
pub mod cli;
pub mod commands;
pub mod config;
pub mod database;
pub mod dispatch;
pub mod import;
pub mod layout;
pub mod lock;
pub mod log;
pub mod page;
pub mod progress;
pub mod report;
pub mod say;
pub mod shift;
pub mod wiring;
pub mod words;
