//! The message queue: our own contract, with apalis on top.
//!
//! `local` keeps the messages in this process; after a restart they are pushed again from the open
//! rows. `redis` shares them between processes. `claims` connects either of them to apalis'
//! workers, and `board` to apalis' board.

mod board;
mod claims;
mod local;
mod redis;

pub use self::redis::RedisQueue;
pub use board::{Board, BoardError};
pub use claims::{AssignedMessage, Claims, ClaimsError};
pub use local::LocalQueue;

/// The most dead messages of a queue; the oldest falls off the list.
const DEAD_KEPT: usize = 1_000;
/// The most bytes of an error in the dead list: a vendor's response may be a whole page.
const ERROR_KEPT: usize = 500;

/// Host and process number: the name of this process for people.
pub fn process_name() -> String {
    let host = gethostname::gethostname();
    format!("{}:{}", host.to_string_lossy(), std::process::id())
}

/// The beginning of `error`, at most [`ERROR_KEPT`] bytes.
fn clipped(error: &str) -> &str {
    let mut end = error.len().min(ERROR_KEPT);
    while !error.is_char_boundary(end) {
        end -= 1;
    }
    &error[..end]
}
