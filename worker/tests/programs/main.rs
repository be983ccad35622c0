//! The programs as processes, over a real Redis and a real `PostgreSQL`, with the vendors simulated
//! in this one: how they show that they are well, how they stop, and how they start.

mod alarm;
mod broken_worlds;
mod clocks;
mod health;
mod inspect;
mod matrix;
mod missing_programs;
mod persons;
mod servers;
#[path = "../shifted_clock/mod.rs"]
mod shifted_clock;
mod starting;
mod stopping;
mod strangers;
mod streams;
mod upgrade;
#[path = "../vendors/mod.rs"]
mod vendors;
mod world;
