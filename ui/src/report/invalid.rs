//! The section of visible listings whose ASIN Amazon called invalid, in reports and in `status`.

use super::sections::{Rows, rest};
use crate::examples::EXAMPLES;
use crate::layout::{Align, table, when};
use crate::message::Lang;
use shared::domain::report::{InvalidListing, InvalidListings};

/// The section; empty without such listings.
pub fn listings(invalid: &InvalidListings, lang: Lang) -> String {
    if invalid.count == 0 {
        return String::new();
    }
    let yen = lang.pick("円", " yen");
    let row = |one: &InvalidListing| {
        vec![
            one.account.to_string(),
            one.asin.to_string(),
            one.item.0.to_string(),
            format!("{}{yen}", one.price),
            when(one.since),
        ]
    };
    let rows: Rows = invalid.examples.iter().take(EXAMPLES).map(row).collect();
    let rest = rest(invalid.count, rows.len(), lang);
    let title = lang.pick(
        "Amazonが該当商品なしと答え、公開したままの商品(いつから)",
        "Shown in the shop, but unknown to Amazon (since)",
    );
    let left = Align::Left;
    let table = table(&rows, &[left, left, left, Align::Right]);
    format!("\n{title}\n{table}{rest}")
}
