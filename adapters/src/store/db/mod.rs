//! The database: connections, dialects, statements, columns, errors and schema.

pub(super) mod columns;
pub(super) mod database;
pub(super) mod dialect;
pub(super) mod failure;
pub(super) mod pooled;
pub(super) mod postgres;
pub(super) mod schema;
pub(super) mod sqlite;
pub(super) mod sqlstate;
pub(super) mod statement;
