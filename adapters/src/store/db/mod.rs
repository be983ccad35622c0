//! The database: connections, dialects, statements, columns, errors and schema.

mod columns;
mod database;
mod dialect;
mod failure;
mod literal;
mod parameter;
mod pooled;
mod pooler;
mod pooling;
pub(super) mod postgres;
mod renewal;
pub(super) mod schema;
mod server_connections;
mod server_url;
mod spare;
pub(super) mod sqlite;
mod sqlstate;
mod statement;

pub(super) use columns::{StoredRow, instant, json};
pub(super) use database::{Database, commit, one, put, read_all, read_first, row, rows, run};
pub(super) use dialect::Dialect;
pub(super) use failure::{damaged, failed};
pub(super) use pooled::Session;
pub(super) use statement::{Prepared, Statement, statement};
