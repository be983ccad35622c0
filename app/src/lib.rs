//! The composition root of every program: settings, accounts file, health, log and wiring.
//!
//! A program reads its settings ([`config`]), starts its log ([`log`]), builds its [`wiring::App`]
//! and reports its state through [`health`]. Adapters are built by [`wiring`] (with
//! `clients.rs`) and [`backends`] alone.

pub mod accounts;
pub mod backends;
pub mod background_writer;
mod bounded_file;
mod clients;
pub mod command_line;
pub mod config;
pub mod health;
pub mod installation;
pub mod lanes;
pub mod live_workers;
pub mod log;
pub mod outage;
pub mod page_headers;
pub mod page_listener;
pub mod presence;
pub mod private;
pub mod program;
pub mod redis_state;
pub mod run_mode;
pub mod run_ping;
pub mod server_clocks;
pub mod signal;
pub mod sources;
pub mod startup;
pub mod wiring;

pub use adapters::warning_pace;
