//! The core of Miseban: the business rules, the job payloads and the interfaces to the outside.
//!
//! [`domain`] has the types and the rules, [`jobs`] the payloads of the queue, [`ports`] the traits
//! that adapters implement. `ports` may use `jobs` and `domain`, `jobs` may use `domain`, never the
//! other way round. The dependency list of this crate has no driver, no HTTP client and no runtime,
//! so nothing here can do I/O.

#![warn(missing_docs)]

pub mod domain;
pub mod jobs;
pub mod ports;
