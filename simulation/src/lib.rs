//! Runs the real code of several Miseban processes over one store and one queue, in one thread and in
//! virtual time, from a seed: the same seed gives the same history, byte for byte.
//!
//! Only time, chance and the network are simulated. [`scenario`] and [`plan`] draw from the seed what
//! is run and what goes wrong; [`simulation`] is what all processes share; [`gate`] and [`ports`] stand
//! between a process and everything outside of it; [`program`] is what a process runs; [`director`]
//! carries the plan out, and [`run`] is the whole. `docs/simulation.md` explains its use.

#![warn(missing_docs)]

pub mod about;
pub mod breach;
pub mod chance;
pub mod child;
pub mod clients;
pub mod deeds;
pub mod dice;
pub mod director;
pub mod drawn_rules;
pub mod event;
pub mod full_disk;
pub mod gate;
pub mod heard_remedies;
pub mod idle_time;
pub mod installation;
pub mod oracle;
pub mod other_version;
pub mod person;
pub mod plan;
pub mod ports;
pub mod program;
pub mod reached;
pub mod real_time;
pub mod row_history;
pub mod row_words;
pub mod rows;
pub mod run;
pub mod scenario;
pub mod seed_report;
pub mod seeds;
pub mod shared_queue;
pub mod shop_calls;
pub mod short_text;
pub mod shrink;
pub mod simulation;
pub mod trace;
pub mod troubles;
pub mod true_time;
pub mod watcher;
pub mod world_change;
pub mod world_view;
