//! The names of the limiter's keys, once for all: what stands between the braces decides the slot of a
//! Redis cluster, so everything of one lane lies in one.

use shared::domain::lane::Lane;

/// Keys and channel of a limiter, below the prefix of the installation.
///
/// | key | type | holds |
/// | --- | --- | --- |
/// | `<prefix>:{lane:<lane>}:queue` | sorted set | tickets by priority and arrival |
/// | `<prefix>:{lane:<lane>}:due` | hash | when each ticket was told to ask again |
/// | `<prefix>:{lane:<lane>}:state` | hash | opening, pause, pace of the lane's own bucket |
/// | `<prefix>:{lane:<lane>}:windows` | hash | calls of the hour and the day, for a lane of that kind |
/// | `<prefix>:nudges` | channel | whom to wake |
///
/// All but the channel end after a day of silence, the windows after three.
#[derive(Debug, Clone)]
pub struct Keys {
    prefix: String,
}

/// The keys of a lane with a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateKeys {
    /// Tickets by priority and arrival. Also names the lane in a nudge.
    pub queue: String,
    /// When each ticket was told to ask again.
    pub due: String,
    /// One for each bucket that a request spends, the lane's own first.
    pub states: Vec<String>,
}

impl Keys {
    /// Keys below `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// Those of a lane with a rate and one bucket.
    pub fn rate(&self, lane: &Lane) -> RateKeys {
        RateKeys {
            queue: self.of(lane, "queue"),
            due: self.of(lane, "due"),
            states: vec![self.of(lane, "state")],
        }
    }

    /// That of a lane which is counted by windows.
    pub fn windows(&self, lane: &Lane) -> String {
        self.of(lane, "windows")
    }

    /// The channel on which all lanes' sleepers are told to look again.
    pub fn nudges(&self) -> String {
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
    fn all_keys_of_a_lane_lie_in_one_slot() {
        let lane = Lane::ItemOffers("app".to_owned());

        let keys = Keys::new("miseban").rate(&lane);

        assert_eq!(keys.queue, "miseban:{lane:spapi/app/item-offers}:queue");
        assert_eq!(keys.due, "miseban:{lane:spapi/app/item-offers}:due");
        assert_eq!(keys.states, ["miseban:{lane:spapi/app/item-offers}:state"]);
    }
}
