//! The part of a report about changes: examples by name and shop, and the figures of each shop.

use crate::store::db::{Session, StoredRow, json, read_all, rows, statement};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::money::Yen;
use shared::domain::product::StockChange;
use shared::domain::report::{KnownAs, PriceChange, Report, ShopChanges, TurnedStock};
use shared::ports::store::StoreError;
use std::collections::HashMap;

statement!(PRICE_CHANGES, "runs/report_price_changes.sql");
statement!(STOCK_CHANGES, "runs/report_stock_changes.sql");
statement!(SHOPS, "runs/report_shops.sql");
statement!(LISTED_BY, "listings/listed_by.sql");

/// Fills in examples and shops; a run that is restricted to `account` names no other shop. Returns how many
/// listings of its products were evaluated and needed no update.
pub(super) async fn fill(
    on: &mut dyn Session,
    report: &mut Report,
    account: Option<&AccountId>,
) -> Result<u64, StoreError> {
    let id = report.run_id;
    if report.price_changes.count > 0 {
        report.price_changes.examples = read_all(on, PRICE_CHANGES.bind(id), price_change).await?;
    }
    for (change, count) in [
        (StockChange::ToOut, report.stock_changes.to_out),
        (StockChange::ToIn, report.stock_changes.to_in),
    ] {
        if count > 0 {
            let query = STOCK_CHANGES.bind(id).bind(change.as_str());
            let examples: Vec<TurnedStock> = read_all(on, query, turned_stock).await?;
            report.stock_changes.examples.extend(examples);
        }
    }
    name_shops(on, report, account).await?;
    let mut untouched = 0;
    for row in rows(on, SHOPS.bind(id).bind(account)).await? {
        if report.kind.updates_listings() {
            untouched += row.count("untouched")?;
        }
        let shop = shop_changes(&row)?;
        if !shop.is_empty() {
            report.shops.push(shop);
        }
    }
    Ok(untouched)
}

async fn name_shops(
    on: &mut dyn Session,
    report: &mut Report,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let prices = report.price_changes.examples.iter_mut();
    let prices = prices.chain(&mut report.doubted.examples);
    let stocks = report.stock_changes.examples.iter_mut();
    let mut examples: Vec<(Asin, &mut KnownAs)> = prices
        .map(|change| (change.asin, &mut change.known_as))
        .chain(stocks.map(|change| (change.asin, &mut change.known_as)))
        .collect();
    if examples.is_empty() {
        return Ok(());
    }
    let asins: Vec<Asin> = examples.iter().map(|(asin, _)| *asin).collect();
    let mut shops: HashMap<Asin, Vec<AccountId>> = HashMap::new();
    for row in rows(on, LISTED_BY.bind(json(&asins)?).bind(account)).await? {
        shops.entry(row.asin()?).or_default().push(row.account()?);
    }
    for (asin, known_as) in &mut examples {
        known_as.accounts = shops.get(asin).cloned().unwrap_or_default();
    }
    Ok(())
}

pub(super) fn price_change(row: &StoredRow) -> Result<PriceChange, StoreError> {
    Ok(PriceChange {
        asin: row.asin()?,
        old: Yen(row.small("old_price_yen")?),
        new: Yen(row.small("new_price_yen")?),
        known_as: known_as(row)?,
    })
}

fn turned_stock(row: &StoredRow) -> Result<TurnedStock, StoreError> {
    Ok(TurnedStock {
        asin: row.asin()?,
        change: row.word("stock_change", StockChange::from_word)?,
        known_as: known_as(row)?,
    })
}

fn known_as(row: &StoredRow) -> Result<KnownAs, StoreError> {
    Ok(KnownAs {
        name: row.maybe_string("title")?,
        accounts: Vec::new(),
    })
}

fn shop_changes(row: &StoredRow) -> Result<ShopChanges, StoreError> {
    Ok(ShopChanges {
        account: row.account()?,
        name: row.text("name")?.to_owned(),
        price_changes: row.count("price_changes")?,
        to_out: row.count("to_out")?,
        to_in: row.count("to_in")?,
        applied: row.count("applied")?,
        hidden: row.count("hidden")?,
        shown: row.count("shown")?,
        held: row.count("held")?,
        failed: row.count("failed")?,
        parked: row.count("parked")?,
        for_hours: row.count("for_hours")?,
        delisted: row.count("delisted")?,
    })
}
