//! Reads Amazon's answer to `getItemOffersBatch`, by the vendor's papers (`apis.md`, A.5 and A.6): what it told of each
//! ASIN that was asked. One damaged entry never says anything about the others (section 4).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use super::knowledge::ToldByAmazon;
use super::offer::{OfferTold, Selection, ShipsWhen, select};
use super::rules::KeeperRules;

/// The ASINs that a request asked for, in its order; empty if its body cannot be read.
pub fn asked_asins(body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let entries = body["requests"].as_array().cloned().unwrap_or_default();
    let asin = |entry: &Value| {
        let path = entry["uri"].as_str()?;
        let mut parts = path.trim_start_matches('/').split('/');
        parts.find(|part| *part == "items")?;
        parts.next().map(str::to_owned)
    };
    entries.iter().filter_map(asin).collect()
}

/// What an answer told of each of `asked`. An ASIN that is not in it was told nothing of; of two entries that differ
/// neither counts.
pub fn told_by_answer(
    asked: &[String],
    status: u16,
    body: &[u8],
    rules: &KeeperRules,
    asked_at: DateTime<Utc>,
) -> HashMap<String, ToldByAmazon> {
    let all = |told: ToldByAmazon| {
        asked
            .iter()
            .map(|asin| (asin.clone(), told.clone()))
            .collect()
    };
    if status != 200 {
        return all(ToldByAmazon::Nothing);
    }
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return all(ToldByAmazon::Damaged);
    };
    let mut told: HashMap<String, ToldByAmazon> = all(ToldByAmazon::Nothing);
    let mut seen: HashMap<String, ToldByAmazon> = HashMap::new();
    for entry in answer["responses"].as_array().into_iter().flatten() {
        let Some(asin) = asin_of(entry).filter(|asin| told.contains_key(asin)) else {
            continue;
        };
        let mut now = told_by_entry(entry, rules, asked_at);
        if seen.get(&asin).is_some_and(|before| *before != now) {
            now = ToldByAmazon::Damaged;
        }
        seen.insert(asin.clone(), now.clone());
        told.insert(asin, now);
    }
    // An entry whose ASIN cannot be read may be that of any ASIN without one.
    let nameless = |entry: &Value| asin_of(entry).is_none();
    if answer["responses"]
        .as_array()
        .is_some_and(|all| all.iter().any(nameless))
    {
        for (asin, what) in &mut told {
            if !seen.contains_key(asin) {
                *what = ToldByAmazon::Damaged;
            }
        }
    }
    told
}

fn asin_of(entry: &Value) -> Option<String> {
    let payload = &entry["body"]["payload"];
    let named = [
        &entry["request"]["Asin"],
        &entry["request"]["ASIN"],
        &payload["ASIN"],
        &payload["Identifier"]["ASIN"],
    ];
    named.into_iter().find_map(Value::as_str).map(str::to_owned)
}

fn told_by_entry(entry: &Value, rules: &KeeperRules, asked_at: DateTime<Utc>) -> ToldByAmazon {
    let status = match &entry["status"]["statusCode"] {
        Value::Null => 200,
        value => match value.as_i64() {
            Some(status) => status,
            None => return ToldByAmazon::Damaged,
        },
    };
    let body = &entry["body"];
    if status == 400 && is_invalid_asin(body) {
        return ToldByAmazon::Invalid;
    }
    if status != 200 {
        return ToldByAmazon::Nothing;
    }
    let payload = &body["payload"];
    if !payload.is_object() {
        return ToldByAmazon::Nothing;
    }
    let Some(listed) = payload["Offers"].as_array() else {
        return if payload["Offers"].is_null() {
            ToldByAmazon::Nothing
        } else {
            ToldByAmazon::Damaged
        };
    };
    if listed.is_empty() {
        return told_by_no_offers(payload);
    }
    let offers: Result<Vec<OfferTold>, WrongType> = listed.iter().map(offer).collect();
    let Ok(offers) = offers else {
        return ToldByAmazon::Damaged;
    };
    match select(&offers, rules, asked_at) {
        Selection::Won { price, .. } => ToldByAmazon::InStock(price),
        Selection::NonePassed(_) if offers.iter().any(OfferTold::is_blank) => ToldByAmazon::Nothing,
        Selection::NonePassed(reasons) => ToldByAmazon::none_passed(&reasons),
    }
}

fn is_invalid_asin(body: &Value) -> bool {
    let errors = body["errors"].as_array();
    errors.into_iter().flatten().any(|error| {
        error["code"].as_str() == Some("InvalidInput")
            && error["message"]
                .as_str()
                .is_some_and(|text| text.contains("invalid ASIN"))
    })
}

/// A list without offers: a stock-out, unless the answer contradicts itself or is no statement about stock.
fn told_by_no_offers(payload: &Value) -> ToldByAmazon {
    let summary = &payload["Summary"];
    let counted_new = |list: &Value| {
        list.as_array().into_iter().flatten().any(|count| {
            count["condition"]
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("new"))
                && count["OfferCount"].as_i64().unwrap_or(0) > 0
        })
    };
    let priced_new = |list: &Value| {
        list.as_array().into_iter().flatten().any(|price| {
            price["condition"]
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("new"))
        })
    };
    let contradicts = ["NumberOfOffers", "BuyBoxEligibleOffers"]
        .into_iter()
        .any(|list| counted_new(&summary[list]))
        || ["LowestPrices", "BuyBoxPrices"]
            .into_iter()
            .any(|list| priced_new(&summary[list]));
    let total = summary["TotalOfferCount"].as_i64().unwrap_or(0);
    // The total counts offers of all conditions: only a breakdown tells that none of them is new.
    let says_none = match payload["status"].as_str() {
        Some("NoBuyableOffers") => true,
        Some("Success") => total == 0 || !summary["NumberOfOffers"].is_null(),
        _ => false,
    };
    if says_none && !contradicts {
        ToldByAmazon::NoOffer
    } else {
        ToldByAmazon::Nothing
    }
}

/// A field has a type that it cannot have.
struct WrongType;

/// One offer.
fn offer(value: &Value) -> Result<OfferTold, WrongType> {
    if !value.is_object() {
        return Err(WrongType);
    }
    let times = &value["ShippingTime"];
    let (price, currency) = money(&value["ListingPrice"])?;
    let (shipping, _) = money(&value["Shipping"])?;
    Ok(OfferTold {
        condition: text(&value["SubCondition"])?,
        price,
        currency,
        shipping,
        max_hours: whole(&times["maximumHours"])?,
        availability: match text(&times["availabilityType"])?.as_deref() {
            Some("NOW") => ShipsWhen::Now,
            Some("FUTURE_WITH_DATE") => ShipsWhen::FutureWithDate,
            Some("FUTURE_WITHOUT_DATE") => ShipsWhen::FutureWithoutDate,
            _ => ShipsWhen::Untold,
        },
        date: text(&times["availableDate"])?.as_deref().and_then(date),
        prime: flag(&value["PrimeInformation"]["IsPrime"])?,
        fba: flag(&value["IsFulfilledByAmazon"])?,
        country: text(&value["ShipsFrom"]["Country"])?,
    })
}

/// The amount and the currency, each if told.
fn money(value: &Value) -> Result<(Option<i64>, Option<String>), WrongType> {
    if !(value.is_null() || value.is_object()) {
        return Err(WrongType);
    }
    Ok((whole(&value["Amount"])?, text(&value["CurrencyCode"])?))
}

fn whole(value: &Value) -> Result<Option<i64>, WrongType> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Some(whole)),
            // 1358.0; a fraction of a yen cannot be.
            (None, Some(amount)) if amount.fract() == 0.0 && amount.abs() < 1e15 => {
                let whole = format!("{amount:.0}").parse();
                whole.map(Some).map_err(|_| WrongType)
            }
            _ => Err(WrongType),
        },
        _ => Err(WrongType),
    }
}

fn text(value: &Value) -> Result<Option<String>, WrongType> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(WrongType),
    }
}

fn flag(value: &Value) -> Result<bool, WrongType> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        _ => Err(WrongType),
    }
}

/// A date of Amazon's; without a zone it is UTC, without a time of day it is the day's beginning.
pub fn date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    if let Ok(instant) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
        return Some(instant.and_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc())
}
