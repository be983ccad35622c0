//! Random histories of one lane: callers arrive, ask again, cancel and die; responses arrive late,
//! refuse and carry new rates; the clock steps back.

use proptest::prelude::*;
use shared::domain::lane::Priority;
use shared::domain::rate::{
    Feedback, LaneState, Micros, TicketDecision, TicketLimits, Wake, margin,
};
use std::collections::VecDeque;

const MS: Micros = 1_000;
const LIMITS: TicketLimits = TicketLimits {
    grace: 250 * MS,
    horizon: Micros::MAX / 4,
};
/// The most that a live caller asks, or a request is sent, too late.
const LATE: Micros = 20 * MS;

#[derive(Debug, Clone)]
enum Act {
    Arrive(Priority),
    Cancel(prop::sample::Index),
    Die(prop::sample::Index),
    StepBack(Micros),
}

#[derive(Debug, Clone)]
struct Answer {
    latency: Micros,
    refused: bool,
    /// The rate in the header, as a multiple of the configured one.
    header: Option<f64>,
    late: Micros,
}

#[derive(Debug, Clone)]
struct Script {
    period: Micros,
    known: bool,
    acts: Vec<(Micros, Act)>,
    answers: Vec<Answer>,
    oversleep: Vec<Micros>,
}

fn scripts() -> impl Strategy<Value = Script> {
    let act = prop_oneof![
        6 => Just(Act::Arrive(Priority::Normal)),
        2 => Just(Act::Arrive(Priority::Urgent)),
        1 => any::<prop::sample::Index>().prop_map(Act::Cancel),
        1 => any::<prop::sample::Index>().prop_map(Act::Die),
        1 => (0..100_000 * MS).prop_map(Act::StepBack),
    ];
    let answer = (0..5_000 * MS, 0_u32..8, 0_usize..8, 0..LATE).prop_map(
        |(latency, refused, header, late)| Answer {
            latency,
            refused: refused == 0,
            header: [0.5, 1.0, 2.0].get(header).copied(),
            late,
        },
    );
    let period = prop::sample::select(vec![100 * MS, 2_000 * MS, 10_000 * MS]);
    let pause = prop_oneof![0..50 * MS, 0..20_000 * MS];
    (
        period,
        any::<bool>(),
        prop::collection::vec((pause, act), 1..40),
        prop::collection::vec(answer, 0..40),
        prop::collection::vec(0..LATE, 1..10),
    )
        .prop_map(|(period, known, acts, answers, oversleep)| Script {
            period,
            known,
            acts,
            answers,
            oversleep,
        })
}

#[derive(Debug)]
struct Caller {
    ticket: u64,
    priority: Priority,
    asks_at: Micros,
    alive: bool,
}

/// A lane and its callers in real time. The lane's clock may lag behind.
struct World {
    lane: LaneState,
    configured: Micros,
    now: Micros,
    lag: Micros,
    callers: Vec<Caller>,
    in_flight: Vec<(Micros, Micros, Answer)>,
    acts: VecDeque<(Micros, Act)>,
    answers: VecDeque<Answer>,
    oversleep: Vec<Micros>,
    tickets: u64,
    last_grant: Option<Micros>,
    /// The real time of the last refusal, and the shortest period since then.
    refusal: Option<(Micros, Micros)>,
    waits: u64,
}

impl World {
    fn new(script: Script) -> Self {
        let start = 1_000_000_000 * MS;
        let mut at = start;
        let acts = script.acts.into_iter().map(|(pause, act)| {
            at += pause;
            (at, act)
        });
        Self {
            lane: if script.known {
                LaneState::resumed(script.period, script.period, start)
            } else {
                LaneState::unknown(script.period)
            },
            configured: script.period,
            now: start,
            lag: 0,
            callers: Vec::new(),
            in_flight: Vec::new(),
            acts: acts.collect(),
            answers: script.answers.into(),
            oversleep: script.oversleep,
            tickets: 0,
            last_grant: None,
            refusal: None,
            waits: 0,
        }
    }

    fn gap(&self) -> Micros {
        self.lane.period() + margin(self.lane.period())
    }

    /// Runs until every live caller has a grant and every response has arrived.
    fn run(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..50_000 {
            let act = self.acts.front().map(|(at, _)| *at);
            let answer = self.in_flight.iter().map(|(at, ..)| *at).min();
            let ask = self
                .callers
                .iter()
                .filter(|caller| caller.alive)
                .map(|caller| caller.asks_at)
                .min();
            let Some(next) = [act, answer, ask].into_iter().flatten().min() else {
                return Ok(());
            };
            self.now = self.now.max(next);
            if act == Some(next) {
                self.act();
            } else if answer == Some(next) {
                self.answer(next);
            } else {
                self.ask(next)?;
            }
        }
        Err(TestCaseError::fail("a caller waits forever"))
    }

    fn act(&mut self) {
        let Some((_, act)) = self.acts.pop_front() else {
            return;
        };
        match act {
            Act::Arrive(priority) => {
                self.tickets += 1;
                self.callers.push(Caller {
                    ticket: self.tickets,
                    priority,
                    asks_at: self.now,
                    alive: true,
                });
            }
            Act::StepBack(step) => self.lag += step,
            Act::Cancel(index) if !self.callers.is_empty() => {
                let caller = self.callers.remove(index.index(self.callers.len()));
                let wake = self.lane.cancel(caller.ticket);
                self.wake(wake);
            }
            Act::Die(index) if !self.callers.is_empty() => {
                let place = index.index(self.callers.len());
                self.callers[place].alive = false;
            }
            Act::Cancel(_) | Act::Die(_) => {}
        }
    }

    fn answer(&mut self, at: Micros) {
        let place = self
            .in_flight
            .iter()
            .position(|(due, ..)| *due == at)
            .expect("a response is due");
        let (_, granted_at, answer) = self.in_flight.remove(place);
        let configured = f64::from(u32::try_from(self.configured).expect("seconds"));
        let feedback = Feedback {
            refused: answer.refused,
            rate_header: answer.header.map(|factor| factor * 1e6 / configured),
            late: answer.late,
        };
        let wake = self.lane.done(granted_at, &feedback, self.now - self.lag);
        if answer.refused {
            self.refusal = Some((self.now, self.lane.period()));
        }
        self.wake(wake);
    }

    fn ask(&mut self, at: Micros) -> Result<(), TestCaseError> {
        let due = |caller: &Caller| caller.alive && caller.asks_at == at;
        let place = self.callers.iter().position(due).expect("a caller is due");
        let (ticket, priority) = (self.callers[place].ticket, self.callers[place].priority);
        let (decision, wake) = self
            .lane
            .take(ticket, priority, self.now - self.lag, &LIMITS);
        match decision {
            TicketDecision::AskAgainIn(wait) => {
                if self.lane.waiting() == 1 {
                    let longest = self.gap() + margin(self.lane.period()) + LATE;
                    prop_assert!(wait <= longest, "the only caller waits {wait} us");
                }
                self.waits += 1;
                let turn = usize::try_from(self.waits).expect("few") % self.oversleep.len();
                self.callers[place].asks_at = self.now + wait + self.oversleep[turn];
            }
            TicketDecision::Go { granted_at, .. } => {
                self.check_grant(place)?;
                self.callers.remove(place);
                let answer = self.answers.pop_front().unwrap_or(Answer {
                    latency: 100 * MS,
                    refused: false,
                    header: None,
                    late: 0,
                });
                self.in_flight
                    .push((self.now + answer.latency, granted_at, answer));
                self.last_grant = Some(self.now);
            }
            TicketDecision::TooLong(_) => prop_assert!(false, "the horizon has no end"),
        }
        self.wake(wake);
        Ok(())
    }

    fn check_grant(&mut self, place: usize) -> Result<(), TestCaseError> {
        let granted = &self.callers[place];
        let (gap, period) = (self.gap(), self.lane.period());
        if let Some(last) = self.last_grant {
            let apart = self.now - last;
            prop_assert!(apart >= gap, "grants {apart} us apart instead of {gap}");
        }
        if let Some((refused, shortest)) = self.refusal {
            let pause = self.now - refused;
            prop_assert!(pause >= shortest.min(period), "{pause} us after a refusal");
        }
        // Callers are in order of arrival; one that has not asked yet is not in the queue.
        let earlier = |(other, caller): (usize, &Caller)| {
            let asked = caller.asks_at > self.now || other < place;
            let first = (caller.priority, caller.ticket) < (granted.priority, granted.ticket);
            caller.alive && asked && first
        };
        let overtaken = self
            .callers
            .iter()
            .enumerate()
            .find(|caller| earlier(*caller));
        prop_assert!(overtaken.is_none(), "{granted:?} overtakes {overtaken:?}");
        Ok(())
    }

    fn wake(&mut self, wake: Wake) {
        if let Some((_, shortest)) = &mut self.refusal {
            *shortest = (*shortest).min(self.lane.period());
        }
        if wake == Wake::All {
            for caller in &mut self.callers {
                caller.asks_at = caller.asks_at.min(self.now + MS);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// In every history: grants keep their distance, a refusal pauses the lane, urgent callers go
    /// first and the others in order of arrival, every caller gets a grant, a caller alone waits
    /// one period at most, and no ticket is left behind.
    #[test]
    fn a_lane_keeps_its_guarantees_in_every_history(script in scripts()) {
        let mut world = World::new(script);

        world.run()?;

        // The next caller detects dead callers.
        let much_later = world.now - world.lag + 1_000_000_000 * MS;
        world.lane.take(u64::MAX, Priority::Normal, much_later, &LIMITS);
        world.lane.cancel(u64::MAX);
        let even_later = much_later + world.gap();
        let (decision, _) = world.lane.take(u64::MAX, Priority::Normal, even_later, &LIMITS);
        let granted = matches!(decision, TicketDecision::Go { .. });
        prop_assert!(granted, "{decision:?}");
        prop_assert_eq!(world.lane.waiting(), 0);
    }
}
