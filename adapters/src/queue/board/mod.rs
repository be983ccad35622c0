//! The queue as apalis' board reads it: figures, messages by status, one message, workers.
//!
//! Read only: nothing is claimed or pushed through it. Where the board's words are wider than ours, they
//! stay empty: what is done is counted and not kept, nothing is ever `Queued` or `Killed`, and there is
//! no activity by day.

mod told;

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{
    Backend, FetchById, Filter, ListAllTasks, ListQueues, ListTasks, ListWorkers, Metrics,
    QueueInfo, RunningWorker, Statistic, WireFormatBackend,
};
use apalis_core::task::Task;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use serde_json::Value;
use shared::jobs::QueueName;
use shared::ports::clock::Clock;
use shared::ports::queue::{Queue, QueueError, QueueView, Slice, WorkerSign};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use told::{Part, count, seconds, statistics, task};

/// One queue for the board, which can also ask it about all of them.
pub struct Board<Q> {
    queue: Arc<Q>,
    clock: Arc<dyn Clock>,
    name: QueueName,
}

/// The queue could not be asked.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BoardError(#[from] QueueError);

/// Messages are told as they are, so that one that nobody can read hides none of the others.
#[derive(Debug)]
pub struct AsTold;

impl<Q> Board<Q> {
    /// Shows `name` of `queue`; `clock` turns its spans into the board's instants.
    pub fn new(queue: Arc<Q>, clock: Arc<dyn Clock>, name: QueueName) -> Self {
        Self { queue, clock, name }
    }

    /// Since 1970.
    fn now(&self) -> Duration {
        let now = self.clock.now().timestamp_micros();
        Duration::from_micros(u64::try_from(now).unwrap_or_default())
    }
}

impl<Q> fmt::Debug for Board<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<Q: Queue + QueueView> Board<Q> {
    /// A page of the messages of `queue` that the filter asks for, running over its places in order.
    async fn page(
        &self,
        queue: QueueName,
        part: &mut Part,
    ) -> Result<Vec<Task<Value>>, BoardError> {
        let mut tasks = Vec::new();
        if part.left == 0 || part.places.is_empty() {
            return Ok(tasks);
        }
        let stats = self.queue.stats(queue).await?;
        for place in part.places {
            let count = count(&stats, *place);
            if part.over >= count {
                part.over -= count;
                continue;
            }
            let slice = Slice {
                offset: part.over,
                limit: part.left.min(count - part.over),
            };
            part.over = 0;
            part.left -= slice.limit;
            let listed = self.queue.list(queue, *place, slice).await?;
            let now = self.now();
            tasks.extend(listed.into_iter().map(|listed| task(queue, listed, now)));
            if part.left == 0 {
                break;
            }
        }
        Ok(tasks)
    }

    async fn workers_of(&self, queue: QueueName) -> Result<Vec<RunningWorker>, BoardError> {
        let now = self.now();
        let told = |sign: WorkerSign| RunningWorker {
            id: sign.name,
            queue: queue.as_str().to_owned(),
            backend: queue.as_str().to_owned(),
            started_at: seconds(now.saturating_sub(sign.begun)),
            last_heartbeat: seconds(now.saturating_sub(sign.heard)),
            layers: String::new(),
        };
        let signs = self.queue.workers(queue).await?;
        Ok(signs.into_iter().map(told).collect())
    }
}

/// It never yields a task: whoever looks does not work.
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
    type Codec = AsTold;
    type Compact = Value;

    fn codec(&self) -> &AsTold {
        &AsTold
    }
}

impl Codec<Value> for AsTold {
    type Error = Infallible;
    type Compact = Value;

    fn encode(&self, told: &Value) -> Result<Value, Infallible> {
        Ok(told.clone())
    }

    fn decode(&self, told: &Value) -> Result<Value, Infallible> {
        Ok(told.clone())
    }
}

impl<Q: Queue + QueueView> ListTasks for Board<Q> {
    async fn list_tasks(&self, filter: &Filter) -> Result<Vec<Task<Value>>, BoardError> {
        self.page(self.name, &mut Part::of(filter)).await
    }
}

impl<Q: Queue + QueueView> ListAllTasks for Board<Q> {
    async fn list_all_tasks(&self, filter: &Filter) -> Result<Vec<Task<Value>>, BoardError> {
        let mut part = Part::of(filter);
        let mut tasks = Vec::new();
        for queue in QueueName::ALL {
            tasks.extend(self.page(queue, &mut part).await?);
        }
        Ok(tasks)
    }
}

impl<Q: Queue + QueueView> FetchById for Board<Q> {
    async fn fetch_by_id(&mut self, id: &TaskId) -> Result<Option<Task<Value>>, BoardError> {
        let found = self.queue.find(self.name, &id.to_string()).await?;
        let now = self.now();
        let mut tasks = found.into_iter().map(|listed| task(self.name, listed, now));
        Ok(tasks.next())
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
                workers: workers.into_iter().map(|sign| sign.name).collect(),
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
