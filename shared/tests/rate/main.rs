//! Tests of a lane with a rate: single rules, random histories, and a simulated vendor.

mod afar;
mod histories;
mod rules;
mod vendor;
