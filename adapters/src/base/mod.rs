//! The shops at BASE: edits items, reads them, and keeps the tokens of each account.
//!
//! A call takes these steps: [`BaseShop`] gets an access token from `token_manager`, sends a form over
//! `connection`, has `decode` or `page` read the answer, and `refusal` decides what a refused call means. The
//! limiter counts calls; the job repeats them.
//!
//! Source: BASE API documentation (`baseinc/api-docs`, `docs.thebase.in`).

mod account_calls;
mod account_state;
mod binding;
mod circuit_breaker;
mod config;
mod connection;
pub mod decode;
mod exchange;
mod manual;
mod newest_pair;
pub mod page;
mod refusal;
mod renewal;
mod shop;
mod standing;
mod token_manager;
mod token_records;
mod token_rejections;
mod token_state;

pub use config::{BaseConfig, BaseCredentials, ProxiedClient, quota};
pub use shop::BaseShop;
