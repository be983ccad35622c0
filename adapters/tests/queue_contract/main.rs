//! The contract of the queue: one suite, run on every implementation.

mod suite;

use adapters::queue::LocalQueue;

/// Each sentence of the suite as a test of one implementation.
macro_rules! contract {
    ($name:ident, $open:expr, $($sentence:ident),+ $(,)?) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(start_paused = true)]
                async fn $sentence() {
                    suite::$sentence(&$open).await;
                }
            )+
        }
    };
}

contract!(
    local,
    LocalQueue::new(),
    a_message_is_pushed_once_while_it_is_alive,
    a_message_that_is_done_can_be_pushed_again,
    urgent_messages_go_before_normal_ones_and_first_in_goes_first_out,
    an_idle_claim_is_woken_by_a_push,
    a_claim_without_a_message_ends_after_its_patience,
    a_claim_that_is_dropped_while_it_waits_takes_nothing,
    a_delayed_message_comes_at_its_time_and_not_before,
    a_lease_that_ends_gives_the_message_to_the_next_and_fences_the_first,
    a_renewed_lease_keeps_the_message,
    a_deferred_message_comes_back_without_having_cost_an_attempt,
    a_retried_message_comes_back_with_its_attempt_counted,
    a_dead_message_is_counted_and_never_comes_back,
    a_claim_is_settled_once,
    queues_do_not_mix,
);
