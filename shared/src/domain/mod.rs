//! The words of the business and its rules, pure: values in, values out.
//!
//! Reading order follows one ASIN through a run: `asin`, `offer`, `observation`, `product`,
//! `pricing`, `desired`, `run`, `report`. The lanes that Amazon and BASE grant are in `rate` and
//! `quota`; what happens after a failure is in `retry`; what people are told of it in `notice`.

pub mod account;
pub mod asin;
pub mod basic_info;
pub mod desired;
pub mod freshness;
pub mod guard;
pub mod lane;
pub mod listing;
pub mod money;
pub mod notice;
pub mod observation;
pub mod offer;
pub mod outcome;
pub mod platform;
pub mod pricing;
pub mod product;
pub mod quota;
pub mod rate;
pub mod report;
pub mod retention;
pub mod retry;
pub mod rules;
pub mod run;
pub mod shop_page;
