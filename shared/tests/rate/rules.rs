//! Tests of single rules of a lane.

use proptest::prelude::*;
use shared::domain::lane::Priority;
use shared::domain::rate::{
    ConfiguredPeriod, Feedback, LaneState, Micros, TicketDecision, TicketLimits, Wake, margin,
    period_of_rate,
};

const SECOND: Micros = 1_000_000;
const PERIOD: Micros = 10 * SECOND;
const GAP: Micros = PERIOD + 50_000;
const LIMITS: TicketLimits = TicketLimits {
    grace: 250_000,
    horizon: 3_600 * SECOND,
};
const REFUSED: Feedback = Feedback {
    refused: true,
    rate_header: None,
    late: 0,
};

/// A lane that grants ticket 0 at instant 0.
fn lane() -> LaneState {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, 0);
    assert!(matches!(ask(&mut lane, 0, 0), TicketDecision::Go { .. }));
    lane
}

fn ask(lane: &mut LaneState, ticket: u64, now: Micros) -> TicketDecision {
    lane.take(ticket, Priority::Normal, now, &LIMITS).0
}

fn header(rate: f64) -> Feedback {
    Feedback {
        rate_header: Some(rate),
        ..Feedback::default()
    }
}

fn go(now: Micros) -> TicketDecision {
    TicketDecision::Go {
        granted_at: now,
        period: PERIOD,
    }
}

#[test]
fn the_lane_opens_a_period_and_a_margin_after_a_grant() {
    let mut lane = lane();

    let early = ask(&mut lane, 1, GAP - 1);
    let in_time = ask(&mut lane, 1, GAP);

    assert_eq!(early, TicketDecision::AskAgainIn(1));
    assert_eq!(in_time, go(GAP));
}

#[test]
fn a_late_caller_has_no_credit_and_wakes_no_one() {
    let mut lane = lane();
    let long_after = 3 * GAP + 1;

    let granted = lane.take(1, Priority::Normal, long_after, &LIMITS);
    assert_eq!(granted, (go(long_after), Wake::NoOne));
    assert_eq!(
        ask(&mut lane, 2, long_after),
        TicketDecision::AskAgainIn(GAP)
    );
}

#[test]
fn an_unknown_lane_waits_one_period() {
    let mut lane = LaneState::unknown(PERIOD);

    assert_eq!(ask(&mut lane, 1, 77), TicketDecision::AskAgainIn(GAP));
    assert_eq!(ask(&mut lane, 1, 77 + GAP), go(77 + GAP));
}

#[test]
fn a_lane_continues_from_the_previous_process() {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, 4 * SECOND);

    assert_eq!(ask(&mut lane, 1, 0), TicketDecision::AskAgainIn(4 * SECOND));
}

#[test]
fn a_lane_continues_at_the_pace_of_the_previous_process_until_a_header_says_another() {
    let mut lane = LaneState::resumed(PERIOD, 2 * PERIOD, 0);

    for _ in 0..100 {
        lane.done(0, &Feedback::default(), 0);
    }
    assert_eq!(lane.period(), 2 * PERIOD);

    lane.done(0, &header(0.1), 0);
    assert_eq!(lane.period(), PERIOD);
}

#[test]
fn a_header_reaches_the_opening_that_another_process_left() {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, GAP);

    lane.done(0, &header(0.2), SECOND);

    assert_eq!(lane.opens_at(), Some(5 * SECOND + 50_000));
}

#[test]
fn standbys_ask_shortly_after_the_opening_and_the_others_a_period_later_each() {
    let mut lane = lane();

    let waits: Vec<TicketDecision> = (1..=6).map(|ticket| ask(&mut lane, ticket, 0)).collect();

    let standby = |rank: i64| GAP + rank * 275_000;
    let expected = [
        GAP,
        standby(1),
        standby(2),
        standby(3),
        standby(3) + GAP,
        standby(3) + 2 * GAP,
    ];
    assert_eq!(waits, expected.map(TicketDecision::AskAgainIn));
    assert_eq!(lane.waiting(), 6);
}

#[test]
fn an_urgent_caller_goes_first() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);

    let urgent = lane.take(2, Priority::Urgent, SECOND, &LIMITS).0;
    let normal = ask(&mut lane, 1, GAP);
    let urgent_again = lane.take(2, Priority::Urgent, GAP, &LIMITS).0;

    assert_eq!(urgent, TicketDecision::AskAgainIn(GAP - SECOND));
    assert_eq!(normal, TicketDecision::AskAgainIn(275_000));
    assert_eq!(urgent_again, go(GAP));
}

#[test]
fn a_caller_beyond_the_horizon_keeps_no_ticket() {
    let mut lane = lane();
    let short = TicketLimits {
        horizon: 9 * SECOND,
        ..LIMITS
    };

    let (decision, _) = lane.take(1, Priority::Normal, 0, &short);

    assert_eq!(decision, TicketDecision::TooLong(GAP - 9 * SECOND));
    assert_eq!(lane.waiting(), 0);
    let (in_time, _) = lane.take(1, Priority::Normal, GAP - 9 * SECOND, &short);
    assert_eq!(in_time, TicketDecision::AskAgainIn(9 * SECOND));
}

#[test]
fn dead_heads_cost_a_little_more_than_a_grace_each_and_no_period() {
    for dead in 1..=3_u64 {
        let mut lane = lane();
        for ticket in 1..=dead {
            ask(&mut lane, ticket, 0);
        }
        let TicketDecision::AskAgainIn(wait) = ask(&mut lane, 9, 0) else {
            panic!("the lane is closed");
        };

        let (decision, wake) = lane.take(9, Priority::Normal, wait, &LIMITS);

        assert_eq!(decision, go(wait));
        assert_eq!(wake, Wake::All);
        assert_eq!(
            Micros::try_from(dead).map(|dead| GAP + dead * 275_000),
            Ok(wait)
        );
        assert_eq!(lane.waiting(), 0);
    }
}

#[test]
fn a_head_that_is_not_late_yet_keeps_its_place() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);

    let (decision, wake) = lane.take(2, Priority::Normal, GAP + 250_000, &LIMITS);

    assert_eq!(decision, TicketDecision::AskAgainIn(275_000));
    assert_eq!(wake, Wake::NoOne);
    assert_eq!(ask(&mut lane, 1, GAP + 250_000), go(GAP + 250_000));
}

#[test]
fn a_head_has_its_grace_from_the_opening_even_if_that_has_moved() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);
    let sent_later = Feedback {
        late: 30_000,
        ..Feedback::default()
    };
    lane.done(0, &sent_later, SECOND);
    let opened = GAP + 30_000;

    let in_time = ask(&mut lane, 2, opened + 250_000);
    let too_late = ask(&mut lane, 2, opened + 250_001);

    assert_eq!(in_time, TicketDecision::AskAgainIn(275_000));
    assert_eq!(too_late, go(opened + 250_001));
}

#[test]
fn a_pause_that_moves_the_opening_costs_the_head_no_place() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);
    lane.done(0, &REFUSED, GAP);
    let paused_until = GAP + PERIOD;

    let newcomer = lane.take(2, Priority::Normal, GAP + 300_000, &LIMITS);

    let behind_the_head = paused_until + 275_000 - (GAP + 300_000);
    assert_eq!(
        newcomer,
        (TicketDecision::AskAgainIn(behind_the_head), Wake::NoOne)
    );
}

#[test]
fn a_newcomer_drops_the_dead_head_and_no_standby_that_is_still_in_time() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);
    ask(&mut lane, 2, 0);

    let now = GAP + 260_000;
    let newcomer = lane.take(3, Priority::Normal, now, &LIMITS);

    assert_eq!(newcomer, (TicketDecision::AskAgainIn(275_000), Wake::All));
    assert_eq!(lane.waiting(), 2, "the head is dropped");
    assert_eq!(ask(&mut lane, 2, now), go(now));
}

#[test]
fn a_head_far_away_is_late_when_its_question_could_have_arrived() {
    let mut lane = lane();
    let far = LIMITS.from_afar(SECOND);
    lane.take(1, Priority::Normal, 0, &far);
    let due = GAP + SECOND;

    let in_time = ask(&mut lane, 2, due + 250_000);
    let too_late = ask(&mut lane, 2, due + 250_001);

    assert_eq!(in_time, TicketDecision::AskAgainIn(275_000));
    assert_eq!(too_late, go(due + 250_001));
}

#[test]
fn a_caller_far_away_grants_others_no_longer_grace_and_the_lane_opens_later_after_it() {
    let mut lane = lane();
    let far = LIMITS.from_afar(SECOND);
    ask(&mut lane, 1, 0);
    let granted_at = GAP + 250_001;

    let early = lane.take(2, Priority::Normal, granted_at - 1, &far).0;
    let granted = lane.take(2, Priority::Normal, granted_at, &far).0;

    assert_eq!(early, TicketDecision::AskAgainIn(275_000));
    assert_eq!(granted, go(granted_at));
    assert_eq!(lane.opens_at(), Some(granted_at + SECOND + GAP));
    // The answer to an earlier request has another rate.
    lane.done(0, &header(0.2), granted_at + SECOND);
    let gap = 5 * SECOND + 50_000;
    assert_eq!(lane.opens_at(), Some(granted_at + SECOND + gap));
}

#[test]
fn a_cancelled_ticket_leaves_its_place_to_the_next() {
    let mut lane = lane();
    ask(&mut lane, 1, 0);
    ask(&mut lane, 2, 0);

    let wake = lane.cancel(1);

    assert_eq!(wake, Wake::All);
    assert_eq!(ask(&mut lane, 2, 0), TicketDecision::AskAgainIn(GAP));
    assert_eq!(lane.cancel(1), Wake::NoOne);
}

#[test]
fn a_refusal_pauses_the_lane_for_one_period() {
    let mut lane = lane();
    let answered = 8 * SECOND;

    let wake = lane.done(0, &REFUSED, answered);

    assert_eq!(wake, Wake::All);
    assert_eq!(lane.opens_at(), Some(answered + PERIOD));
}

#[test]
fn two_refusals_in_six_responses_slow_the_lane_down() {
    let mut lane = lane();

    lane.done(0, &REFUSED, 0);
    let after_one = lane.period();
    for _ in 0..4 {
        lane.done(0, &Feedback::default(), 0);
    }
    lane.done(0, &REFUSED, 0);

    assert_eq!(after_one, PERIOD);
    assert_eq!(lane.period(), PERIOD * 143 / 100);
    let gap = lane.period() + margin(lane.period());
    assert!(
        lane.opens_at() >= Some(gap),
        "the opening moves with the pace"
    );
}

#[test]
fn refusals_far_apart_do_not_slow_the_lane_down() {
    let mut lane = lane();

    for _ in 0..9 {
        lane.done(0, &REFUSED, 0);
        for _ in 0..5 {
            lane.done(0, &Feedback::default(), 0);
        }
    }

    assert_eq!(lane.period(), PERIOD);
}

#[test]
fn twenty_responses_restore_5_percent_down_to_the_configured_period() {
    let mut lane = lane();
    lane.done(0, &REFUSED, 0);
    lane.done(0, &REFUSED, 0);
    let slow = lane.period();

    for _ in 0..20 {
        lane.done(0, &Feedback::default(), 0);
    }
    let after_twenty = lane.period();
    for _ in 0..200 {
        lane.done(0, &Feedback::default(), 0);
    }

    assert_eq!(after_twenty, slow * 100 / 105);
    assert_eq!(lane.period(), PERIOD);
}

#[test]
fn a_period_from_a_header_is_not_probed() {
    let mut lane = lane();
    lane.done(0, &header(0.05), 0);

    for _ in 0..100 {
        lane.done(0, &Feedback::default(), 0);
    }

    assert_eq!(lane.period(), 2 * PERIOD);
}

#[test]
fn endless_refusals_slow_the_lane_down_to_a_limit() {
    let mut lane = lane();

    for _ in 0..1_000 {
        lane.done(0, &REFUSED, 0);
    }

    assert_eq!(lane.period(), 20 * PERIOD);
}

#[test]
fn a_header_restores_a_slowed_lane_at_once() {
    for mut lane in [lane(), set_by_a_person()] {
        lane.done(0, &REFUSED, 0);
        lane.done(0, &REFUSED, 0);

        let wake = lane.done(0, &header(0.1), SECOND);

        assert_eq!(wake, Wake::All);
        assert_eq!(lane.period(), PERIOD);
    }
}

#[test]
fn a_header_within_half_a_percent_means_the_same_rate() {
    for (sent, followed) in [
        (9_949_999, true),
        (9_950_000, false),
        (10_050_000, false),
        (10_050_001, true),
    ] {
        let mut lane = lane();

        let wake = lane.done(0, &header(1e6 / f64::from(sent)), SECOND);

        let expected = if followed {
            (Micros::from(sent), Wake::All)
        } else {
            (PERIOD, Wake::NoOne)
        };
        assert_eq!((lane.period(), wake), expected, "{sent}");
    }
}

const HOUR: Micros = 3_600 * SECOND;

fn set_by_a_person() -> LaneState {
    LaneState::resumed(ConfiguredPeriod::Set(PERIOD), PERIOD, 0)
}

#[test]
fn a_rate_that_a_person_has_set_is_a_limit_and_a_header_only_slows_it() {
    let mut lane = set_by_a_person();

    lane.done(0, &header(4.0), 0);
    assert_eq!(lane.period(), PERIOD);
    lane.done(0, &header(0.05), 0);
    assert_eq!(lane.period(), 2 * PERIOD);
    lane.done(0, &header(4.0), 0);
    assert_eq!(lane.period(), PERIOD);
}

#[test]
fn a_higher_header_does_not_restore_a_lane_that_refusals_have_slowed_down() {
    let mut lane = set_by_a_person();
    for _ in 0..4 {
        lane.done(0, &REFUSED, 0);
    }
    let slow = lane.period();

    lane.done(0, &header(4.0), 0);
    assert_eq!(lane.period(), slow);
    for _ in 0..400 {
        lane.done(0, &header(4.0), 0);
    }
    assert_eq!(lane.period(), PERIOD, "it recovers step by step");
}

#[test]
fn a_higher_header_is_tried_until_it_is_refused_and_again_after_an_hour() {
    let mut lane = lane();
    lane.done(0, &header(20.0), 0);
    assert_eq!(lane.period(), SECOND / 20);

    lane.done(0, &REFUSED, SECOND);
    assert_eq!(lane.period(), SECOND / 20, "one refusal is no pattern");
    lane.done(0, &REFUSED, SECOND);
    assert_eq!(lane.period(), PERIOD);
    assert_eq!(lane.pace().default_until, SECOND + HOUR);
    lane.done(0, &header(20.0), HOUR);
    assert_eq!(lane.period(), PERIOD);
    lane.done(0, &header(20.0), SECOND + HOUR);
    assert_eq!(lane.period(), SECOND / 20);
}

#[test]
fn the_default_for_an_hour_outlives_the_process_and_no_clock_that_went_back() {
    let stored = LaneState::resumed(PERIOD, PERIOD, 0).with_default_until(2 * HOUR);
    let mut kept = stored.clone();
    let mut back = stored;

    kept.done(0, &header(20.0), HOUR);
    back.done(0, &header(20.0), HOUR - 1);

    assert_eq!(kept.period(), PERIOD);
    assert_eq!(back.period(), SECOND / 20);
}

#[test]
fn a_header_that_would_stop_the_lane_is_followed_to_the_longest_period_only() {
    for mut lane in [lane(), set_by_a_person()] {
        lane.done(0, &header(0.005), 0);
        assert_eq!(lane.period(), 20 * PERIOD);
        assert!(!lane.pace().is_nearly_stopped(), "it is the longest one");

        lane.done(0, &header(0.000_1), 0);

        assert_eq!(lane.period(), 20 * PERIOD);
        assert!(lane.pace().is_nearly_stopped());
        assert_eq!(lane.pace().header, 10_000 * SECOND);
        lane.done(0, &header(0.1), 0);
        assert_eq!(lane.period(), PERIOD);
        assert!(!lane.pace().is_nearly_stopped());
    }
}

proptest! {
    /// Whatever headers and refusals come, and whenever.
    #[test]
    fn no_answer_makes_a_lane_faster_than_a_person_has_set(
        answers in prop::collection::vec((any::<bool>(), prop::option::of(0.000_05_f64..50.0), 0..HOUR), 0..60),
    ) {
        let mut lane = set_by_a_person();
        let mut now = 0;
        for (refused, rate_header, later) in answers {
            now += later;
            lane.done(0, &Feedback { refused, rate_header, late: 0 }, now);
            prop_assert!((PERIOD..=20 * PERIOD).contains(&lane.period()), "{}", lane.period());
        }
    }
}

#[test]
fn a_request_sent_late_moves_the_opening_as_much() {
    let mut lane = lane();
    let left_after = |late| Feedback {
        late,
        ..Feedback::default()
    };

    lane.done(0, &left_after(30_000), SECOND);
    let moved = lane.opens_at();
    lane.done(-5, &left_after(SECOND), SECOND);

    assert_eq!(moved, Some(GAP + 30_000));
    assert_eq!(lane.opens_at(), moved, "an earlier grant moves nothing");
}

#[test]
fn no_request_is_sent_after_its_response() {
    let mut lane = lane();
    let bogus = Feedback {
        late: 3_600 * SECOND,
        ..Feedback::default()
    };

    lane.done(0, &bogus, SECOND);

    assert_eq!(lane.opens_at(), Some(GAP + SECOND));
}

#[test]
fn a_dead_head_does_not_outlive_a_clock_that_went_back() {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, 7_200 * SECOND);
    ask(&mut lane, 1, 7_200 * SECOND - SECOND);
    let an_hour_earlier = 3_600 * SECOND;
    ask(&mut lane, 2, an_hour_earlier);

    let TicketDecision::AskAgainIn(wait) = ask(&mut lane, 2, an_hour_earlier) else {
        panic!("one period has to pass");
    };

    assert!(wait <= GAP + 275_000, "{wait}");
    assert!(matches!(
        ask(&mut lane, 2, an_hour_earlier + wait),
        TicketDecision::Go { .. }
    ));
}

#[test]
fn a_pause_does_not_outlive_a_clock_that_went_back() {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, 7_200 * SECOND);
    ask(&mut lane, 1, 7_200 * SECOND);
    lane.done(7_200 * SECOND, &REFUSED, 7_201 * SECOND);

    let decision = ask(&mut lane, 2, 3_600 * SECOND);

    assert_eq!(decision, TicketDecision::AskAgainIn(GAP));
}

#[test]
fn a_caller_that_reads_the_clock_before_it_gets_the_lock_is_no_step_back() {
    let mut lane = LaneState::resumed(PERIOD, PERIOD, 0);
    ask(&mut lane, 1, 1_000);

    let (decision, wake) = lane.take(2, Priority::Normal, 900, &LIMITS);

    assert_eq!(decision, TicketDecision::AskAgainIn(GAP + 100));
    assert_eq!(wake, Wake::NoOne);
}

#[test]
fn a_step_back_counts_when_it_is_longer_than_a_margin() {
    let stepped = |back: Micros| {
        let mut lane = LaneState::resumed(PERIOD, PERIOD, 0);
        ask(&mut lane, 1, SECOND);
        lane.take(2, Priority::Normal, SECOND - back, &LIMITS)
    };

    let waits = |wait, wake| (TicketDecision::AskAgainIn(wait), wake);
    assert_eq!(stepped(50_000), waits(GAP + 50_000, Wake::NoOne));
    assert_eq!(stepped(50_001), waits(GAP, Wake::All));
}

#[test]
fn rates_that_no_vendor_grants_are_no_rates() {
    for rate in [0.0, -1.0, 0.000_01, 1e9, f64::NAN, f64::INFINITY] {
        assert_eq!(period_of_rate(rate), None, "{rate}");
    }
    assert_eq!(period_of_rate(0.1), Some(PERIOD));
    assert_eq!(period_of_rate(0.033), Some(30_303_030));
}

#[test]
fn the_margin_is_25_ms_at_2_s_and_50_ms_at_10_s() {
    let margins = [100_000, 2 * SECOND, 10 * SECOND, 30 * SECOND].map(margin);

    assert_eq!(margins, [10_000, 25_000, 50_000, 50_000]);
}

proptest! {
    #[test]
    fn a_header_moves_the_opening_to_the_last_grant_and_the_new_gap(
        granted in 0..PERIOD, milli_rate in 1_u32..10_000, later in 0..PERIOD,
    ) {
        let mut lane = LaneState::resumed(PERIOD, PERIOD, 0);
        ask(&mut lane, 1, granted);

        let wake = lane.done(granted, &header(f64::from(milli_rate) / 1000.0), granted + later);

        let sent = period_of_rate(f64::from(milli_rate) / 1000.0).expect("a rate").min(20 * PERIOD);
        let same = (sent - PERIOD).abs() <= PERIOD / 200;
        let period = if same { PERIOD } else { sent };
        prop_assert_eq!(wake, if same { Wake::NoOne } else { Wake::All });
        prop_assert_eq!(lane.period(), period);
        prop_assert_eq!(lane.opens_at(), Some(granted + period + margin(period)));
    }

    #[test]
    fn a_clock_that_steps_back_costs_one_period_at_most(
        step in 0..100 * PERIOD, waited in 0..3 * PERIOD, refused in any::<bool>(),
    ) {
        let start = 1_000 * PERIOD;
        let mut lane = LaneState::resumed(PERIOD, PERIOD, start);
        ask(&mut lane, 1, start);
        lane.done(start, &Feedback { refused, ..Feedback::default() }, start + SECOND);

        let decision = ask(&mut lane, 2, start + waited - step);

        if let TicketDecision::AskAgainIn(wait) = decision {
            prop_assert!(wait <= GAP + margin(PERIOD), "{wait}");
            let asked = start + waited - step + wait;
            let granted = matches!(ask(&mut lane, 2, asked), TicketDecision::Go { .. });
            prop_assert!(granted);
        }
    }
}
