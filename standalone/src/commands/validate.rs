//! `validate`: compares the cache with the database, product by product.

use crate::output::CommandOutput;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::asin::Asin;
use shared::domain::freshness::Ttls;
use shared::domain::product::Product;
use shared::ports::cache::Cache;
use shared::ports::store::Store;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use ui::command_error::CommandError;
use ui::layout::{Align, counted, table};
use ui::message::Lang;

/// The differences between cache and database.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// ASINs compared: known products, and listed ASINs without a product yet.
    pub asins: u64,
    /// Without a cache entry.
    pub missing: CountedAsins,
    /// With an entry whose price or stock is older than its TTL.
    pub stale: CountedAsins,
    /// With an entry that differs from the database.
    pub different: CountedAsins,
}

/// A number of ASINs, with examples.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct CountedAsins {
    /// Their number.
    pub count: u64,
    /// The first ten.
    pub examples: Vec<Asin>,
}

/// Products per page; each page takes one request to the cache.
const PAGE: u32 = 500;
const EXAMPLES: usize = 10;

impl CountedAsins {
    fn add(&mut self, asin: Asin) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(asin);
        }
    }
}

impl Validation {
    /// Whether a `stale` run would fetch something.
    pub fn wants_fill(&self) -> bool {
        self.missing.count + self.stale.count > 0
    }

    fn compare(&mut self, product: &Product, entry: Option<&Product>, fresh: bool) {
        self.asins += 1;
        let asin = product.asin;
        let Some(entry) = entry else {
            self.missing.add(asin);
            return;
        };
        if entry.price != product.price || entry.stock != product.stock {
            self.different.add(asin);
        }
        if !fresh {
            self.stale.add(asin);
        }
    }
}

/// Compares, and prints the differences.
pub async fn validate(
    store: &dyn Store,
    cache: &dyn Cache,
    ttls: &Ttls,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Validation, CommandError> {
    let mut found = Validation::default();
    let due = store.due_again(None, now).await?.into_iter();
    let mut unknown: BTreeSet<Asin> = store.listed_asins(None).await?.into_iter().collect();
    unknown.extend(due);
    let mut after = None;
    loop {
        let products = store.products_after(after, PAGE).await?;
        let Some(last) = products.last() else {
            break;
        };
        after = Some(last.asin);
        let asins: Vec<Asin> = products.iter().map(|product| product.asin).collect();
        let entries = cache.get(&asins).await?;
        for product in &products {
            unknown.remove(&product.asin);
            // What Amazon called invalid is fetched only when it is due again.
            if product.invalid.is_none_or(|mark| mark.is_due(now)) {
                let entry = entries.get(&product.asin);
                let fresh = entry.is_some_and(|entry| ttls.usable(entry, now));
                found.compare(product, entry, fresh);
            }
        }
    }
    for asin in unknown {
        found.asins += 1;
        found.missing.add(asin);
    }
    out.show(&found, render)?;
    Ok(found)
}

fn render(found: &Validation, lang: Lang) -> String {
    let title = lang.pick(
        "キャッシュとデータベースの比較",
        "Cache compared with the database",
    );
    let rows = [
        (lang.pick("調べたASIN", "ASINs compared"), found.asins),
        (
            lang.pick("キャッシュにない", "missing"),
            found.missing.count,
        ),
        (lang.pick("古い", "outdated"), found.stale.count),
        (
            lang.pick("データベースと違う", "different"),
            found.different.count,
        ),
    ]
    .map(|(label, count)| vec![label.to_owned(), counted(count, lang)]);
    let mut text = format!("{title}\n{}", table(&rows, &[Align::Left, Align::Right]));
    for (title, found) in [
        (lang.pick("キャッシュにない", "missing"), &found.missing),
        (lang.pick("古い", "outdated"), &found.stale),
        (lang.pick("違う", "different"), &found.different),
    ] {
        if found.count > 0 {
            let names: Vec<&str> = found.examples.iter().map(Asin::as_str).collect();
            let _ = write!(text, "\n{title}: {}", names.join(" "));
            let rest = found.count - names.len() as u64;
            if rest > 0 {
                let rest = counted(rest, lang);
                let _ = write!(text, "{}{rest}", lang.pick(" ほか ", " and more: "));
            }
        }
    }
    if found.different.count + found.missing.count + found.stale.count > 0 {
        text.push('\n');
    }
    let advice = if found.wants_fill() {
        lang.pick(
            "miseban validate --fill で、ないもの・古いものをAmazonに問い合わせ直せます",
            "miseban validate --fill asks Amazon for missing and outdated entries",
        )
    } else {
        lang.pick("問い合わせ直すものはありません", "nothing to fetch")
    };
    let _ = writeln!(text, "\n{advice}");
    text
}
