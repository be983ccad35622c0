//! Reads the values of options and arguments. What is accepted instead of a wrong value is said in both languages,
//! which the parsers of clap and of the standard library do not.

use shared::domain::account::AccountId;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use ui::message::{Text, text};

/// Most ASINs of one run, far beyond what a shop can sell.
pub const MOST_ITEMS: usize = 100_000_000;

/// A parser of whole numbers within `range`.
pub fn number<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, Text> + Clone
where
    N: FromStr + PartialOrd + Display + Clone,
{
    move |given| {
        let number = given.parse().ok().filter(|number| range.contains(number));
        let (first, last) = (range.start(), range.end());
        number.ok_or_else(|| {
            text!(
                "{first}から{last}までの整数にしてください",
                "use a whole number from {first} to {last}"
            )
        })
    }
}

/// Reads the id of a shop.
///
/// # Errors
///
/// What an id consists of.
pub fn account(given: &str) -> Result<AccountId, Text> {
    AccountId::parse(given).map_err(|_| {
        text!(
            "ショップのidは、英数字と _ - . で1~64文字です。miseban accounts ls で確かめられます",
            "the id of a shop has 1 to 64 letters, digits, '_', '-' or '.'; miseban accounts ls shows the ids"
        )
    })
}

/// Reads an address to listen on.
///
/// # Errors
///
/// An example.
pub fn listen_address(given: &str) -> Result<SocketAddr, Text> {
    given.parse().map_err(|_| {
        text!(
            "IPアドレスとポートを 127.0.0.1:8080 のように書いてください",
            "use an IP address and a port, such as 127.0.0.1:8080"
        )
    })
}
