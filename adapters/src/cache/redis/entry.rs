//! A product as one short text: the value of its key in the cache.
//!
//! `price,priced at,stock,stocked at,`, with instants in milliseconds; an unknown part is empty:
//! `1980,1795311298588,i,1795311298588,`. The last part is always empty; earlier programs had one there. The stock is `i` (in stock), `n` (no offer) or
//! `f<times><why>` (filtered out). `put.lua` parses the same text.

use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::money::Yen;
use shared::domain::offer::Rejection;
use shared::domain::product::{Product, Seen, Stock};

/// The letter of each reason. It is stored: never give a letter another meaning.
const REASONS: [(char, Rejection); 10] = [
    ('n', Rejection::NotNew),
    ('h', Rejection::NoHandlingTime),
    ('d', Rejection::NoShippingDate),
    ('l', Rejection::ShipsTooLate),
    ('s', Rejection::ShippingNotFree),
    ('u', Rejection::ShippingUnknown),
    ('o', Rejection::OtherCountry),
    ('p', Rejection::NoPrice),
    ('r', Rejection::PriceOutOfRange),
    ('c', Rejection::OtherCurrency),
];

/// The text of `product`; `None` if all parts are unknown.
pub(super) fn write(product: &Product) -> Option<String> {
    if product.price.is_none() && product.stock.is_none() {
        return None;
    }
    let price = product.price.map(|price| price.value.0.to_string());
    let priced_at = product.price.map(|price| millis(price.at));
    let stock = product.stock.map(|stock| word(stock.value));
    let stocked_at = product.stock.map(|stock| millis(stock.at));
    let parts = [price, priced_at, stock, stocked_at, None];
    Some(parts.map(Option::unwrap_or_default).join(","))
}

/// Parses the text of the product `asin`; `None` if it is damaged, which counts as a miss.
pub(super) fn read(asin: Asin, text: &str) -> Option<Product> {
    let parts: Vec<&str> = text.split(',').collect();
    let &[price, priced_at, stock, stocked_at, _] = parts.as_slice() else {
        return None;
    };
    let price = part(price, |price| price.parse().ok().map(Yen))?;
    let stock = part(stock, read_stock)?;
    Some(Product {
        asin,
        price: seen(price, part(priced_at, read_millis)?),
        doubted: None,
        stock: seen(stock, part(stocked_at, read_millis)?),
        invalid: None,
    })
}

/// Parses one part: `Some(None)` if it is empty, `None` if it is damaged.
#[expect(clippy::option_option, reason = "an empty part is not a damaged one")]
fn part<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() {
        return Some(None);
    }
    read(text).map(Some)
}

fn seen<T>(value: Option<T>, at: Option<DateTime<Utc>>) -> Option<Seen<T>> {
    let (value, at) = value.zip(at)?;
    Some(Seen { value, at })
}

fn millis(at: DateTime<Utc>) -> String {
    at.timestamp_millis().to_string()
}

fn read_millis(text: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(text.parse().ok()?)
}

fn word(stock: Stock) -> String {
    match stock {
        Stock::In => "i".to_owned(),
        Stock::NoOffer => "n".to_owned(),
        Stock::FilteredOut { times, why } => {
            let letter = match why {
                Rejection::NotNew => 'n',
                Rejection::NoHandlingTime => 'h',
                Rejection::NoShippingDate => 'd',
                Rejection::ShipsTooLate => 'l',
                Rejection::ShippingNotFree => 's',
                Rejection::ShippingUnknown => 'u',
                Rejection::OtherCountry => 'o',
                Rejection::NoPrice => 'p',
                Rejection::PriceOutOfRange => 'r',
                Rejection::OtherCurrency => 'c',
            };
            format!("f{times}{letter}")
        }
    }
}

fn read_stock(text: &str) -> Option<Stock> {
    match text {
        "i" => Some(Stock::In),
        "n" => Some(Stock::NoOffer),
        _ => {
            let mut times = text.strip_prefix('f')?.chars();
            let letter = times.next_back()?;
            let (_, why) = REASONS.iter().find(|(known, _)| *known == letter)?;
            Some(Stock::FilteredOut {
                times: times.as_str().parse().ok()?,
                why: *why,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asin() -> Asin {
        Asin::parse("B00EXAMPLE").unwrap()
    }

    #[test]
    fn every_stock_reads_back_as_it_was_written() {
        let filtered = REASONS.map(|(_, why)| Stock::FilteredOut { times: 12, why });

        for stock in [Stock::In, Stock::NoOffer].into_iter().chain(filtered) {
            assert_eq!(read_stock(&word(stock)), Some(stock));
        }
    }

    #[test]
    fn a_damaged_text_is_no_entry() {
        for text in [
            "",
            "1980",
            "1,2,i,3",
            "x,1,i,1,",
            "1,x,i,1,",
            "1,1,z,1,",
            "1,1,f3,1,",
            "1,1,i,1,,",
        ] {
            assert_eq!(read(asin(), text), None, "{text:?}");
        }
    }
}
