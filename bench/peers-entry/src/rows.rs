//! The rows of a run in PostgreSQL, written by statements that are a transaction each: the bench's
//! `products` and our own `batches` and `updates`.
//!
//! Statements follow each other on a connection without waiting for the answer of the one before.

use crate::statement_batcher::StatementBatcher;
use adapters::clock::SystemClock;
use anyhow::Context;
use chrono::SecondsFormat;
use shared::domain::asin::AsinBatch;
use shared::domain::listing::ListingId;
use shared::domain::money::Yen;
use shared::domain::run::RunId;
use shared::ports::clock::Clock as _;
use shared::ports::store::StoreError;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

/// The settings of our store's connections: rows are found by key, whatever the statistics say.
const SESSION: &str = "SET search_path = miseban; SET application_name = 'miseban';
    SET statement_timeout = '10s'; SET enable_seqscan = off; SET enable_hashjoin = off;
    SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan;";

/// By key: otherwise the planner scans the whole index of open batches.
const BATCHES: &str = "SELECT b.no, b.asins
    FROM unnest($1::text[], $2::bigint[]) AS k(run_id, no)
    INNER JOIN batches AS b ON b.run_id = k.run_id AND b.no = k.no
    WHERE b.state || '' = 'open'";

/// The bench's upsert and our rows in one transaction, for all batches that are recorded at the same moment.
/// A batch that has reported changes nothing.
const RECORD: &str = "WITH closed AS (
    UPDATE batches AS b SET state = 'done', reported_at = $1
    FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS k(run_id, no, place)
    WHERE b.run_id = k.run_id AND b.no = k.no AND b.state || '' = 'open'
    RETURNING b.run_id, k.place
), queued AS (
    INSERT INTO updates (run_id, listing_id, version, urgency, state, from_price_yen, from_visible,
        to_price_yen, to_visible, to_stock, at)
    SELECT closed.run_id, u.id, 1, 'normal', 'queued', 0, 0, u.price, 1, u.stock, $1
    FROM unnest($8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[]) AS u(place, id, price, stock)
    INNER JOIN closed ON closed.place = u.place
)
INSERT INTO public.products (asin, price, in_stock, updated_at)
SELECT p.asin, p.price, p.in_stock, now()
FROM unnest($4::bigint[], $5::text[], $6::int[], $7::bool[]) AS p(place, asin, price, in_stock)
INNER JOIN closed ON closed.place = p.place
ON CONFLICT (asin) DO UPDATE SET
    price = excluded.price, in_stock = excluded.in_stock, updated_at = excluded.updated_at";

/// By listing, likewise.
const UPDATES: &str = "SELECT listing_id::bigint, run_id, to_price_yen, to_stock FROM updates
    WHERE listing_id = ANY($1::bigint[]) AND state || '' = 'queued'";

const FINISH: &str = "UPDATE updates AS u SET state = 'applied', at = $3
    FROM unnest($1::text[], $2::bigint[]) AS k(run_id, listing_id)
    WHERE u.run_id = k.run_id AND u.listing_id = k.listing_id AND u.state || '' = 'queued'";

/// Runs after a row is closed: of two transactions that close the last two rows, the later one sees both.
const ANYTHING_OPEN: &str = "SELECT
    EXISTS (SELECT 1 FROM batches WHERE run_id = $1 AND state = 'open')
    OR EXISTS (SELECT 1 FROM updates WHERE run_id = $1 AND state = 'queued')";

const TOTALS: &str = "SELECT count(*), sum(price)::bigint FROM public.products";

/// One product after its answer.
pub struct Priced {
    pub asin: String,
    pub price: Option<Yen>,
    /// The listing that gets an edit, if any.
    pub listing: Option<ListingId>,
}

/// An edit to make.
#[derive(Clone, Copy)]
pub struct Edit {
    pub run: RunId,
    pub price: Yen,
    pub stock: u32,
}

/// Counts the edits whose rows this process has read and not yet closed.
#[derive(Clone, Default)]
struct OpenEdits(Arc<AtomicUsize>);

/// One of them; counted until it is dropped.
pub struct OpenEdit {
    pub edit: Edit,
    open: OpenEdits,
}

impl OpenEdit {
    fn take(edit: Edit, open: &OpenEdits) -> Self {
        open.0.fetch_add(1, Ordering::SeqCst);
        let open = open.clone();
        Self { edit, open }
    }
}

impl Drop for OpenEdit {
    fn drop(&mut self) {
        self.open.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The products of a batch that has answered.
pub type Answered = (RunId, u32, Vec<Priced>);

/// The prepared statements, each batched. Recording has a connection of its own, so that no other statement
/// waits behind it.
pub struct Rows {
    batches: StatementBatcher<(RunId, u32), Option<AsinBatch>>,
    record: StatementBatcher<Answered, ()>,
    updates: StatementBatcher<ListingId, Option<Edit>>,
    finish: StatementBatcher<(RunId, ListingId), ()>,
    connection: Arc<Connection>,
    open_edits: OpenEdits,
}

struct Connection {
    client: Client,
    batches: Statement,
    record: Statement,
    updates: Statement,
    finish: Statement,
    anything_open: Statement,
}

impl Rows {
    /// Opens two connections.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let recording = Arc::new(Connection::open(url).await?);
        let connection = Arc::new(Connection::open(url).await?);
        let (reading, reading_too, closing) =
            (connection.clone(), connection.clone(), connection.clone());
        Ok(Self {
            batches: StatementBatcher::new(move |keys| reading.clone().batches(keys)),
            record: StatementBatcher::new(move |answered| recording.clone().record(answered)),
            updates: StatementBatcher::new(move |keys| reading_too.clone().updates(keys)),
            finish: StatementBatcher::new(move |keys| closing.clone().finish(keys)),
            connection,
            open_edits: OpenEdits::default(),
        })
    }

    /// The ASINs of an open batch.
    pub async fn batch(&self, run: RunId, no: u32) -> Result<Option<AsinBatch>, StoreError> {
        self.batches.ask((run, no)).await
    }

    /// The open edit of a listing.
    pub async fn update(&self, listing: ListingId) -> Result<Option<OpenEdit>, StoreError> {
        let edit = self.updates.ask(listing).await?;
        Ok(edit.map(|edit| OpenEdit::take(edit, &self.open_edits)))
    }

    /// Closes an edit; `true` when nothing of its run is open any more. Only the last open edit of this process
    /// asks the database: while there is another one, its row is open.
    pub async fn finish(&self, open: OpenEdit, listing: ListingId) -> Result<bool, StoreError> {
        let run = open.edit.run;
        self.finish.ask((run, listing)).await?;
        drop(open);
        if self.open_edits.0.load(Ordering::SeqCst) > 0 {
            return Ok(false);
        }
        self.connection.nothing_open(run).await
    }

    /// Records an answer and closes its batch.
    pub async fn record(&self, answered: Answered) -> Result<(), StoreError> {
        self.record.ask(answered).await
    }

    /// How many products there are, and the sum of their prices.
    pub async fn totals(&self) -> Result<(i64, Option<i64>), StoreError> {
        let row = self
            .connection
            .client
            .query_one(TOTALS, &[])
            .await
            .map_err(|e| unavailable(&e))?;
        Ok((row.get(0), row.get(1)))
    }
}

impl Connection {
    async fn open(url: &str) -> anyhow::Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute(SESSION).await?;
        let text = [Type::TEXT];
        Ok(Self {
            batches: client.prepare(BATCHES).await.context("batches")?,
            record: client
                .prepare_typed(RECORD, &text)
                .await
                .context("record")?,
            updates: client.prepare(UPDATES).await.context("updates")?,
            finish: client.prepare(FINISH).await.context("finish")?,
            anything_open: client
                .prepare_typed(ANYTHING_OPEN, &text)
                .await
                .context("anything open")?,
            client,
        })
    }

    async fn batches(
        self: Arc<Self>,
        keys: Vec<(RunId, u32)>,
    ) -> Result<Vec<Option<AsinBatch>>, StoreError> {
        let runs: Vec<String> = keys.iter().map(|(run, _)| run.to_string()).collect();
        let numbers: Vec<i64> = keys.iter().map(|(_, no)| i64::from(*no)).collect();
        let rows = self.rows(&self.batches, &[&runs, &numbers]).await?;
        // One run is open at a time.
        let found: HashMap<i64, AsinBatch> = rows
            .iter()
            .filter_map(|row| Some((row.get(0), AsinBatch::parse(row.get(1))?)))
            .collect();
        Ok(numbers.iter().map(|no| found.get(no).cloned()).collect())
    }

    async fn record(self: Arc<Self>, answered: Vec<Answered>) -> Result<Vec<()>, StoreError> {
        let runs: Vec<String> = answered.iter().map(|(run, ..)| run.to_string()).collect();
        let numbers: Vec<i64> = answered.iter().map(|(_, no, _)| i64::from(*no)).collect();
        let products = || {
            let placed = (1_i64..).zip(&answered);
            placed.flat_map(|(place, (.., products))| products.iter().map(move |p| (place, p)))
        };
        let places: Vec<i64> = products().map(|(place, _)| place).collect();
        let asins: Vec<&str> = products().map(|(_, p)| p.asin.as_str()).collect();
        let prices: Vec<Option<i32>> = products().map(|(_, p)| p.price.map(yen)).collect();
        let stock: Vec<bool> = products().map(|(_, p)| p.price.is_some()).collect();
        let edits = || products().filter_map(|(place, p)| Some((place, p.listing?.0, p.price)));
        let edit_places: Vec<i64> = edits().map(|(place, ..)| place).collect();
        let ids: Vec<i64> = edits().map(|(_, id, _)| id).collect();
        let edit_prices: Vec<i64> = edits()
            .map(|(.., price)| price.map_or(0, yen).into())
            .collect();
        let edit_stock: Vec<i64> = edits().map(|(.., price)| price.is_some().into()).collect();
        self.run(
            &self.record,
            &[
                &now(),
                &runs,
                &numbers,
                &places,
                &asins,
                &prices,
                &stock,
                &edit_places,
                &ids,
                &edit_prices,
                &edit_stock,
            ],
        )
        .await?;
        Ok(vec![(); answered.len()])
    }

    async fn updates(
        self: Arc<Self>,
        keys: Vec<ListingId>,
    ) -> Result<Vec<Option<Edit>>, StoreError> {
        let ids: Vec<i64> = keys.iter().map(|listing| listing.0).collect();
        let rows = self.rows(&self.updates, &[&ids]).await?;
        let found: HashMap<i64, Edit> = rows
            .iter()
            .filter_map(|row| {
                let edit = Edit {
                    run: RunId::parse(row.get(1))?,
                    price: Yen(u32::try_from(row.get::<_, i64>(2)).ok()?),
                    stock: u32::try_from(row.get::<_, i64>(3)).ok()?,
                };
                Some((row.get(0), edit))
            })
            .collect();
        Ok(ids.iter().map(|id| found.get(id).copied()).collect())
    }

    async fn finish(self: Arc<Self>, keys: Vec<(RunId, ListingId)>) -> Result<Vec<()>, StoreError> {
        let runs: Vec<String> = keys.iter().map(|(run, _)| run.to_string()).collect();
        let ids: Vec<i64> = keys.iter().map(|(_, listing)| listing.0).collect();
        self.run(&self.finish, &[&runs, &ids, &now()]).await?;
        Ok(vec![(); keys.len()])
    }

    async fn nothing_open(&self, run: RunId) -> Result<bool, StoreError> {
        let open = self.rows(&self.anything_open, &[&run.to_string()]).await?;
        Ok(open.first().is_some_and(|row| !row.get::<_, bool>(0)))
    }

    async fn rows(
        &self,
        statement: &Statement,
        with: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.client
            .query(statement, with)
            .await
            .map_err(|e| unavailable(&e))
    }

    async fn run(
        &self,
        statement: &Statement,
        with: &[&(dyn ToSql + Sync)],
    ) -> Result<(), StoreError> {
        self.client
            .execute(statement, with)
            .await
            .map(drop)
            .map_err(|e| unavailable(&e))
    }
}

fn yen(price: Yen) -> i32 {
    i32::try_from(price.0).unwrap_or(i32::MAX)
}

fn now() -> String {
    SystemClock
        .now()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn unavailable(error: &tokio_postgres::Error) -> StoreError {
    let reason = error.as_db_error();
    let reason = reason.map_or_else(|| error.to_string(), ToString::to_string);
    StoreError::Unavailable(reason)
}
