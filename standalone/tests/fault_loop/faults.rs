//! Injects one random fault after the other, from a fixed seed.

use crate::servers::DiskState;
use crate::{Installation, OFFERS};
use adapters::clock::SystemClock;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::ports::clock::Clock as _;
use simulator::{Fault, FaultKind};
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
    RedisRestarted,
    RedisLost,
    RedisFlushed,
    PostgresRestarted,
    RedisCut,
    PostgresCut,
    AmazonThrottles,
    AmazonFails,
    AmazonCuts,
    AmazonEndsTokens,
    ShopFails,
    ShopCuts,
    ShopLosesAnswers,
    ShopEndsTokens,
}

/// The faults by weight: workers fail more often than servers.
const DIE: [AppFault; 29] = [
    AppFault::WorkerKilled,
    AppFault::WorkerKilled,
    AppFault::WorkerKilled,
    AppFault::WorkerKilled,
    AppFault::WorkerFrozen,
    AppFault::WorkerFrozen,
    AppFault::WorkerFrozen,
    AppFault::WorkerReplaced,
    AppFault::WorkerReplaced,
    AppFault::ProducerKilled,
    AppFault::ClockJumps,
    AppFault::ClockJumps,
    AppFault::RedisRestarted,
    AppFault::RedisLost,
    AppFault::RedisFlushed,
    AppFault::PostgresRestarted,
    AppFault::PostgresRestarted,
    AppFault::RedisCut,
    AppFault::PostgresCut,
    AppFault::AmazonThrottles,
    AppFault::AmazonFails,
    AppFault::AmazonCuts,
    AppFault::AmazonEndsTokens,
    AppFault::ShopFails,
    AppFault::ShopCuts,
    AppFault::ShopLosesAnswers,
    AppFault::ShopLosesAnswers,
    AppFault::ShopLosesAnswers,
    AppFault::ShopEndsTokens,
];

/// The edit is made, and the answer does not say so.
const LOST_ANSWERS: [FaultKind; 9] = [
    FaultKind::Cut,
    FaultKind::Truncate,
    FaultKind::Malformed,
    FaultKind::WrongTypes,
    FaultKind::LateStatus,
    FaultKind::LateHtml,
    FaultKind::Empty,
    FaultKind::OldValues,
    FaultKind::OtherItem,
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
        let mut counts = FaultCounts::default();
        let begun = Instant::now();
        while begun.elapsed() < lasts {
            let kind = DIE[die.random_range(0..DIE.len())];
            let span = Duration::from_millis(die.random_range(200..3_000));
            println!(
                "{} {kind:?} for {span:?}",
                SystemClock.now().format("%T%.3f")
            );
            self.inject(kind, span, &mut die).await;
            *counts.0.entry(kind).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(die.random_range(300..2_500))).await;
        }
        self.simulator.clear_faults();
        self.restart_stopped();
        counts
    }

    async fn inject(&mut self, kind: AppFault, span: Duration, die: &mut ChaCha8Rng) {
        let worker = die.random_range(0..self.workers.len());
        let producer = die.random_range(0..self.producers.len());
        let times = die.random_range(1..4);
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
                process.clock.set_ahead(ahead);
                // Longer than from one look at the clock to the next.
                tokio::time::sleep(span * 4).await;
                process.clock.set_ahead(0);
            }
            AppFault::RedisRestarted => self.redis.restart(DiskState::Kept, span).await,
            AppFault::RedisLost => self.redis.restart(DiskState::Lost, span).await,
            AppFault::RedisFlushed => self.redis.flush(),
            AppFault::PostgresRestarted => self.postgres.restart(),
            AppFault::RedisCut => self.redis.proxy.cut(),
            AppFault::PostgresCut => self.postgres.proxy.cut(),
            AppFault::AmazonThrottles => self.fault(OFFERS, FaultKind::Throttle, times),
            AppFault::AmazonFails => self.fault(OFFERS, FaultKind::Status, times),
            AppFault::AmazonCuts => self.fault(OFFERS, FaultKind::Cut, 1),
            AppFault::AmazonEndsTokens => self.fault(OFFERS, FaultKind::TokenExpiry, 1),
            AppFault::ShopFails => self.fault("items/edit", FaultKind::Status, times),
            AppFault::ShopCuts => self.fault("items/edit", FaultKind::Cut, 1),
            // Often more than the attempts of an update.
            AppFault::ShopLosesAnswers => {
                let kind = LOST_ANSWERS[die.random_range(0..LOST_ANSWERS.len())];
                self.fault("items/edit", kind, times * 4);
            }
            AppFault::ShopEndsTokens => self.fault("items/edit", FaultKind::TokenExpiry, 1),
        }
        // Restarts crashed processes, as docker would.
        self.restart_stopped();
    }

    fn fault(&self, operation: &str, kind: FaultKind, times: u64) {
        let fault = Fault::new(operation, kind).times(times);
        self.simulator.add_fault(fault).expect("a fault");
    }
}
