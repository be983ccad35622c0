//! Batches queries: those that arrive while a statement runs share the next one.

use shared::ports::store::StoreError;
use tokio::sync::{mpsc, oneshot};

/// The most keys of one statement.
const MAX_KEYS: usize = 64;

/// Batches queries by key.
pub struct StatementBatcher<K, A> {
    queries: mpsc::UnboundedSender<(K, Reply<A>)>,
}

type Reply<A> = oneshot::Sender<Result<A, StoreError>>;

impl<K: Send + 'static, A: Send + 'static> StatementBatcher<K, A> {
    /// `answer` returns one answer for each key, in order.
    pub fn new<Answers>(answer: impl Fn(Vec<K>) -> Answers + Send + 'static) -> Self
    where
        Answers: Future<Output = Result<Vec<A>, StoreError>> + Send,
    {
        let (queries, mut received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting: Vec<(K, Reply<A>)> = Vec::new();
            while let Some(first) = received.recv().await {
                waiting.push(first);
                // Lets other tasks add their queries first.
                tokio::task::yield_now().await;
                while waiting.len() < MAX_KEYS
                    && let Ok(next) = received.try_recv()
                {
                    waiting.push(next);
                }
                let (keys, replies): (Vec<K>, Vec<Reply<A>>) = waiting.drain(..).unzip();
                match answer(keys).await {
                    Ok(answers) => replies
                        .into_iter()
                        .zip(answers)
                        .for_each(|(reply, answer)| {
                            reply.send(Ok(answer)).ok();
                        }),
                    Err(error) => replies.into_iter().for_each(|reply| {
                        reply
                            .send(Err(StoreError::Unavailable(error.to_string())))
                            .ok();
                    }),
                }
            }
        });
        Self { queries }
    }

    /// The answer for `key`.
    pub async fn ask(&self, key: K) -> Result<A, StoreError> {
        let stopped = || StoreError::Unavailable("the batcher has stopped".to_owned());
        let (reply, answer) = oneshot::channel();
        self.queries.send((key, reply)).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}
