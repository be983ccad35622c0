//! Cancels work in the middle, as when its process dies.

use std::task::Poll;

/// Polls `work` at most `times` times, then drops it.
pub async fn poll_some<T>(polls: u32, work: impl Future<Output = T>) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}
