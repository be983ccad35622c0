//! The Lua scripts of the queue. Each file lists its KEYS, ARGV and return. A script is called by
//! its hash and sent in full only if Redis does not know it.

use redis::Script;

/// One script for each transition.
pub struct Scripts {
    /// Pushes messages.
    pub push: Script,
    /// Ends claims that are done and claims messages.
    pub batch: Script,
    /// Extends a lease.
    pub renew: Script,
    /// Ends a claim whose message is delayed or dead.
    pub settle: Script,
    /// Returns the figures.
    pub stats: Script,
    /// Lists messages.
    pub list: Script,
    /// Finds messages by id.
    pub find: Script,
    /// Lists the workers.
    pub workers: Script,
    /// Makes dead messages ready again.
    pub retry: Script,
    /// Deletes dead messages.
    pub discard: Script,
}

/// A script with the functions of `message.lua` in front of it.
macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(
            include_str!("lua/message.lua"),
            include_str!($file)
        ))
    };
}

impl Scripts {
    /// All scripts.
    pub fn new() -> Self {
        Self {
            push: script!("lua/push.lua"),
            batch: script!("lua/batch.lua"),
            renew: script!("lua/renew.lua"),
            settle: script!("lua/settle.lua"),
            stats: script!("lua/stats.lua"),
            list: script!("lua/list.lua"),
            find: script!("lua/find.lua"),
            workers: script!("lua/workers.lua"),
            retry: script!("lua/retry.lua"),
            discard: script!("lua/discard.lua"),
        }
    }
}
