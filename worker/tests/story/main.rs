//! Stories: whole runs through the real app, with the vendors simulated. The incidents that must
//! not come back stand here, each as a test.

mod barred;
mod basic_info;
mod clocks;
#[path = "../../../adapters/tests/store_contract/cut_off.rs"]
mod cut_off;
mod fault_histories;
mod faults;
mod fixture;
mod from_cache;
mod guard;
mod hours;
mod incidents;
mod items;
mod late_answers;
mod notices;
mod offers;
mod platforms;
mod reconcile;
mod refused;
mod schedule;
mod silence;
mod single_jobs;
mod tokens;
mod unconfirmed;
mod waiting;
