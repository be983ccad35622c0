//! The settings of Redis, which connects many processes.

use super::reader::Reader;
use super::table as t;
use super::values::is_postgres_url;
use secrecy::SecretString;
use std::path::PathBuf;

/// The Redis that holds the queue, the cache and the limiter of many processes.
#[derive(Debug, Clone)]
pub struct Redis {
    /// `redis://` and the other forms of `docs/queues.md`, with user and password if there are any.
    pub url: SecretString,
    /// The certificate of the CA of Redis; `None` to trust those of the system.
    pub ca_file: Option<PathBuf>,
    /// The prefix of every key.
    pub prefix: String,
}

impl Redis {
    /// Processes can share a queue only if they share the database too, which `SQLite` does not
    /// allow.
    pub(super) fn read(reader: &mut Reader<'_>, database_url: &str) -> Option<Self> {
        let url = reader.optional(&t::REDIS_URL);
        let ca_file = reader.optional(&t::REDIS_CA_FILE);
        let prefix = reader.read(&t::REDIS_PREFIX);
        let url = url?;
        if !reader.is_refused(&t::DATABASE_URL) && !is_postgres_url(database_url) {
            reader.reject(&t::REDIS_URL);
        }
        Some(Self {
            url,
            ca_file,
            prefix,
        })
    }
}
