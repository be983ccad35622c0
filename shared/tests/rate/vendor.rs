//! A vendor with a bucket of one token behind a network with jitter, and workers that always send.

use shared::domain::lane::Priority;
use shared::domain::rate::{Feedback, LaneState, Micros, TicketDecision, TicketLimits, Wake};

const SECOND: Micros = 1_000_000;
const ONE_WAY: Micros = 55_000;
/// Twenty equally likely delays on the way: log-normal about 3 ms, as the figures of
/// `docs/limiter.md` assume.
const JITTER: [Micros; 20] = [
    930, 1_260, 1_500, 1_720, 1_900, 2_090, 2_290, 2_480, 2_680, 2_890, 3_110, 3_360, 3_640, 3_930,
    4_300, 4_730, 5_240, 5_980, 7_120, 9_730,
];

/// Numerical Recipes' linear congruential generator: the same history on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> Micros {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Micros::try_from((self.0 >> 33) % limit).expect("below 2^31")
    }

    fn jitter(&mut self) -> Micros {
        let usual = usize::try_from(self.below(20)).map_or(0, |place| JITTER[place]);
        let spike = if self.below(200) == 0 {
            self.below(160_000)
        } else {
            0
        };
        usual + spike
    }
}

#[derive(Clone, Copy)]
enum Worker {
    Asks(Micros, u64),
    Waits {
        arrives: Micros,
        answered: Micros,
        granted_at: Micros,
    },
}

impl Worker {
    fn next(self) -> Micros {
        match self {
            Self::Asks(at, _) => at,
            Self::Waits { answered, .. } => answered,
        }
    }
}

/// Accepts what arrives a period after the last that was accepted.
struct Vendor {
    period: Micros,
    full_at: Micros,
    accepted: i64,
    refused: i64,
}

impl Vendor {
    fn accept(&mut self, arrives: Micros) -> bool {
        let accepted = arrives >= self.full_at;
        if accepted {
            self.full_at = arrives + self.period;
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
        accepted
    }
}

struct World {
    lane: LaneState,
    vendor: Vendor,
    workers: Vec<Worker>,
    dice: Dice,
    tickets: u64,
}

impl World {
    fn new(period: Micros, workers: u64, seed: u64) -> Self {
        let workers = (0..workers)
            .map(|ticket| Worker::Asks(0, ticket))
            .collect::<Vec<_>>();
        Self {
            lane: LaneState::resumed(period, period, 0),
            vendor: Vendor {
                period,
                full_at: 0,
                accepted: 0,
                refused: 0,
            },
            tickets: u64::try_from(workers.len()).expect("few"),
            workers,
            dice: Dice(seed),
        }
    }

    fn run_until(&mut self, end: Micros) {
        loop {
            let next = self
                .workers
                .iter()
                .enumerate()
                .min_by_key(|(_, worker)| worker.next());
            let Some((who, worker)) = next.map(|(who, worker)| (who, *worker)) else {
                return;
            };
            let now = worker.next();
            if now > end {
                return;
            }
            match worker {
                Worker::Asks(_, ticket) => self.ask(who, ticket, now),
                Worker::Waits {
                    arrives,
                    granted_at,
                    ..
                } => self.answer(who, arrives, granted_at, now),
            }
        }
    }

    fn ask(&mut self, who: usize, ticket: u64, now: Micros) {
        let (decision, wake) = self.lane.take(
            ticket,
            Priority::Normal,
            now,
            &TicketLimits {
                horizon: 86_400 * SECOND,
                ..TicketLimits::default()
            },
        );
        self.wake(wake, now);
        self.workers[who] = match decision {
            TicketDecision::AskAgainIn(wait) => {
                Worker::Asks(now + wait + self.dice.below(1_000), ticket)
            }
            TicketDecision::Go { granted_at, .. } => {
                let arrives = now + ONE_WAY + self.dice.jitter();
                let answered = arrives + ONE_WAY + self.dice.jitter();
                Worker::Waits {
                    arrives,
                    answered,
                    granted_at,
                }
            }
            TicketDecision::TooLong(_) => panic!("the horizon is a day"),
        };
    }

    fn answer(&mut self, who: usize, arrives: Micros, granted_at: Micros, now: Micros) {
        let refused = !self.vendor.accept(arrives);
        let wake = self.lane.done(
            granted_at,
            &Feedback {
                refused,
                ..Feedback::default()
            },
            now,
        );
        self.wake(wake, now);
        self.tickets += 1;
        self.workers[who] = Worker::Asks(now, self.tickets);
    }

    fn wake(&mut self, wake: Wake, now: Micros) {
        if wake == Wake::All {
            for worker in &mut self.workers {
                if let Worker::Asks(at, _) = worker {
                    *at = (*at).min(now + 500);
                }
            }
        }
    }
}

/// Share of the quota that was used, and of the requests that were refused, in ten-thousandths.
fn measured(period: Micros, workers: u64, hours: Micros) -> (i64, i64) {
    let mut world = World::new(period, workers, 20_261_121);
    let end = hours * 3_600 * SECOND;
    world.run_until(end);
    let Vendor {
        accepted, refused, ..
    } = world.vendor;
    let used = accepted * period * 10_000 / end;
    (used, refused * 10_000 / (accepted + refused))
}

#[test]
fn a_lane_of_2_s_uses_97_percent_of_the_quota_with_few_refusals() {
    for workers in [1, 4, 64] {
        let (used, refused) = measured(2 * SECOND, workers, 6);

        assert!(used >= 9_700, "{workers} workers used {used} of 10,000");
        assert!(
            refused <= 100,
            "{workers} workers: {refused} of 10,000 refused"
        );
    }
}

#[test]
fn a_lane_of_10_s_uses_99_percent_of_the_quota_with_few_refusals() {
    for workers in [1, 4, 64] {
        let (used, refused) = measured(10 * SECOND, workers, 24);

        assert!(used >= 9_880, "{workers} workers used {used} of 10,000");
        assert!(
            refused <= 60,
            "{workers} workers: {refused} of 10,000 refused"
        );
    }
}
