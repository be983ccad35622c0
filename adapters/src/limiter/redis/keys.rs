//! The names of the limiter's keys. The hash tag in braces puts all keys of a lane into one slot of
//! a Redis cluster.

use shared::domain::lane::Lane;

/// Keys and channel of a limiter, below the prefix of the installation.
///
/// | key | type | holds |
/// | --- | --- | --- |
/// | `<prefix>:{lane:<lane>}:queue` | sorted set | tickets by priority and arrival |
/// | `<prefix>:{lane:<lane>}:due` | hash | when each ticket has to ask again |
/// | `<prefix>:{lane:<lane>}:state` | hash | opening, pause, pace of the lane's own bucket |
/// | `<prefix>:{lane:<lane>}:windows` | hash | calls of the hour and the day |
/// | `<prefix>:nudges` | channel | the tickets to wake |
///
/// The keys expire after one day without a write, the windows after three.
#[derive(Debug, Clone)]
pub struct LaneKeys {
    prefix: String,
}

/// The keys of a lane with a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateKeys {
    /// Tickets by priority and arrival. Also identifies the lane in a wake-up message.
    pub queue: String,
    /// When each ticket has to ask again.
    pub due: String,
    /// One state for each bucket that a request spends, the lane's own first.
    pub states: Vec<String>,
}

impl LaneKeys {
    /// Keys below `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// The keys of a lane with a rate and one bucket.
    pub fn rate(&self, lane: &Lane) -> RateKeys {
        RateKeys {
            queue: self.of(lane, "queue"),
            due: self.of(lane, "due"),
            states: vec![self.of(lane, "state")],
        }
    }

    /// The key of a lane with windows.
    pub fn windows(&self, lane: &Lane) -> String {
        self.of(lane, "windows")
    }

    /// The channel for the wake-up messages of all lanes.
    pub fn wakeups(&self) -> String {
        format!("{}:nudges", self.prefix)
    }

    fn of(&self, lane: &Lane, part: &str) -> String {
        format!("{}:{{lane:{lane}}}:{part}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_lane_have_the_same_hash_tag() {
        let lane = Lane::ItemOffers("app".to_owned());

        let keys = LaneKeys::new("miseban").rate(&lane);

        assert_eq!(keys.queue, "miseban:{lane:spapi/app/item-offers}:queue");
        assert_eq!(keys.due, "miseban:{lane:spapi/app/item-offers}:due");
        assert_eq!(keys.states, ["miseban:{lane:spapi/app/item-offers}:state"]);
    }
}
