//! What a vendor has answered is not thrown away: it waits for the database to come back.

use backon::{ExponentialBuilder, Retryable as _};
use shared::ports::store::StoreError;
use std::time::Duration;

/// An answer older than this is not worth keeping: asking anew tells more.
const WORTH_KEEPING: Duration = Duration::from_secs(300);

/// Does `work`, again and again while the database is away. The lease of the message is renewed
/// meanwhile, so no other worker asks the vendor for the same.
///
/// # Errors
///
/// The last one, after five minutes; any other than [`StoreError::Unavailable`] at once.
pub(super) async fn kept<T, Work, Answer>(work: Work) -> Result<T, StoreError>
where
    Work: FnMut() -> Answer,
    Answer: Future<Output = Result<T, StoreError>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(2))
        .with_total_delay(Some(WORTH_KEEPING))
        .without_max_times()
        .with_jitter();
    let mut told = false;
    work.retry(pauses)
        .when(|error| matches!(error, StoreError::Unavailable(_)))
        .notify(|error, _| {
            if std::mem::replace(&mut told, true) {
                tracing::debug!(%error, "the database is still away");
            } else {
                tracing::warn!(%error, "the database is away, the answer is kept");
            }
        })
        .await
}
