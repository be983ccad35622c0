//! The steps that jobs share, in the order of a batch.
//!
//! `ask` chooses by the kind of run where facts come from: Amazon, or `from_cache`. `search` puts the
//! questions of `offers` and `info` (texts and images), over `fetch`. `observe` merges them with the stored products into an `asin_result` each, `decide` adds
//! the desired state of each listing, `record` stores all of it, and `follow_up` sends what comes next.
//! `compare` does the same for a page of a shop. `permit` and `shop_call` wait for the limiter,
//! `with_retry` for the database.

pub(crate) mod asin_result;
pub(crate) mod ask;
pub(crate) mod compare;
pub(crate) mod decide;
mod fetch;
pub(crate) mod follow_up;
mod from_cache;
mod info;
pub(crate) mod observe;
mod offers;
pub(crate) mod permit;
pub(crate) mod record;
mod search;
pub(crate) mod shop_call;
pub(crate) mod with_retry;
