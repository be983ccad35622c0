//! Keeps an answer of a vendor while the database is unavailable, and stores it afterwards.

use backon::{ExponentialBuilder, Retryable as _};
use shared::ports::store::StoreError;
use std::time::Duration;

/// After this time a new request gives better facts than an old answer.
const KEEP_FOR: Duration = Duration::from_secs(300);

/// Runs `work`, and repeats it while the database is unavailable. The lease of the message is renewed
/// meanwhile, so that no other worker sends the same request.
///
/// # Errors
///
/// The last error after five minutes; an error other than [`StoreError::Unavailable`] at once.
pub(crate) async fn with_store_retry<T, Work, Answer>(work: Work) -> Result<T, StoreError>
where
    Work: FnMut() -> Answer,
    Answer: Future<Output = Result<T, StoreError>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(2))
        .with_total_delay(Some(KEEP_FOR))
        .without_max_times()
        .with_jitter();
    let mut logged = false;
    work.retry(pauses)
        .when(|error| matches!(error, StoreError::Unavailable(_)))
        .notify(|error, _| {
            if std::mem::replace(&mut logged, true) {
                tracing::debug!(%error, "the database is still unavailable");
            } else {
                tracing::warn!(%error, "the database is unavailable; keeps the answer and tries again");
            }
        })
        .await
}
