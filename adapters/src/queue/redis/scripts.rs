//! The Lua scripts of the queue. Each file lists its KEYS, ARGV and return. A script is called by
//! its hash and sent in full only if Redis does not know it.

use redis::Script;

/// Declares [`Scripts`]. Each script has the functions of `message.lua` in front of it.
macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// One script for each transition.
        pub struct Scripts {
            $($(#[$doc])* pub $name: Script,)+
        }

        impl Scripts {
            /// All scripts.
            pub fn new() -> Self {
                Self {
                    $($name: Script::new(concat!(
                        include_str!("lua/message.lua"),
                        include_str!(concat!("lua/", stringify!($name), ".lua"))
                    )),)+
                }
            }
        }
    };
}

scripts! {
    /// Pushes messages.
    push,
    /// Ends claims that are done and claims messages.
    batch,
    /// Extends a lease.
    renew,
    /// Ends a claim whose message is delayed or dead.
    settle,
    /// Returns the figures.
    stats,
    /// Lists messages.
    list,
    /// Finds messages by id.
    find,
    /// Lists the workers.
    workers,
    /// Makes dead messages ready again.
    retry,
    /// Deletes dead messages.
    discard,
}
