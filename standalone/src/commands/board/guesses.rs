//! Slows down whoever guesses the password of the board. After some wrong ones no further one is looked
//! at for a time that grows with each.
//!
//! The wait of an address is that address's alone, so that nobody locks out another one. The wait of
//! all of them is short, and only for guesses from many addresses at once.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use tokio::time::Instant;

/// How wrong passwords are answered by waits.
struct GuessPace {
    /// So many cost no wait, since people mistype.
    free: u32,
    /// The longest wait, in seconds; the first is one second, and each further one twice as long.
    longest: u64,
    /// After so many seconds without a wrong password one of them is forgotten.
    forgets_in: u64,
}

const OF_ONE: GuessPace = GuessPace {
    free: 3,
    longest: 60,
    forgets_in: 120,
};
/// Three addresses that each guess once a minute stay below it.
const OF_ALL: GuessPace = GuessPace {
    free: 30,
    longest: 10,
    forgets_in: 20,
};
/// More wrong passwords than these and the free ones are not counted, so that they are forgotten soon.
const MOST_COUNTED: u32 = 7;
/// More addresses are not remembered; the wait of all of them holds for the rest.
const MOST_ADDRESSES: usize = 10_000;

/// The wrong passwords of late.
#[derive(Default)]
pub struct Guesses {
    by_address: HashMap<IpAddr, WrongGuesses>,
    of_all: WrongGuesses,
}

#[derive(Default)]
struct WrongGuesses {
    count: u32,
    last: Option<Instant>,
}

impl Guesses {
    /// How long no password from `address` is looked at; zero if it is now.
    pub fn wait(&self, address: IpAddr) -> Duration {
        let own = self.by_address.get(&network(address));
        let own = own.map_or(Duration::ZERO, |own| own.wait(&OF_ONE));
        own.max(self.of_all.wait(&OF_ALL))
    }

    /// Counts a wrong password. Returns how many of late came from this address.
    pub fn count(&mut self, address: IpAddr) -> u32 {
        if self.by_address.len() >= MOST_ADDRESSES {
            self.by_address
                .retain(|_, wrong| wrong.remembered(&OF_ONE) > 0);
        }
        self.of_all.add(&OF_ALL);
        let network = network(address);
        if self.by_address.len() >= MOST_ADDRESSES && !self.by_address.contains_key(&network) {
            return 1;
        }
        self.by_address.entry(network).or_default().add(&OF_ONE)
    }
}

impl WrongGuesses {
    fn add(&mut self, pace: &GuessPace) -> u32 {
        self.count = (self.remembered(pace) + 1).min(pace.free + MOST_COUNTED);
        self.last = Some(Instant::now());
        self.count
    }

    fn remembered(&self, pace: &GuessPace) -> u32 {
        let seconds = self.last.map_or(0, |last| last.elapsed().as_secs());
        let forgotten = u32::try_from(seconds / pace.forgets_in).unwrap_or(u32::MAX);
        self.count.saturating_sub(forgotten)
    }

    fn wait(&self, pace: &GuessPace) -> Duration {
        let seconds = match self.count.saturating_sub(pace.free) {
            0 => 0,
            doublings => (1 << (doublings - 1)).min(pace.longest),
        };
        let passed = self.last.map_or(Duration::MAX, |last| last.elapsed());
        Duration::from_secs(seconds).saturating_sub(passed)
    }
}

/// The address, or the network of 64 bits that one customer of a provider has in IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(prefix).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Guesses as soon as a password is looked at; the seconds of each wait.
    async fn waits_of(guesses: &mut Guesses, source: IpAddr, times: u32) -> Vec<u64> {
        let mut waits = Vec::new();
        for _ in 0..times {
            let wait = guesses.wait(source);
            advance(wait).await;
            guesses.count(source);
            waits.push(wait.as_secs());
        }
        waits
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_of_an_address_grows_up_to_a_minute_and_is_forgotten() {
        let mut guesses = Guesses::default();
        let source = address("192.0.2.1");

        let waits = waits_of(&mut guesses, source, 12).await;

        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
        advance(Duration::from_secs(20 * 60)).await;
        assert_eq!(waits_of(&mut guesses, source, 4).await, [0; 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_guesser_keeps_no_other_address_waiting() {
        let mut guesses = Guesses::default();

        waits_of(&mut guesses, address("192.0.2.1"), 1_000).await;

        assert_eq!(guesses.wait(address("192.0.2.2")), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn guesses_from_many_addresses_keep_all_waiting_for_ten_seconds_at_most() {
        let mut guesses = Guesses::default();

        for last in 0..=255 {
            guesses.count(address(&format!("192.0.2.{last}")));
        }

        let wait = guesses.wait(address("198.51.100.1"));
        assert_eq!(wait.as_secs(), OF_ALL.longest);
    }

    #[tokio::test(start_paused = true)]
    async fn the_addresses_of_one_network_in_ipv6_count_as_one() {
        let mut guesses = Guesses::default();
        let own = address("2001:db8:1:2:aaaa::1");

        waits_of(&mut guesses, own, 5).await;

        assert!(!guesses.wait(address("2001:db8:1:2:bbbb::7")).is_zero());
        assert!(guesses.wait(address("2001:db8:1:3::1")).is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_addresses_are_kept_than_the_bound() {
        let mut guesses = Guesses::default();

        for number in 0..20_000_u32 {
            guesses.count(IpAddr::V4(number.into()));
        }

        assert_eq!(guesses.by_address.len(), MOST_ADDRESSES);
    }
}
