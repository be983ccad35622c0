//! Every key of a queue in Redis, with its type and content. Nothing else is written, nothing
//! outside `<prefix>:{q:<queue>}:`, and the braces keep a queue in one slot of a cluster.
//!
//! Instants are microseconds of Redis' own clock. `docs/queues.md` reads the keys with redis-cli.

use shared::jobs::QueueName;

/// Hash, id → `<rank> <attempt> <at> <payload>`: every message that is alive. `at` is when it was
/// lined up or, while it is claimed, when that was: the fencing token of the claim.
const MESSAGES: &str = "messages";
/// Three lists of ids, by rank: what can be claimed, first in first out.
const READY: [&str; 3] = ["ready:0", "ready:1", "ready:2"];
/// Sorted set, id → when it falls due: what waits for its time.
const DELAYED: &str = "delayed";
/// Sorted set, id → when the lease ends: what is in the hands of workers.
const LEASES: &str = "leases";
/// Text `1` while the queue is paused, else absent.
const PAUSED: &str = "paused";
/// Sorted set, id → when it was given up; capped.
const DEAD: &str = "dead";
/// Hash, id → `<rank> <attempts> <length of error> <error> <payload>`: what was given up.
const DEAD_MESSAGES: &str = "dead:messages";
/// Hash: `done` (settled as done, ever), `cut` (fell off the end of the dead list, ever).
const COUNTS: &str = "counts";
/// Hash, name of a process → `<begun> <heard>`: who claims from the queue, told at most every five
/// seconds with a claim or a renewal. Silent ones are taken out by the others; expires with the last.
const WORKERS: &str = "workers";
/// Not a key but a channel: whoever makes something claimable, or due earlier, publishes here.
const BELL: &str = "bell";

/// The keys of one queue, spelt out.
#[derive(Debug)]
pub struct Keys {
    pub messages: String,
    pub ready: [String; 3],
    pub delayed: String,
    pub leases: String,
    pub paused: String,
    pub dead: String,
    pub dead_messages: String,
    pub counts: String,
    pub workers: String,
    pub bell: String,
}

impl Keys {
    /// Those of `queue`, under `prefix`.
    pub fn new(prefix: &str, queue: QueueName) -> Self {
        let key = |name: &str| format!("{prefix}:{{q:{}}}:{name}", queue.as_str());
        Self {
            messages: key(MESSAGES),
            ready: READY.map(key),
            delayed: key(DELAYED),
            leases: key(LEASES),
            paused: key(PAUSED),
            dead: key(DEAD),
            dead_messages: key(DEAD_MESSAGES),
            counts: key(COUNTS),
            workers: key(WORKERS),
            bell: key(BELL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_prefix_queue_and_name() {
        let keys = Keys::new("miseban", QueueName::Sync);

        assert_eq!(keys.ready[1], "miseban:{q:sync}:ready:1");
    }
}
