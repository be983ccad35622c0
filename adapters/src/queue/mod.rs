//! The queue: our own contract below, apalis above.
//!
//! `local` keeps the messages in this process; it is filled from the open rows at start, so that
//! nothing is lost with it. `redis` shares them between processes. `claims` is the seam to apalis, and
//! works over any implementation; `board` is what apalis' board reads.

mod board;
mod claims;
mod local;
mod redis;
mod shelf;

pub use self::redis::RedisQueue;
pub use board::{Board, BoardError};
pub use claims::{Claims, ClaimsError, Placed};
pub use local::LocalQueue;

/// Dead messages that are kept; the oldest goes first.
const DEAD_KEPT: usize = 1_000;
/// Bytes of an error that are kept with a dead message: an answer of a vendor may be a whole page.
const ERROR_KEPT: usize = 500;

/// Host and number of this process, by which people tell workers apart.
fn process_name() -> String {
    let host = gethostname::gethostname();
    format!("{}:{}", host.to_string_lossy(), std::process::id())
}

/// As much of `error` as is kept.
fn clipped(error: &str) -> &str {
    let mut end = error.len().min(ERROR_KEPT);
    while !error.is_char_boundary(end) {
        end -= 1;
    }
    &error[..end]
}
