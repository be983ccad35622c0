//! What happens to the app at night: one thing after the other, by a die with a known seed.

use crate::servers::Memory;
use crate::{OFFERS, World};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use simulator::{Fault, FaultKind};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    WorkerKilled,
    WorkerFrozen,
    WorkerReplaced,
    ProducerKilled,
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
    ShopEndsTokens,
}

/// The die: workers fall more often than servers do.
const FACES: [Kind; 24] = [
    Kind::WorkerKilled,
    Kind::WorkerKilled,
    Kind::WorkerKilled,
    Kind::WorkerKilled,
    Kind::WorkerFrozen,
    Kind::WorkerFrozen,
    Kind::WorkerFrozen,
    Kind::WorkerReplaced,
    Kind::WorkerReplaced,
    Kind::ProducerKilled,
    Kind::RedisRestarted,
    Kind::RedisLost,
    Kind::RedisFlushed,
    Kind::PostgresRestarted,
    Kind::PostgresRestarted,
    Kind::RedisCut,
    Kind::PostgresCut,
    Kind::AmazonThrottles,
    Kind::AmazonFails,
    Kind::AmazonCuts,
    Kind::AmazonEndsTokens,
    Kind::ShopFails,
    Kind::ShopCuts,
    Kind::ShopEndsTokens,
];

/// How often each thing has happened.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<Kind, u32>);

impl World {
    /// Makes trouble for as long as told, and leaves everything as it should be.
    pub async fn trouble(&mut self, lasts: Duration, seed: u64) -> Told {
        let mut die = ChaCha8Rng::seed_from_u64(seed);
        let mut told = Told::default();
        let begun = Instant::now();
        while begun.elapsed() < lasts {
            let kind = FACES[die.random_range(0..FACES.len())];
            let span = Duration::from_millis(die.random_range(200..3_000));
            println!(
                "{} {kind:?} for {span:?}",
                chrono::Utc::now().format("%T%.3f")
            );
            self.suffer(kind, span, &mut die).await;
            *told.0.entry(kind).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(die.random_range(300..2_500))).await;
        }
        self.simulator.clear_faults();
        self.everybody_at_work();
        told
    }

    async fn suffer(&mut self, kind: Kind, span: Duration, die: &mut ChaCha8Rng) {
        let worker = die.random_range(0..self.workers.len());
        let producer = die.random_range(0..self.producers.len());
        let times = die.random_range(1..4);
        match kind {
            Kind::WorkerKilled => {
                self.workers[worker].signal("KILL");
                tokio::time::sleep(span).await;
                self.workers[worker].run();
            }
            // Sometimes longer than its leases last.
            Kind::WorkerFrozen => {
                self.workers[worker].signal("STOP");
                tokio::time::sleep(span * 4).await;
                self.workers[worker].signal("CONT");
            }
            Kind::WorkerReplaced => {
                self.workers[worker].signal("TERM");
                assert!(
                    self.workers[worker]
                        .ends_within(Duration::from_secs(40))
                        .await,
                    "a worker that was told to stop goes on: {}",
                    self.workers[worker].last_words()
                );
                self.workers[worker].run();
            }
            Kind::ProducerKilled => {
                self.producers[producer].signal("KILL");
                self.producers[producer].run();
            }
            Kind::RedisRestarted => self.redis.restart(Memory::Kept, span).await,
            Kind::RedisLost => self.redis.restart(Memory::Lost, span).await,
            Kind::RedisFlushed => self.redis.flush(),
            Kind::PostgresRestarted => self.postgres.restart(),
            Kind::RedisCut => self.redis.street.cut(),
            Kind::PostgresCut => self.postgres.street.cut(),
            Kind::AmazonThrottles => self.fault(OFFERS, FaultKind::Throttle, times),
            Kind::AmazonFails => self.fault(OFFERS, FaultKind::Status, times),
            Kind::AmazonCuts => self.fault(OFFERS, FaultKind::Cut, 1),
            Kind::AmazonEndsTokens => self.fault(OFFERS, FaultKind::TokenExpiry, 1),
            Kind::ShopFails => self.fault("items/edit", FaultKind::Status, times),
            Kind::ShopCuts => self.fault("items/edit", FaultKind::Cut, 1),
            Kind::ShopEndsTokens => self.fault("items/edit", FaultKind::TokenExpiry, 1),
        }
        // Whoever could not bear it is there again, as docker would see to.
        self.everybody_at_work();
    }

    fn fault(&self, operation: &str, kind: FaultKind, times: u64) {
        let fault = Fault::new(operation, kind).times(times);
        self.simulator.add_fault(fault).expect("a fault");
    }
}
