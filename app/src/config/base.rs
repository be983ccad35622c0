//! The settings of the BASE API.

use super::reader::Reader;
use super::table::{self as t, TypedSetting};
use super::values::{Rate, address, is_host_of, is_simulator};
use crate::private::readable_by_others;
use adapters::base::quota;
use shared::domain::quota::WindowQuota;
use std::path::PathBuf;
use ui::message::Text;

/// The BASE API.
#[derive(Debug, Clone)]
pub struct Base {
    /// The address of the API, without a slash at the end.
    pub base_url: String,
    /// Calls of each shop in an hour and a day. BASE publishes 5,000 and 100,000.
    pub quota: WindowQuota,
    /// The file that lists the shops.
    pub accounts_file: PathBuf,
    /// Whether the shops are those of the container `simulator`, so that nothing about them is secret.
    pub simulated: bool,
}

impl Base {
    /// `amazon_rate` is the rate of `getItemOffersBatch`: a load test that lifts Amazon's limit
    /// lifts the simulated shop's as well, never the real one's.
    pub(super) fn read(reader: &mut Reader<'_>, amazon_rate: Rate) -> Self {
        let base_url = reader.read(&t::BASE_API_BASE_URL);
        let known = !reader.is_refused(&t::BASE_API_BASE_URL);
        let real = known && is_host_of(&base_url, "thebase.in");
        let lifted = amazon_rate == Rate::Unlimited && !real;
        let mut limit = |setting: &TypedSetting<Option<u32>>| {
            if lifted && !reader.is_given(setting) {
                return None;
            }
            let limit = reader.read(setting);
            if limit.is_none() && real {
                reader.reject(setting);
            }
            limit
        };
        let (per_hour, per_day) = (limit(&t::BASE_HOUR_QUOTA), limit(&t::BASE_DAY_QUOTA));
        Self {
            base_url: address(&base_url),
            simulated: is_simulator(&base_url),
            quota: quota(per_hour, per_day),
            accounts_file: reader.read(&t::ACCOUNTS_FILE),
        }
    }

    /// A warning if other users can read the accounts file, which holds secrets of real shops.
    pub fn open_accounts_file(&self) -> Option<Text> {
        let warning = readable_by_others(&self.accounts_file);
        warning.filter(|_| !self.simulated)
    }
}
