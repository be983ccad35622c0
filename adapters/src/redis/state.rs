//! What Redis says about itself: version, memory, eviction, persistence.

use super::fault::field;

/// The state of a Redis server, from its reply to `INFO`. A field is `None` where a server or a proxy
/// does not tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisState {
    /// Its version.
    pub version: String,
    /// Bytes that it uses.
    pub used_memory: Option<u64>,
    /// Bytes that it may use; `None` for no limit.
    pub max_memory: Option<u64>,
    /// What it does when its memory is full (`maxmemory-policy`).
    pub eviction: Option<String>,
    /// Whether it writes an append-only file (`appendonly`).
    pub append_only: Option<bool>,
}

impl RedisState {
    pub(super) fn read(info: &str) -> Self {
        let text = |name| field(info, name).map(ToOwned::to_owned);
        let number = |name| field(info, name).and_then(|number| number.parse().ok());
        Self {
            version: text("valkey_version:")
                .or_else(|| text("redis_version:"))
                .unwrap_or_default(),
            used_memory: number("used_memory:"),
            max_memory: number("maxmemory:").filter(|bytes| *bytes > 0),
            eviction: text("maxmemory_policy:"),
            append_only: field(info, "aof_enabled:").map(|enabled| enabled == "1"),
        }
    }

    /// Whether it deletes keys when its memory is full: a limiter that loses its count exceeds a
    /// quota, and a queue that loses messages stands still.
    pub fn evicts(&self) -> bool {
        let eviction = self.eviction.as_deref();
        eviction.is_some_and(|eviction| eviction != "noeviction")
    }

    /// Whether nine tenths of its memory are used.
    pub fn is_nearly_full(&self) -> bool {
        let memory = self.used_memory.zip(self.max_memory);
        memory.is_some_and(|(used, most)| used >= most / 10 * 9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nused_memory:950\r\n\
        maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n# Persistence\r\naof_enabled:0\r\n";

    #[test]
    fn a_server_that_evicts_keys_and_is_nearly_full_is_recognised() {
        let state = RedisState::read(INFO);

        assert_eq!(
            (state.version.as_str(), state.append_only),
            ("7.0.15", Some(false))
        );
        assert!(state.evicts() && state.is_nearly_full());
    }

    #[test]
    fn a_server_without_a_limit_of_memory_is_never_full() {
        let roomy = INFO.replace("maxmemory:1000", "maxmemory:0");
        let state = RedisState::read(&roomy.replace("allkeys-lru", "noeviction"));

        assert_eq!(state.max_memory, None);
        assert!(!state.evicts() && !state.is_nearly_full());
    }

    #[test]
    fn what_a_proxy_does_not_tell_is_no_complaint() {
        let state = RedisState::read("redis_version:6.2.0\r\n");

        assert_eq!((state.eviction.as_deref(), state.append_only), (None, None));
        assert!(!state.evicts() && !state.is_nearly_full());
    }
}
