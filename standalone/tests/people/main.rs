//! What people meet: the commands over a real database, and the binary itself.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

mod binary;
mod shown;
mod taken_in;
mod world;
