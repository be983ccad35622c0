//! The offers of one product: read one after the other into what the domain knows, so that the shapes of
//! the wire are never kept.

use crate::http::lenient::{Number, Object, Text};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use shared::domain::offer::{Amount, Availability, Offer};
use smol_str::{SmolStr, StrExt as _};
use std::fmt;

/// Room at the start: the model tells at most 20 offers, most products have fewer.
const FIRST_ROOM: usize = 10;

/// All of them, or why one of them is none.
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
        let mut offers = Ok(Vec::with_capacity(FIRST_ROOM));
        // To the end also behind one that is none: the text after the list has to be read.
        while let Some(Object(wire)) = list.next_element::<Object<Wire<'de>>>()? {
            let Ok(known) = &mut offers else { continue };
            match offer(wire) {
                Ok(offer) => known.push(offer),
                Err(why) => offers = Err(why),
            }
        }
        Ok(Offers(offers))
    }
}

/// `OfferDetail` of the model, as far as it is used.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    #[serde(borrow)]
    sub_condition: Option<Text<'a>>,
    #[serde(borrow)]
    seller_id: Option<Text<'a>>,
    #[serde(borrow)]
    listing_price: Option<Object<Money<'a>>>,
    #[serde(borrow)]
    shipping: Option<Object<Money<'a>>>,
    #[serde(borrow)]
    shipping_time: Option<Object<ShippingTime<'a>>>,
    is_fulfilled_by_amazon: Option<bool>,
    prime_information: Option<Object<Prime>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Money<'a> {
    #[serde(borrow)]
    currency_code: Option<Text<'a>>,
    amount: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShippingTime<'a> {
    maximum_hours: Option<Number>,
    #[serde(borrow)]
    availability_type: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prime {
    is_prime: Option<bool>,
}

fn offer(wire: Wire<'_>) -> Result<Offer, String> {
    let shipping_time = wire.shipping_time.map(|time| time.0);
    let (hours, availability) = shipping_time.map_or((None, None), |time| {
        (time.maximum_hours, time.availability_type)
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
        prime: wire
            .prime_information
            .is_some_and(|prime| prime.0.is_prime == Some(true)),
        fulfilled_by_amazon: wire.is_fulfilled_by_amazon == Some(true),
        seller_id: wire.seller_id.map(|id| SmolStr::new(&*id)),
    })
}

/// `Very Good` and `very_good` are one condition.
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

/// The yen has no smaller unit, so a fraction of it is a fault; other currencies are the rule's to
/// turn down.
fn amount(money: Option<Object<Money<'_>>>) -> Result<Option<Amount>, String> {
    let Some(Object(money)) = money else {
        return Ok(None);
    };
    let Some(number) = money.amount else {
        return Ok(None);
    };
    let currency = money
        .currency_code
        .map(|code| code.to_ascii_uppercase_smolstr());
    if !number.exact && currency.as_deref() == Some("JPY") {
        return Err("a fraction of a yen".to_owned());
    }
    Ok(Some(Amount {
        currency,
        units: number.units,
    }))
}

fn available(kind: &str) -> Availability {
    match kind {
        "NOW" => Availability::Now,
        "FUTURE_WITHOUT_DATE" | "FUTURE_WITH_DATE" => Availability::Later,
        _ => Availability::Unknown,
    }
}
