//! Injects one random fault after the other, from a fixed seed.

use crate::installation::Installation;
use crate::server_faults::{Server, ServerFault};
use crate::vendor_faults::VendorFault;
use adapters::clock::SystemClock;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::ports::clock::Clock as _;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AppFault {
    WorkerKilled,
    WorkerFrozen,
    WorkerReplaced,
    ProducerKilled,
    ClockJumps,
    Server(ServerFault),
    Vendor(VendorFault),
}

/// The faults and how often each is in the deck: workers fail more often than servers.
const DECK: [(AppFault, usize); 35] = [
    (AppFault::WorkerKilled, 4),
    (AppFault::WorkerFrozen, 3),
    (AppFault::WorkerReplaced, 2),
    (AppFault::ProducerKilled, 1),
    (AppFault::ClockJumps, 2),
    (AppFault::Server(ServerFault::RedisRestarted), 1),
    (AppFault::Server(ServerFault::RedisLost), 1),
    (AppFault::Server(ServerFault::RedisFlushed), 1),
    (AppFault::Server(ServerFault::RedisReadsOnly), 1),
    (AppFault::Server(ServerFault::PostgresRestarted), 2),
    (AppFault::Server(ServerFault::PostgresReadsOnly), 1),
    (AppFault::Server(ServerFault::Cut(Server::Redis)), 1),
    (AppFault::Server(ServerFault::Cut(Server::Postgres)), 1),
    (AppFault::Server(ServerFault::Refused(Server::Redis)), 1),
    (AppFault::Server(ServerFault::Refused(Server::Postgres)), 1),
    (AppFault::Server(ServerFault::Swallowed(Server::Redis)), 1),
    (
        AppFault::Server(ServerFault::Swallowed(Server::Postgres)),
        1,
    ),
    (AppFault::Server(ServerFault::Delayed(Server::Redis)), 1),
    (AppFault::Server(ServerFault::Delayed(Server::Postgres)), 1),
    (AppFault::Vendor(VendorFault::AmazonThrottles), 1),
    (AppFault::Vendor(VendorFault::AmazonFails), 1),
    (AppFault::Vendor(VendorFault::AmazonCuts), 1),
    (AppFault::Vendor(VendorFault::AmazonEndsTokens), 1),
    (AppFault::Vendor(VendorFault::AmazonIsSlowWithTokens), 2),
    (AppFault::Vendor(VendorFault::AmazonForgetsAsins), 2),
    (AppFault::Vendor(VendorFault::AmazonCallsInvalid), 1),
    (AppFault::Vendor(VendorFault::ShopFails), 1),
    (AppFault::Vendor(VendorFault::ShopCuts), 1),
    (AppFault::Vendor(VendorFault::ShopLosesAnswers), 3),
    (AppFault::Vendor(VendorFault::ShopEndsTokens), 1),
    (AppFault::Vendor(VendorFault::ShopIsSlowWithTokens), 2),
    (AppFault::Vendor(VendorFault::ShopLosesTokens), 1),
    (AppFault::Vendor(VendorFault::HourIsUsedUp), 2),
    (AppFault::Vendor(VendorFault::DayIsUsedUp), 2),
    (AppFault::Vendor(VendorFault::ItemsAreDeleted), 2),
];

/// How many seconds ahead a clock jumps: processes of the second half do not work until it is right.
const AHEAD: [i64; 8] = [-40, -20, 20, 40, -86_400, -300, 7_200, 86_400];

/// How often each fault was injected.
#[derive(Debug, Default)]
pub struct FaultCounts(BTreeMap<AppFault, u32>);

impl Installation {
    /// Injects faults for `lasts`, then restores everything.
    pub async fn inject_faults(&mut self, lasts: Duration, seed: u64) -> FaultCounts {
        let mut die = ChaCha8Rng::seed_from_u64(seed);
        let mut deck = Vec::new();
        let mut counts = FaultCounts::default();
        let begun = Instant::now();
        while begun.elapsed() < lasts {
            if deck.is_empty() {
                deck = shuffled(&mut die);
            }
            let kind = deck.pop().expect("it was filled");
            let span = Duration::from_millis(die.random_range(200..3_000));
            println!(
                "{} {kind:?} for {span:?}",
                SystemClock.now().format("%T%.3f")
            );
            self.inject(kind, span, &mut die).await;
            *counts.0.entry(kind).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(die.random_range(300..2_500))).await;
            self.let_others_follow().await;
        }
        self.restore_vendors();
        self.restart_stopped();
        counts
    }

    async fn inject(&mut self, kind: AppFault, span: Duration, die: &mut ChaCha8Rng) {
        let worker = die.random_range(0..self.workers.len());
        let producer = die.random_range(0..self.producers.len());
        match kind {
            AppFault::WorkerKilled => {
                self.workers[worker].signal("KILL");
                tokio::time::sleep(span).await;
                self.workers[worker].run();
            }
            // Sometimes longer than its leases.
            AppFault::WorkerFrozen => {
                self.workers[worker].signal("STOP");
                tokio::time::sleep(span * 4).await;
                self.workers[worker].signal("CONT");
            }
            AppFault::WorkerReplaced => {
                self.workers[worker].signal("TERM");
                assert!(
                    self.workers[worker]
                        .ends_within(Duration::from_secs(40))
                        .await,
                    "a worker ignores SIGTERM: {}",
                    self.workers[worker].log_tail()
                );
                self.workers[worker].run();
            }
            AppFault::ProducerKilled => {
                self.producers[producer].signal("KILL");
                self.producers[producer].run();
            }
            AppFault::ClockJumps => {
                let ahead = AHEAD[die.random_range(0..AHEAD.len())];
                let process = match die.random_range(0..3) {
                    0 => &self.producers[producer],
                    _ => &self.workers[worker],
                };
                process.clock.set_ahead(self.world.ahead() + ahead);
                // Longer than from one look at the clock to the next.
                tokio::time::sleep(span * 4).await;
                process.clock.set_ahead(self.world.ahead());
            }
            AppFault::Server(fault) => self.inject_at_server(fault, span, die).await,
            AppFault::Vendor(fault) => self.inject_at_vendor(fault, die),
        }
        // Restarts crashed processes, as docker would.
        self.restart_stopped();
    }
}

/// All cards; with `MISEBAN_FAULT_KIND` those whose name contains it.
fn shuffled(die: &mut ChaCha8Rng) -> Vec<AppFault> {
    let wanted = std::env::var("MISEBAN_FAULT_KIND").unwrap_or_default();
    let cards = DECK.iter();
    let mut deck: Vec<AppFault> = cards
        .flat_map(|(kind, times)| std::iter::repeat_n(*kind, *times))
        .filter(|kind| format!("{kind:?}").contains(&wanted))
        .collect();
    deck.shuffle(die);
    deck
}
