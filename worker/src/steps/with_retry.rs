//! Keeps an answer of a vendor while the database is unavailable, and stores it afterwards.

use crate::job_outage::KeptAnswer;
use backon::{ExponentialBuilder, Retryable as _};
use shared::domain::retry::PATIENCE;
use shared::ports::store::StoreError;
use std::time::Duration;

/// Runs `work`, and repeats it while the database is unavailable or refuses it, for as long as a run
/// bears that: a new request could not be stored either. The lease of the message is renewed meanwhile,
/// so that no other worker sends the same request.
///
/// # Errors
///
/// The last error after half an hour; one that does not pass at once.
pub(crate) async fn with_store_retry<T, Work, Answer>(work: Work) -> Result<T, StoreError>
where
    Work: FnMut() -> Answer,
    Answer: Future<Output = Result<T, StoreError>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(2))
        .with_total_delay(Some(PATIENCE))
        .without_max_times()
        .with_jitter();
    let mut kept = None;
    let done = work
        .retry(pauses)
        .when(StoreError::may_pass)
        .notify(|error, _| {
            if let Some(kept) = kept.get_or_insert_with(KeptAnswer::begin) {
                kept.failed(error);
            }
        })
        .await;
    if let Some(kept) = kept.flatten().filter(|_| done.is_ok()) {
        kept.recorded();
    }
    done
}
