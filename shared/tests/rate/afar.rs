//! Callers near the lane and far away from it, whose questions and answers are long on their way:
//! requests keep their distance all the same, and every caller has its turn.

use proptest::prelude::*;
use shared::domain::lane::Priority;
use shared::domain::rate::{
    Feedback, LaneState, Micros, TicketDecision, TicketLimits, Wake, margin,
};

const MS: Micros = 1_000;
const SECOND: Micros = 1_000 * MS;
const ROUNDS: u32 = 60;

/// How long a question and its answer may be on their way at most, in each direction.
#[derive(Debug, Clone)]
struct Road {
    longest: Micros,
    /// Parts of the longest time, in thousandths, one after the other.
    parts: Vec<Micros>,
}

fn roads() -> impl Strategy<Value = Vec<Road>> {
    let longest = prop_oneof![0..20 * MS, 150 * MS..400 * MS, 0..1_500 * MS];
    let parts = prop::collection::vec(0_i64..=1_000, 1..12);
    let road = (longest, parts).prop_map(|(longest, parts)| Road { longest, parts });
    prop::collection::vec(road, 1..6)
}

/// What is on its way or due next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Asks,
    Arrives,
    Answered(TicketDecision),
}

struct Caller {
    road: Road,
    at: Micros,
    step: Step,
    ticket: u64,
    travelled: usize,
    sent: u32,
}

impl Caller {
    fn way(&mut self) -> Micros {
        self.travelled += 1;
        let part = self.road.parts[self.travelled % self.road.parts.len()];
        self.road.longest * part / 1_000
    }

    fn limits(&self) -> TicketLimits {
        let horizon = 86_400 * SECOND;
        let near = TicketLimits {
            horizon,
            ..TicketLimits::default()
        };
        near.from_afar(2 * self.road.longest)
    }
}

struct World {
    lane: LaneState,
    callers: Vec<Caller>,
    tickets: u64,
    last_sent: Option<Micros>,
    headers: Vec<Option<f64>>,
    grants: usize,
    /// The gap at the last grant.
    gap: Micros,
}

impl World {
    fn step(&mut self) -> Result<(), TestCaseError> {
        let next = self
            .callers
            .iter()
            .enumerate()
            .min_by_key(|(_, caller)| caller.at);
        let who = next.expect("a caller").0;
        let caller = &mut self.callers[who];
        let (now, limits) = (caller.at, caller.limits());
        match caller.step {
            Step::Asks => {
                caller.at += caller.way();
                caller.step = Step::Arrives;
            }
            Step::Arrives => {
                let (ticket, way) = (caller.ticket, caller.way());
                let (decision, wake) = self.lane.take(ticket, Priority::Normal, now, &limits);
                caller.at += way;
                caller.step = Step::Answered(decision);
                if let TicketDecision::Go { .. } = decision {
                    self.gap = self.lane.period() + margin(self.lane.period());
                    self.check(now + way)?;
                }
                self.wake(wake, now);
            }
            Step::Answered(TicketDecision::AskAgainIn(wait)) => {
                caller.at += wait;
                caller.step = Step::Asks;
            }
            Step::Answered(TicketDecision::Go { granted_at, .. }) => {
                self.tickets += 1;
                (caller.ticket, caller.step) = (self.tickets, Step::Asks);
                caller.sent += 1;
                let header = self.headers.get(self.grants % self.headers.len().max(1));
                self.grants += 1;
                let feedback = Feedback {
                    rate_header: header.copied().flatten(),
                    ..Feedback::default()
                };
                let wake = self.lane.done(granted_at, &feedback, now);
                self.wake(wake, now);
            }
            Step::Answered(TicketDecision::TooLong(_)) => prop_assert!(false, "a day is enough"),
        }
        Ok(())
    }

    /// A request leaves when its grant arrives.
    fn check(&mut self, sent: Micros) -> Result<(), TestCaseError> {
        if let Some(last) = self.last_sent.replace(sent) {
            let apart = sent - last;
            prop_assert!(
                apart >= self.gap,
                "requests {apart} us apart, not {}",
                self.gap
            );
        }
        Ok(())
    }

    fn wake(&mut self, wake: Wake, now: Micros) {
        for caller in &mut self.callers {
            if wake == Wake::All && matches!(caller.step, Step::Asks) {
                caller.at = caller.at.min(now);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn however_far_away_the_callers_are_their_requests_keep_their_distance(
        roads in roads(),
        period in prop::sample::select(vec![500 * MS, 2_000 * MS, 10_000 * MS]),
        headers in prop::collection::vec(prop::option::of(0.05_f64..4.0), 0..6),
    ) {
        let farthest = roads.iter().map(|road| road.longest).max().unwrap_or(0);
        let callers = roads.into_iter().zip(1_u64..).map(|(road, ticket)| Caller {
            road, ticket, at: 0, step: Step::Asks, travelled: 0, sent: 0,
        });
        let callers: Vec<Caller> = callers.collect();
        let mut world = World {
            lane: LaneState::resumed(period, period, 0),
            tickets: u64::try_from(callers.len()).expect("few"),
            callers,
            last_sent: None,
            headers,
            grants: 0,
            gap: 0,
        };

        for _ in 0..20_000 {
            if world.callers.iter().map(|caller| caller.sent).sum::<u32>() >= ROUNDS {
                break;
            }
            world.step()?;
        }

        let sent: u32 = world.callers.iter().map(|caller| caller.sent).sum();
        prop_assert!(sent >= ROUNDS, "only {sent} requests were sent");
        let each = ROUNDS / u32::try_from(world.callers.len()).expect("few");
        let least = world.callers.iter().map(|caller| caller.sent).min();
        prop_assert!(least >= Some(each / 4), "{least:?} of {each}, {farthest} us away");
    }
}
