//! Stories: whole runs through the real house, with the vendors simulated. The incidents that must
//! not come back stand here, each as a test.

mod basic_info;
mod faults;
mod guard;
mod house;
mod incidents;
mod notices;
mod reconcile;
mod schedule;
mod tokens;
