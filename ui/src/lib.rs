//! Everything that people read: messages, labels, reports and notices, in Japanese and English.
//!
//! [`message`] is the pair of texts that every message is made of, and [`command_error`] a message
//! that ends a program with its exit code. [`labels`] names the terms of the domain, [`layout`] sets
//! tables. [`report`] renders a finished run for a terminal, [`notices`] what happened for a channel
//! such as Chatwork. This crate reads no clock, opens nothing and writes nothing.

pub mod command_error;
pub mod labels;
pub mod layout;
pub mod message;
pub mod notices;
pub mod report;

#[cfg(test)]
mod sample_reports;
