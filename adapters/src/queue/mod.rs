//! The queue: our own contract below, apalis above.
//!
//! `local` keeps the messages in this process; it is filled from the open rows at start, so that
//! nothing is lost with it. `claims` is the seam to apalis, and works over any implementation.

mod claims;
mod local;
mod shelf;

pub use claims::{Claims, ClaimsError};
pub use local::LocalQueue;
