//! The clients of Amazon and BASE: their decoders alone, and both against the simulator.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may fail as the test does"
)]

mod base_decode;
mod base_proxy;
mod base_renewal;
mod base_restored;
mod base_standing;
mod base_token;
mod base_wire;
mod base_world;
mod damaged_items;
mod fakes;
mod spapi_catalog;
mod spapi_decode;
mod spapi_faults;
mod spapi_fuzz;
mod spapi_json;
mod spapi_meaning;
mod spapi_sandbox;
mod spapi_token;
mod spapi_wire;
mod spapi_world;
