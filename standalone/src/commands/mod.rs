//! What the program does, one file a command.

pub mod run;
pub mod serve;
