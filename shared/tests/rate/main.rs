//! The lane with a rate: single rules, whole random histories, and a simulated vendor.

mod histories;
mod rules;
mod vendor;
