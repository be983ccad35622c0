//! Miseban in one process: producer and workers on `SQLite`, and all that speaks to people.
//!
//! `cli` and `config` say what is wanted, `dispatch` opens what that needs, `commands` does it,
//! `report` and `say` tell it; `wiring` alone builds what stands behind the ports. The binary
//! `miseban` (`main.rs`) only joins them.

pub mod cli;
pub mod commands;
pub mod database;
pub mod dispatch;
pub mod ecauto;
pub mod import;
pub mod lock;
pub mod page;
pub mod progress;
pub mod report;

/// What every program shares, under the names that it has here.
pub use house::{accounts, config, layout, log, private, say, wiring, words};
