//! What every program of Miseban shares: the settings, the accounts file, how it speaks to people,
//! and the wiring that puts adapters behind the ports.

pub mod accounts;
pub mod config;
pub mod doors;
pub mod health;
pub mod layout;
pub mod log;
mod meeting;
pub mod notices;
pub mod patience;
pub mod private;
pub mod program;
pub mod say;
pub mod signal;
pub mod wiring;
pub mod words;
