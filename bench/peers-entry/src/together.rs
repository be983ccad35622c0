//! Who asks while a statement is on its way is answered by the next one, all in one.

use shared::ports::store::StoreError;
use tokio::sync::{mpsc, oneshot};

/// Rows of one statement at most.
const AT_ONCE: usize = 64;

/// Where one asks about a key.
pub struct Together<K, A> {
    asks: mpsc::UnboundedSender<(K, Reply<A>)>,
}

type Reply<A> = oneshot::Sender<Result<A, StoreError>>;

impl<K: Send + 'static, A: Send + 'static> Together<K, A> {
    /// `answer` gives one answer for each key, in their order.
    pub fn new<Answers>(answer: impl Fn(Vec<K>) -> Answers + Send + 'static) -> Self
    where
        Answers: Future<Output = Result<Vec<A>, StoreError>> + Send,
    {
        let (asks, mut asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut waiting: Vec<(K, Reply<A>)> = Vec::new();
            while let Some(first) = asked.recv().await {
                waiting.push(first);
                // Who is about to ask as well, does so before the statement goes.
                tokio::task::yield_now().await;
                while waiting.len() < AT_ONCE
                    && let Ok(next) = asked.try_recv()
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
        Self { asks }
    }

    pub async fn ask(&self, key: K) -> Result<A, StoreError> {
        let gone = || StoreError::Unavailable("nobody answers".to_owned());
        let (reply, answer) = oneshot::channel();
        self.asks.send((key, reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
