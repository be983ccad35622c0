//! The row of a shop that a reconciliation reads.

use super::reconcile_rows::cursor;
use crate::store::db::Session;
use crate::store::db::{StoredRow, one, read_first, run, statement};
use shared::domain::run::RunId;
use shared::ports::store::{ReadPhase, ShopRead, StoreError};

statement!(READ, "runs/shop_read.sql");
statement!(HELD, "runs/held_reads.sql");
statement!(REOPEN_BATCHES, "runs/reopen_batches.sql");
statement!(REOPEN, "runs/reopen_reads.sql");

/// The shop of this number; `None` once it is read, or when its run is not open.
pub(crate) async fn open_read(
    on: &mut dyn Session,
    id: RunId,
    no: u32,
) -> Result<Option<ShopRead>, StoreError> {
    read_first(on, READ.bind(id).bind(no), shop_read).await
}

fn shop_read(row: &StoredRow) -> Result<ShopRead, StoreError> {
    let phase = match row.text("phase")? {
        "pages" => ReadPhase::Pages {
            cursor: cursor(row.number("next_offset")?, row.maybe_text("next_cursor")?),
        },
        _ => ReadPhase::Missing,
    };
    Ok(ShopRead {
        account: row.account()?,
        active: row.yes("active")?,
        parked_until: row.maybe_at("parked_until")?,
        step: row.small("step")?,
        phase,
    })
}

/// Whether a shop of the run, or what looks deleted in one, is held for a person to decide.
pub(crate) async fn holds_shops(on: &mut dyn Session, id: RunId) -> Result<bool, StoreError> {
    let found = one(on, HELD.bind(id)).await?;
    Ok(found.count("held")? > 0)
}

/// Continues the shops that were held: their missing listings are then checked one by one.
pub(crate) async fn release_shops(on: &mut dyn Session, id: RunId) -> Result<(), StoreError> {
    run(on, REOPEN_BATCHES.bind(id)).await?;
    run(on, REOPEN.bind(id)).await?;
    Ok(())
}
