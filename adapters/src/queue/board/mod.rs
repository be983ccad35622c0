//! The queue for apalis' board: figures, messages by status, single messages, workers.
//!
//! It is read-only: nothing is claimed or pushed. Some of the board's lists stay empty: completed
//! messages are counted but not kept, no message is ever `Queued` or `Killed`, and there is no
//! daily activity.

mod convert;

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{
    Backend, FetchById, Filter, ListAllTasks, ListQueues, ListTasks, ListWorkers, Metrics,
    QueueInfo, RunningWorker, Statistic, WireFormatBackend,
};
use apalis_core::task::Task;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use convert::{BoardPage, count, statistics, task};
use serde_json::Value;
use shared::jobs::QueueName;
use shared::ports::clock::Clock;
use shared::ports::queue::{MessagePage, Queue, QueueError, QueueView, WorkerHeartbeat};
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// One queue for the board, which also serves questions about all queues.
pub struct Board<Q> {
    queue: Arc<Q>,
    clock: Arc<dyn Clock>,
    name: QueueName,
}

/// The queue is unavailable.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BoardError(#[from] QueueError);

/// Passes JSON through without decoding, so that one unreadable message does not hide the others.
#[derive(Debug)]
pub struct RawJson;

impl<Q> Board<Q> {
    /// Shows `name` of `queue`; `clock` converts spans to the board's instants.
    pub fn new(queue: Arc<Q>, clock: Arc<dyn Clock>, name: QueueName) -> Self {
        Self { queue, clock, name }
    }

    /// The time since 1970.
    fn now(&self) -> Duration {
        let now = self.clock.now().timestamp_micros();
        Duration::from_micros(u64::try_from(now).unwrap_or_default())
    }
}

impl<Q: Queue + QueueView> Board<Q> {
    /// One page of the messages of `queue` in the states of the filter, state by state.
    async fn page(
        &self,
        queue: QueueName,
        cursor: &mut BoardPage,
    ) -> Result<Vec<Task<Value>>, BoardError> {
        let mut tasks = Vec::new();
        if cursor.left == 0 || cursor.states.is_empty() {
            return Ok(tasks);
        }
        let figures = self.queue.stats(queue).await?;
        for state in cursor.states {
            let count = count(&figures, *state);
            if cursor.skip >= count {
                cursor.skip -= count;
                continue;
            }
            let page = MessagePage {
                offset: cursor.skip,
                limit: cursor.left.min(count - cursor.skip),
            };
            cursor.skip = 0;
            cursor.left -= page.limit;
            let messages = self.queue.list(queue, *state, page).await?;
            let now = self.now();
            tasks.extend(messages.into_iter().map(|info| task(queue, info, now)));
            if cursor.left == 0 {
                break;
            }
        }
        Ok(tasks)
    }

    async fn workers_of(&self, queue: QueueName) -> Result<Vec<RunningWorker>, BoardError> {
        let now = self.now();
        let running = |worker: WorkerHeartbeat| RunningWorker {
            id: worker.name,
            queue: queue.as_str().to_owned(),
            backend: queue.as_str().to_owned(),
            started_at: now.saturating_sub(worker.begun).as_secs(),
            last_heartbeat: now.saturating_sub(worker.heard).as_secs(),
            layers: String::new(),
        };
        let workers = self.queue.workers(queue).await?;
        Ok(workers.into_iter().map(running).collect())
    }
}

/// Never yields a task.
impl<Q> Backend for Board<Q> {
    type Task = Task<Value>;
    type Error = BoardError;

    fn poll_ready(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), BoardError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, BoardError>>> {
        Poll::Ready(None)
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), BoardError>> {
        Poll::Ready(Ok(()))
    }
}

impl<Q> WireFormatBackend for Board<Q> {
    type Codec = RawJson;
    type Compact = Value;

    fn codec(&self) -> &RawJson {
        &RawJson
    }
}

impl Codec<Value> for RawJson {
    type Error = Infallible;
    type Compact = Value;

    fn encode(&self, json: &Value) -> Result<Value, Infallible> {
        Ok(json.clone())
    }

    fn decode(&self, json: &Value) -> Result<Value, Infallible> {
        Ok(json.clone())
    }
}

impl<Q: Queue + QueueView> ListTasks for Board<Q> {
    async fn list_tasks(&self, filter: &Filter) -> Result<Vec<Task<Value>>, BoardError> {
        self.page(self.name, &mut BoardPage::of(filter)).await
    }
}

impl<Q: Queue + QueueView> ListAllTasks for Board<Q> {
    async fn list_all_tasks(&self, filter: &Filter) -> Result<Vec<Task<Value>>, BoardError> {
        let mut cursor = BoardPage::of(filter);
        let mut tasks = Vec::new();
        for queue in QueueName::ALL {
            tasks.extend(self.page(queue, &mut cursor).await?);
        }
        Ok(tasks)
    }
}

impl<Q: Queue + QueueView> FetchById for Board<Q> {
    async fn fetch_by_id(&mut self, id: &TaskId) -> Result<Option<Task<Value>>, BoardError> {
        let messages = self.queue.find(self.name, &id.to_string()).await?;
        let first = messages.into_iter().next();
        Ok(first.map(|info| task(self.name, info, self.now())))
    }
}

impl<Q: Queue + QueueView> Metrics for Board<Q> {
    async fn global(&self) -> Result<Vec<Statistic>, BoardError> {
        let mut all = Vec::new();
        for queue in QueueName::ALL {
            all.push(self.queue.stats(queue).await?);
        }
        Ok(statistics(&all, self.now()))
    }

    async fn fetch_by_queue(&self) -> Result<Vec<Statistic>, BoardError> {
        let stats = self.queue.stats(self.name).await?;
        Ok(statistics(&[stats], self.now()))
    }
}

impl<Q: Queue + QueueView> ListQueues for Board<Q> {
    async fn list_queues(&self) -> Result<Vec<QueueInfo>, BoardError> {
        let mut queues = Vec::new();
        for queue in QueueName::ALL {
            let stats = self.queue.stats(queue).await?;
            let workers = self.queue.workers(queue).await?;
            queues.push(QueueInfo {
                name: queue.as_str().to_owned(),
                stats: statistics(&[stats], self.now()),
                workers: workers.into_iter().map(|worker| worker.name).collect(),
                activity: Vec::new(),
            });
        }
        Ok(queues)
    }
}

impl<Q: Queue + QueueView> ListWorkers for Board<Q> {
    async fn list_workers(&self) -> Result<Vec<RunningWorker>, BoardError> {
        self.workers_of(self.name).await
    }

    async fn list_all_workers(&self) -> Result<Vec<RunningWorker>, BoardError> {
        let mut workers = Vec::new();
        for queue in QueueName::ALL {
            workers.extend(self.workers_of(queue).await?);
        }
        Ok(workers)
    }
}
