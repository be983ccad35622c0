//! The conformance suite of the queue, run on both implementations, and tests of Redis faults.
//! Redis runs in real time, the local queue on paused time.

mod addresses;
mod admin;
mod failover;
mod faults;
mod owner;
mod redis_only;
mod server;
mod suite;
#[path = "../tcp_proxy/mod.rs"]
mod tcp_proxy;
mod view;

use adapters::queue::{LocalQueue, RedisQueue};

/// One test of each implementation for each function.
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
    suite::a_message_that_waits_for_a_reset_is_due_when_it_is_pushed_again,
    suite::a_waiting_claim_is_woken_by_a_message_that_becomes_due,
    suite::a_message_in_its_back_off_keeps_its_delay,
    suite::more_messages_than_one_call_takes_keep_their_order,
    suite::urgent_messages_go_before_normal_ones_and_first_in_goes_first_out,
    suite::several_are_claimed_in_their_order_and_no_more_than_there_are,
    suite::slots_that_become_free_during_a_claim_are_used,
    suite::concurrent_settlements_count_once_each,
    suite::concurrent_pushes_are_counted_for_each_caller,
    suite::an_idle_claim_is_woken_by_a_push,
    suite::a_claim_without_a_message_ends_after_its_timeout,
    suite::a_claim_that_is_dropped_while_it_waits_claims_nothing,
    suite::a_delayed_message_is_ready_when_due_and_not_before,
    suite::messages_of_one_delay_keep_their_order,
    suite::an_ended_lease_frees_the_message_and_fences_the_first_claim,
    suite::a_renewed_lease_keeps_the_message,
    suite::a_deferred_message_returns_without_spending_an_attempt,
    suite::a_retried_message_returns_with_its_attempt_counted,
    suite::a_dead_message_is_counted_and_never_returns,
    suite::a_claim_is_settled_once,
    suite::queues_do_not_mix,
    admin::dead_messages_are_listed_with_their_errors_newest_first,
    admin::a_retried_dead_message_has_its_attempts_reset,
    admin::a_dead_message_whose_id_is_alive_is_only_removed_from_the_list,
    admin::dead_messages_retried_together_keep_the_given_order,
    admin::a_discarded_dead_message_is_deleted,
    admin::only_dead_messages_are_retried_or_discarded,
    admin::the_dead_list_is_capped_and_counts_what_it_cut,
    admin::a_long_error_is_clipped_between_characters,
    admin::a_paused_queue_accepts_messages_but_no_claims,
    admin::a_resumed_queue_wakes_a_waiting_claim,
    admin::the_stats_have_the_age_of_the_oldest_ready_message,
    view::ready_messages_are_listed_by_pages_in_the_order_of_claims,
    view::a_page_holds_no_more_than_its_limit,
    view::a_message_has_its_state_and_its_times,
    view::a_message_is_found_in_every_state,
    view::an_id_that_is_dead_and_alive_is_found_twice,
    view::ready_messages_are_counted_by_rank,
    view::a_process_that_claims_or_renews_is_a_worker_of_the_queue,
    view::a_paused_queue_lists_its_workers,
);
