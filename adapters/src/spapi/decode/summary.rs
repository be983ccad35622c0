//! The summary beside an empty list of offers: whether it agrees that there is none.
//!
//! Amazon has answered an empty list while the same answer counted offers and told a featured price
//! (source: selling-partner-api-models issue 2670). Such an answer is no stock-out.

use crate::http::lenient::Number;
use serde::Deserialize as _;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::observation::ItemAnswer;

/// A summary; null if the answer has none.
pub(super) struct OfferSummary(Value);

impl OfferSummary {
    /// Reads it; an unreadable one fails its item.
    pub(super) fn read(raw: Option<&RawValue>) -> Result<Self, String> {
        let read = raw.map(|raw| serde_json::from_str(raw.get())).transpose();
        match read.map(Option::unwrap_or_default) {
            Ok(summary @ (Value::Null | Value::Object(_))) => Ok(Self(summary)),
            Ok(_) | Err(_) => Err("no offers, and an unreadable summary".to_owned()),
        }
    }

    /// The answer of an item whose status says that nobody sells it new.
    pub(super) fn without_offers(&self) -> Result<ItemAnswer, String> {
        if self.counts_new() {
            return Err("no offers in the list, but the summary has some".to_owned());
        }
        Ok(ItemAnswer::NoOffer)
    }

    /// The answer of a successful item with an empty list. The total counts offers of all conditions;
    /// without their number by condition they may be new ones.
    pub(super) fn with_empty_list(&self) -> Result<ItemAnswer, String> {
        let total = self.total().unwrap_or_default();
        if total > 0 && self.list("NumberOfOffers").is_empty() {
            return Err("no offers in the list, but some are counted".to_owned());
        }
        self.without_offers()
    }

    /// The answer of a successful item without a list.
    pub(super) fn without_list(&self) -> Result<ItemAnswer, String> {
        if self.total() != Some(0) {
            return Err("success without a list of offers".to_owned());
        }
        self.without_offers()
    }

    fn total(&self) -> Option<i64> {
        number(&self.0["TotalOfferCount"])
    }

    /// Whether new offers are counted, or the price of one is told.
    fn counts_new(&self) -> bool {
        let counted = ["NumberOfOffers", "BuyBoxEligibleOffers"]
            .into_iter()
            .flat_map(|name| self.list(name))
            .any(|count| may_be_new(count) && number(&count["OfferCount"]) != Some(0));
        let priced = ["BuyBoxPrices", "LowestPrices"]
            .into_iter()
            .flat_map(|name| self.list(name))
            .any(|price| may_be_new(price) && has_amount(price));
        counted || priced
    }

    fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().map_or(&[], Vec::as_slice)
    }
}

/// The condition is written as `new` and as `New`, and may be missing.
fn may_be_new(part: &Value) -> bool {
    let condition = part["condition"].as_str().unwrap_or_default().trim();
    part.is_object() && (condition.is_empty() || condition.eq_ignore_ascii_case("new"))
}

fn has_amount(price: &Value) -> bool {
    let amounts = ["ListingPrice", "LandedPrice"].map(|name| number(&price[name]["Amount"]));
    amounts.into_iter().flatten().any(|amount| amount > 0)
}

fn number(value: &Value) -> Option<i64> {
    Number::deserialize(value).ok().map(|number| number.units)
}
