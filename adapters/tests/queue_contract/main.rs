//! The contract of the queue: one suite, run on every implementation; and what only Redis can fail at.
//! Redis runs in real time, the queue of one process on paused time.

mod desk;
mod faults;
mod redis_only;
mod server;
mod suite;
mod view;

use adapters::queue::{LocalQueue, RedisQueue};

/// A test of each implementation for each sentence.
macro_rules! contract {
    ($($file:ident::$sentence:ident),+ $(,)?) => {
        mod local {
            use super::*;
            $(
                #[tokio::test(start_paused = true)]
                async fn $sentence() {
                    $file::$sentence(&LocalQueue::new()).await;
                }
            )+
        }
        mod redis {
            use super::*;
            $(
                #[tokio::test]
                async fn $sentence() {
                    let link = server::link(&server::shared_url()).await;
                    $file::$sentence(&RedisQueue::new(link)).await;
                }
            )+
        }
    };
}

contract!(
    suite::a_message_is_pushed_once_while_it_is_alive,
    suite::a_message_that_is_done_can_be_pushed_again,
    suite::more_messages_than_one_call_takes_keep_their_order,
    suite::urgent_messages_go_before_normal_ones_and_first_in_goes_first_out,
    suite::several_are_claimed_in_their_order_and_no_more_than_there_are,
    suite::places_that_become_free_while_a_claim_waits_are_claimed_for,
    suite::what_is_settled_at_the_same_moment_is_settled_once_each,
    suite::what_is_pushed_at_the_same_moment_is_counted_for_each_caller,
    suite::an_idle_claim_is_woken_by_a_push,
    suite::a_claim_without_a_message_ends_after_its_patience,
    suite::a_claim_that_is_dropped_while_it_waits_takes_nothing,
    suite::a_delayed_message_comes_at_its_time_and_not_before,
    suite::messages_of_one_delay_keep_their_order,
    suite::a_lease_that_ends_gives_the_message_to_the_next_and_fences_the_first,
    suite::a_renewed_lease_keeps_the_message,
    suite::a_deferred_message_comes_back_without_having_cost_an_attempt,
    suite::a_retried_message_comes_back_with_its_attempt_counted,
    suite::a_dead_message_is_counted_and_never_comes_back,
    suite::a_claim_is_settled_once,
    suite::queues_do_not_mix,
    desk::the_dead_are_listed_with_error_and_attempts_the_last_one_first,
    desk::a_dead_message_that_is_retried_starts_anew,
    desk::a_dead_message_whose_id_is_alive_again_is_only_taken_off_the_list,
    desk::dead_messages_that_are_retried_together_keep_the_order_asked_for,
    desk::a_dead_message_that_is_discarded_is_gone,
    desk::what_is_not_dead_is_neither_retried_nor_discarded,
    desk::the_dead_list_is_capped_and_counts_what_it_cut,
    desk::a_long_error_is_clipped_between_characters,
    desk::a_paused_queue_gives_nothing_and_takes_everything,
    desk::a_resumed_queue_wakes_a_waiting_claim,
    desk::the_oldest_ready_message_tells_its_age,
    view::ready_messages_are_listed_by_pages_in_the_order_of_claims,
    view::a_page_holds_no_more_than_its_limit,
    view::each_message_tells_where_it_stands_and_for_how_long,
    view::a_message_is_found_wherever_it_stands,
    view::an_id_that_died_and_lives_again_is_found_twice,
    view::ready_messages_are_counted_by_rank,
    view::whoever_claims_or_renews_is_known_as_a_worker_of_that_queue,
    view::a_worker_of_a_paused_queue_is_known_too,
);
