//! The database: connections, dialects, statements, columns, errors and schema.

mod columns;
mod database;
mod dialect;
mod failure;
mod parameter;
mod pooled;
pub(super) mod postgres;
mod renewal;
pub(super) mod schema;
pub(super) mod sqlite;
mod sqlstate;
mod statement;

pub(super) use columns::{StoredRow, instant, json};
pub(super) use database::{Database, commit, one, put, read_all, read_first, row, rows, run};
pub(super) use dialect::Dialect;
pub(super) use failure::{damaged, failed};
pub(super) use statement::{Prepared, Statement, statement};
