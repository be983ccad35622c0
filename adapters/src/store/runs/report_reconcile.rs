//! What the report of a run says of the shops that it has read back.

use crate::store::db::columns::Columns;
use crate::store::db::database::{Database, one, rows};
use crate::store::db::statement::statement;
use shared::domain::account::AccountId;
use shared::domain::listing::ItemId;
use shared::domain::report::{Drifted, Reconciled, ReconciledShop, UnknownItem};
use shared::domain::run::RunId;
use shared::ports::store::StoreError;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

statement!(READS, "runs/report_reads.sql");
statement!(FINDINGS, "runs/report_findings.sql");
statement!(FOUND, "runs/report_found.sql");

/// The section of a reconciliation.
pub(crate) async fn read(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<Reconciled, StoreError> {
    let shops: Vec<ReconciledShop> = rows(on, db.query(&READS).bind(id.to_string()))
        .await?
        .iter()
        .map(told_shop)
        .collect::<Result<_, _>>()?;
    let counts = one(on, db.query(&FINDINGS).bind(id.to_string())).await?;
    let held = shops.iter().filter(|shop| shop.state == "held");
    Ok(Reconciled {
        items: shops.iter().map(|shop| shop.items).sum(),
        missing_held: held.map(|shop| shop.missing).sum(),
        shops,
        drifted: counts.count("drifted")?,
        price: counts.count("price")?,
        visible: counts.count("visible")?,
        stock: counts.count("stock")?,
        examples: found(db, on, id, "drifted").await?,
        sold_out: counts.count("sold_out")?,
        sold_out_examples: found(db, on, id, "sold_out").await?,
        gone: counts.count("gone")?,
        gone_examples: found(db, on, id, "gone").await?,
        unknown: counts.count("unknown")?,
        unknown_examples: found_rows(db, on, id, "unknown")
            .await?
            .iter()
            .map(unknown_item)
            .collect::<Result<_, _>>()?,
    })
}

async fn found_rows(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    kind: &'static str,
) -> Result<Vec<AnyRow>, StoreError> {
    let query = db.query(&FOUND).bind(id.to_string()).bind(kind);
    rows(on, query).await
}

async fn found(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    kind: &'static str,
) -> Result<Vec<Drifted>, StoreError> {
    found_rows(db, on, id, kind)
        .await?
        .iter()
        .map(drifted)
        .collect()
}

fn told_shop(row: &AnyRow) -> Result<ReconciledShop, StoreError> {
    Ok(ReconciledShop {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        state: row.text("state")?.to_owned(),
        items: row.count("items")?,
        missing: row.count("missing")?,
        error: row.maybe_text("error")?.map(ToOwned::to_owned),
    })
}

fn drifted(row: &AnyRow) -> Result<Drifted, StoreError> {
    let found = row.maybe_number("found_price_yen")?;
    Ok(Drifted {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        asin: row.asin()?,
        item: ItemId(row.number("item_id")?),
        left: row.state("left_")?,
        found: found.map(|_| row.state("found_")).transpose()?,
    })
}

fn unknown_item(row: &AnyRow) -> Result<UnknownItem, StoreError> {
    Ok(UnknownItem {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        item: ItemId(row.number("item_id")?),
        sku: row.maybe_text("sku")?.map(ToOwned::to_owned),
    })
}
