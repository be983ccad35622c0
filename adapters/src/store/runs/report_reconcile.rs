//! The section of a report about the shops that a reconciliation has read.

use crate::store::db::Session;
use crate::store::db::{StoredRow, one, read_all, statement};
use shared::domain::listing::ItemId;
use shared::domain::report::{Drifted, Reconciled, ReconciledShop, UnknownItem};
use shared::domain::run::RunId;
use shared::ports::store::StoreError;

statement!(READS, "runs/report_reads.sql");
statement!(FINDINGS, "runs/report_findings.sql");
statement!(FOUND, "runs/report_found.sql");

/// Reads the section.
pub(crate) async fn read(on: &mut dyn Session, id: RunId) -> Result<Reconciled, StoreError> {
    let shops: Vec<ReconciledShop> = read_all(on, READS.bind(id), read_shop).await?;
    let counts = one(on, FINDINGS.bind(id)).await?;
    let found = |kind: &'static str| FOUND.bind(id).bind(kind);
    let held = shops.iter().filter(|shop| shop.state == "held");
    Ok(Reconciled {
        items: shops.iter().map(|shop| shop.items).sum(),
        missing_held: held.map(|shop| shop.missing).sum(),
        shops,
        drifted: counts.count("drifted")?,
        price: counts.count("price")?,
        visible: counts.count("visible")?,
        stock: counts.count("stock")?,
        examples: read_all(on, found("drifted"), drifted).await?,
        sold_out: counts.count("sold_out")?,
        sold_out_examples: read_all(on, found("sold_out"), drifted).await?,
        gone: counts.count("gone")?,
        gone_examples: read_all(on, found("gone"), drifted).await?,
        unknown: counts.count("unknown")?,
        unknown_examples: read_all(on, found("unknown"), unknown_item).await?,
        impossible: counts.count("impossible")?,
        impossible_examples: read_all(on, found("impossible"), unknown_item).await?,
    })
}

fn read_shop(row: &StoredRow) -> Result<ReconciledShop, StoreError> {
    Ok(ReconciledShop {
        account: row.account()?,
        state: row.text("state")?.to_owned(),
        items: row.count("items")?,
        missing: row.count("missing")?,
        error: row.maybe_string("error")?,
    })
}

fn drifted(row: &StoredRow) -> Result<Drifted, StoreError> {
    let found = row.maybe_number("found_price_yen")?;
    Ok(Drifted {
        account: row.account()?,
        asin: row.asin()?,
        item: ItemId(row.number("item_id")?),
        left: row.state("left_")?,
        found: found.map(|_| row.state("found_")).transpose()?,
    })
}

fn unknown_item(row: &StoredRow) -> Result<UnknownItem, StoreError> {
    Ok(UnknownItem {
        account: row.account()?,
        item: ItemId(row.number("item_id")?),
        sku: row.maybe_string("sku")?,
    })
}
