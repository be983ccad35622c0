//! The language of Miseban: what the shop keeper would argue about stands here, and is tested here.
//!
//! `domain` holds the words and the rules, `jobs` the payloads of the queue, `ports` what the
//! rules need of the outside. `ports` may name `jobs` and `domain`, `jobs` may name `domain`; the
//! other way is an error. Nothing here can open a socket, read a clock or name a driver, because
//! the dependency list of this crate does not let it.

#![warn(missing_docs)]

pub mod domain;
pub mod jobs;
pub mod ports;
