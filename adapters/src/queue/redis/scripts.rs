//! The Lua scripts of the queue. Each file lists its KEYS, ARGV and return; each is sent by its hash,
//! and in full only to a Redis that does not know it yet.

use redis::Script;

/// One script a transition.
pub struct Scripts {
    pub push: Script,
    pub turn: Script,
    pub renew: Script,
    pub settle: Script,
    pub stats: Script,
    pub list: Script,
    pub find: Script,
    pub workers: Script,
    pub retry: Script,
    pub discard: Script,
}

/// A script behind what all of them share.
macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(
            include_str!("lua/message.lua"),
            include_str!($file)
        ))
    };
}

impl Scripts {
    pub fn new() -> Self {
        Self {
            push: script!("lua/push.lua"),
            turn: script!("lua/turn.lua"),
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
