//! Every key of a queue in Redis, with its type and content. The queue writes no key outside
//! `<prefix>:{q:<queue>}:`. The hash tag in braces puts a queue into one slot of a cluster.
//!
//! Instants are microseconds of Redis' own clock. `docs/queues.md` shows how to read the keys with
//! redis-cli.

use shared::jobs::QueueName;

/// The full keys of one queue.
#[derive(Debug)]
pub struct QueueKeys {
    /// Hash, id → `<rank> <attempt> <at> <payload>`: every message that is alive. `at` is the instant
    /// at which it became ready or, while it is claimed, of the claim: the fencing token.
    pub messages: String,
    /// Three lists of ids, by rank: the ready messages, first in first out.
    pub ready: [String; 3],
    /// Sorted set, id → due instant: the delayed messages.
    pub delayed: String,
    /// Sorted set, id → end of the lease: the claimed messages.
    pub leases: String,
    /// Text `1` while the queue is paused, else absent.
    pub paused: String,
    /// Sorted set, id → instant of death: the dead messages; capped.
    pub dead: String,
    /// Hash, id → `<rank> <attempts> <length of error> <error> <payload>`: the dead messages.
    pub dead_messages: String,
    /// Hash: `done` (settled as done, ever), `cut` (fell off the end of the dead list, ever).
    pub counts: String,
    /// Hash, name of a process → `<begun> <heard>`: its heartbeat, sent with a claim or a renewal at
    /// most every five seconds. Other processes remove silent ones; the key expires with the last.
    pub workers: String,
    /// Not a key but a channel: published when a message becomes ready, or due earlier than others.
    pub wakeups: String,
}

impl QueueKeys {
    /// The keys of `queue` under `prefix`.
    pub fn new(prefix: &str, queue: QueueName) -> Self {
        let key = |name: &str| format!("{prefix}:{{q:{}}}:{name}", queue.as_str());
        Self {
            messages: key("messages"),
            ready: ["ready:0", "ready:1", "ready:2"].map(key),
            delayed: key("delayed"),
            leases: key("leases"),
            paused: key("paused"),
            dead: key("dead"),
            dead_messages: key("dead:messages"),
            counts: key("counts"),
            workers: key("workers"),
            wakeups: key("bell"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_prefix_queue_and_name() {
        let keys = QueueKeys::new("miseban", QueueName::Sync);

        assert_eq!(keys.ready[1], "miseban:{q:sync}:ready:1");
    }
}
