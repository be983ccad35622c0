//! The offers of one product, converted one after the other into the domain's type while the answer is
//! read, so that no list of wire types is kept.

use crate::http::lenient::{LenientText, Number, Object};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use shared::domain::offer::{Amount, Availability, Offer};
use smol_str::{SmolStr, StrExt as _};
use std::fmt;

/// The model allows at most 20 offers; most products have fewer.
const INITIAL_CAPACITY: usize = 10;

/// All offers, or why one of them is not valid.
pub(super) struct Offers(pub(super) Result<Vec<Offer>, String>);

impl<'de> Deserialize<'de> for Offers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OffersVisitor)
    }
}

struct OffersVisitor;

impl<'de> Visitor<'de> for OffersVisitor {
    type Value = Offers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of offers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Offers, A::Error> {
        let mut offers = Ok(Vec::with_capacity(INITIAL_CAPACITY));
        // Continues after an invalid offer: the text behind the list has to be read.
        while let Some(Object(wire)) = list.next_element::<Object<WireOffer<'de>>>()? {
            let Ok(known) = &mut offers else { continue };
            match offer(wire) {
                Ok(offer) => known.push(offer),
                Err(why) => offers = Err(why),
            }
        }
        Ok(Offers(offers))
    }
}

/// The fields of the model's `OfferDetail` that are used.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireOffer<'a> {
    #[serde(borrow)]
    sub_condition: Option<LenientText<'a>>,
    #[serde(borrow)]
    seller_id: Option<LenientText<'a>>,
    #[serde(borrow)]
    listing_price: Option<Object<WireMoney<'a>>>,
    #[serde(borrow)]
    shipping: Option<Object<WireMoney<'a>>>,
    #[serde(borrow)]
    shipping_time: Option<Object<WireShippingTime<'a>>>,
    /// Only a country that can be read is used; a fault in it has no effect.
    #[serde(borrow)]
    ships_from: Option<&'a RawValue>,
    is_fulfilled_by_amazon: Option<bool>,
    prime_information: Option<Object<WirePrime>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireMoney<'a> {
    #[serde(borrow)]
    currency_code: Option<LenientText<'a>>,
    amount: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireShippingTime<'a> {
    maximum_hours: Option<Number>,
    #[serde(borrow)]
    availability_type: Option<LenientText<'a>>,
    /// As `ships_from`.
    #[serde(borrow)]
    available_date: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireShipsFrom<'a> {
    #[serde(borrow)]
    country: LenientText<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WirePrime {
    is_prime: Option<bool>,
}

fn offer(wire: WireOffer<'_>) -> Result<Offer, String> {
    let shipping_time = wire.shipping_time.map(|time| time.0);
    let (hours, availability, date) = shipping_time.map_or((None, None, None), |time| {
        (
            time.maximum_hours,
            time.availability_type,
            time.available_date,
        )
    });
    Ok(Offer {
        sub_condition: wire.sub_condition.map(|text| plain(&text)),
        listing_price: amount(wire.listing_price)?,
        shipping: amount(wire.shipping)?,
        max_handling_hours: match hours {
            Some(hours) => Some(hours.whole().ok_or("a fraction of an hour")?),
            None => None,
        },
        availability: availability.map_or(Availability::Unknown, |text| available(&text)),
        available_at: date.and_then(date_of),
        ships_from: wire.ships_from.and_then(country_of),
        prime: wire
            .prime_information
            .is_some_and(|prime| prime.0.is_prime == Some(true)),
        fulfilled_by_amazon: wire.is_fulfilled_by_amazon == Some(true),
        seller_id: wire.seller_id.map(|id| SmolStr::new(&*id)),
    })
}

/// `Very Good` and `very_good` are the same condition.
fn plain(condition: &str) -> SmolStr {
    if condition.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return SmolStr::new(condition);
    }
    condition
        .chars()
        .filter(|c| *c != ' ' && *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The yen has no smaller unit, so a fraction of it is a fault. The pricing rules reject other
/// currencies.
fn amount(money: Option<Object<WireMoney<'_>>>) -> Result<Option<Amount>, String> {
    let Some(Object(money)) = money else {
        return Ok(None);
    };
    let Some(number) = money.amount else {
        return Ok(None);
    };
    let code = money.currency_code;
    let currency = code.map(|code| code.to_ascii_uppercase_smolstr());
    if !number.exact && currency.as_deref() == Some("JPY") {
        return Err("a fraction of a yen".to_owned());
    }
    Ok(Some(Amount {
        currency,
        units: number.units,
    }))
}

fn available(kind: &str) -> Availability {
    match kind.to_ascii_uppercase_smolstr().as_str() {
        "NOW" => Availability::Now,
        "FUTURE_WITH_DATE" => Availability::OnDate,
        kind if kind.starts_with("FUTURE") => Availability::Later,
        _ => Availability::Unknown,
    }
}

/// An ISO 8601 instant. Without a zone or a time of day it counts as UTC, which is the later reading in
/// Japan.
fn date_of(raw: &RawValue) -> Option<DateTime<Utc>> {
    let text = serde_json::from_str::<LenientText<'_>>(raw.get()).ok()?;
    let text = text.trim();
    let zoned = || DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let local = || text.parse::<NaiveDateTime>();
    let day = || text.parse::<NaiveDate>();
    zoned()
        .or_else(|_| local().map(|at| at.and_utc()))
        .or_else(|_| day().map(|day| day.and_time(NaiveTime::MIN).and_utc()))
        .ok()
}

fn country_of(raw: &RawValue) -> Option<SmolStr> {
    let from = serde_json::from_str::<Object<WireShipsFrom<'_>>>(raw.get()).ok()?;
    let country = from.0.country.trim();
    (!country.is_empty()).then(|| country.to_ascii_uppercase_smolstr())
}
