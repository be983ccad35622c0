//! Sessions of a `PostgreSQL` server, of the program's own or lent by a pooler for one transaction,
//! and their settings.

/// What a connection keeps from one transaction to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// Everything: it is a session of the server.
    Session,
    /// Nothing: a pooler such as pgbouncer gives each transaction any session of its own. There
    /// are no prepared statements, and settings hold for one transaction.
    Transaction,
}

/// For every session. A statement and a wait for a lock time out before the caller's lease does,
/// and a process that hangs in a transaction does not block the others forever. The code relies on
/// `read committed` for what concurrent transactions see of each other.
///
/// The planner settings make statements join tables in the order in which they name them, row by
/// row, by key. A new table has no statistics: the planner would begin with the largest table, and
/// a plan made while a table is empty is kept when it is full. Statements that read whole tables
/// use `Database::survey`.
pub(crate) const SESSION: &str = "SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET default_transaction_isolation = 'read committed';
    SET join_collapse_limit = 1;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET random_page_cost = 1.1;
    SET jit = off;";

/// Like [`SESSION`], for one transaction of a session that belongs to others before and afterwards.
pub(crate) const FOR_TRANSACTION: &str = "SET LOCAL statement_timeout = '10s';
    SET LOCAL lock_timeout = '5s';
    SET LOCAL idle_in_transaction_session_timeout = '30s';
    SET LOCAL join_collapse_limit = 1;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off;
    SET LOCAL random_page_cost = 1.1;
    SET LOCAL jit = off;";
