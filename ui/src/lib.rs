//! Everything that people read: messages, labels, reports and notices, in Japanese and English.
//!
//! [`message`] is the pair of texts that every message is made of, and [`command_error`] a message
//! that ends a program with its exit code. [`labels`] names the terms of the domain, [`layout`]
//! aligns tables. [`report`] renders a run for a terminal, [`notices`] renders events for a channel
//! such as Chatwork. This crate does no I/O and reads no clock.

pub mod causes;
pub mod command_error;
mod examples;
pub mod labels;
pub mod layout;
pub mod message;
pub mod notices;
pub mod programs;
pub mod report;

#[cfg(test)]
mod sample_reports;
