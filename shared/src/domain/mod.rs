//! The types and rules of the business, as pure functions: values in, values out.
//!
//! The reading order follows one ASIN through a run:
//!
//! 1. [`asin`] and [`account`] identify a product and a shop, [`platform`] the kind of shop;
//!    [`money`] counts in yen.
//! 2. [`offer`] and [`observation`] judge one answer of Amazon, [`outcome`] classifies it.
//! 3. [`product`] and [`basic_info`] store what Amazon answered about the ASIN; [`freshness`] says
//!    how long a stored value is valid.
//! 4. [`pricing`], [`listing`] and [`desired`] decide what the shop should show; [`guard`] holds a
//!    run that would hide too many products at once. [`rules`] collects everything that can be set.
//! 5. [`run`] and [`report`] describe a run and its result, [`shop_page`] a page of a shop's items,
//!    [`notice`] the events that people are notified of, [`retention`] how long history is kept;
//!    [`schedule`] says when runs start.
//!
//! [`lane`], [`rate`] and [`quota`] are the limits of Amazon and BASE, [`retry`] is the back-off
//! after a failure. [`wrong_clock`] recognises instants that come from a clock that was wrong.

pub mod account;
pub mod asin;
pub mod basic_info;
mod completeness;
pub mod desired;
pub mod event_filter;
mod event_kind;
pub mod freshness;
pub mod guard;
pub mod lane;
pub mod listing;
pub mod market_changes;
pub mod money;
pub mod notice;
pub mod observation;
pub mod offer;
pub mod outcome;
pub mod platform;
pub mod price_fall;
pub mod pricing;
pub mod product;
pub mod queue_name;
pub mod quota;
pub mod rate;
mod reconciled;
pub mod report;
pub mod retention;
pub mod retry;
pub mod rules;
pub mod run;
pub mod schedule;
pub mod shop_page;
mod text_id;
pub mod wrong_clock;
