//! `queues`: shows the queues in Redis, retries and drops dead messages, pauses and resumes queues.

mod by_prefix;
mod products;
mod retry;
mod selection;
mod text;
mod view;

use crate::cli::{DeadMessageArgs, QueuesCommand, ShowArgs};
use crate::commands::programs::WorkerView;
use crate::database::CommandStore;
use crate::output::CommandOutput;
use adapters::queue::RedisQueue;
use adapters::store::SqlStore;
use app::config::{Redis, Settings};
use app::live_workers::live_workers;
use app::wiring;
use by_prefix::id_like;
use chrono::{DateTime, Utc};
use selection::DeadSelection;
use shared::jobs::QueueName;
use shared::ports::queue::{
    MessagePage, MessageState, Queue as _, QueueAdmin as _, QueueView as _,
};
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use ui::programs;
use view::{
    ChangedMessages, MessageGroup, MessageView, MessagesById, PauseView, QueueFigures,
    QueueMessages, QueuesOverview,
};

/// Runs a subcommand of `queues`.
///
/// # Errors
///
/// No shared queue, no connection to Redis, an unknown queue or message.
pub async fn queues(
    command: &QueuesCommand,
    settings: &Settings,
    store: &CommandStore,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let redis = redis(settings)?;
    let rows = rows(store).await?;
    let inspector = QueueInspector {
        queue: wiring::shared_queue(redis, rows).await?,
        rows,
        now,
    };
    match command {
        QueuesCommand::Ls(_) => out.show(&inspector.overview().await?, text::overview)?,
        QueuesCommand::Show(args) => match QueueName::from_word(&args.what) {
            Some(queue) => out.show(&inspector.messages(queue, args).await?, text::messages)?,
            None => out.show(&inspector.found(&args.what).await?, text::found)?,
        },
        QueuesCommand::Retry(args) => out.show(&inspector.retry(args).await?, text::retried)?,
        QueuesCommand::Drop(args) => out.show(&inspector.discard(args).await?, text::dropped)?,
        QueuesCommand::Pause(args) => {
            inspector.queue.pause(args.queue).await?;
            out.show(&PauseView::new(args.queue, true), text::paused)?;
        }
        QueuesCommand::Resume(args) => {
            inspector.queue.resume(args.queue).await?;
            out.show(&PauseView::new(args.queue, false), text::paused)?;
        }
    }
    Ok(Exit::Done)
}

/// Opens the queue in Redis.
///
/// # Errors
///
/// [`CommandError::Usage`] without `REDIS_URL`, since the queue is then in the memory of another
/// process, and for the queue of another database.
pub(super) async fn open(
    settings: &Settings,
    store: &CommandStore,
) -> Result<RedisQueue, CommandError> {
    let redis = redis(settings)?;
    wiring::shared_queue(redis, rows(store).await?).await
}

fn redis(settings: &Settings) -> Result<&Redis, CommandError> {
    settings.redis.as_ref().ok_or_else(|| {
        CommandError::Usage(text!(
            "REDIS_URL がありません。1つのプロセスで動かすとき、キューは miseban serve や miseban run のメモリーの中だけにあり、外からは見えません。miseban status を使ってください",
            "REDIS_URL is not set: without Redis, the queue is in the memory of miseban serve or miseban run and cannot be shown; use miseban status"
        ))
    })
}

/// The database, which tells whether the queue is its own, and what its messages are about; `None`
/// while it does not answer: somebody looks for what is wrong.
async fn rows(store: &CommandStore) -> Result<Option<&SqlStore>, CommandError> {
    match store.existing().await {
        Ok(store) => Ok(Some(store)),
        Err(CommandError::Away(why)) => {
            tracing::info!("{why}");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

struct QueueInspector<'a> {
    queue: RedisQueue,
    rows: Option<&'a SqlStore>,
    now: DateTime<Utc>,
}

impl QueueInspector<'_> {
    async fn overview(&self) -> Result<QueuesOverview, CommandError> {
        let mut queues = Vec::new();
        for queue in QueueName::ALL {
            queues.push(QueueFigures::of(queue, &self.queue.stats(queue).await?));
        }
        let alive = live_workers(&self.queue).await?;
        Ok(QueuesOverview {
            queues,
            workers: alive.iter().map(WorkerView::of).collect(),
            alive,
        })
    }

    async fn messages(
        &self,
        queue: QueueName,
        args: &ShowArgs,
    ) -> Result<QueueMessages, CommandError> {
        let stats = self.queue.stats(queue).await?;
        let mut groups = Vec::new();
        for place in args.places() {
            let listed = self
                .queue
                .list(queue, place, MessagePage::first(args.limit));
            let messages = listed.await?.into_iter();
            groups.push(MessageGroup {
                place: place.as_str(),
                count: match place {
                    MessageState::Ready => stats.ready,
                    MessageState::Delayed => stats.delayed,
                    MessageState::Claimed => stats.claimed,
                    MessageState::Dead => stats.dead,
                },
                messages: messages
                    .map(|listed| MessageView::of(queue, listed, self.now))
                    .collect(),
            });
        }
        let mut found = QueueMessages {
            queue: queue.as_str(),
            places: groups,
        };
        products::add(self.rows, &mut found.messages()).await;
        Ok(found)
    }

    /// The message with this id, or the only one whose id begins so.
    async fn found(&self, id: &str) -> Result<MessagesById, CommandError> {
        let mut messages = self.with_id(id).await?;
        if messages.is_empty() {
            let everywhere = (&QueueName::ALL[..], &MessageState::ALL[..]);
            if let Some(id) = id_like(id, &self.queue, everywhere).await? {
                messages = self.with_id(&id).await?;
            }
        }
        if messages.is_empty() {
            let names = programs::queue_names();
            let (ja, en) = (names.ja, names.en);
            return Err(CommandError::Usage(text!(
                "{id} というキューもメッセージもありません。キューは {ja} です。IDは miseban queues show sync で分かります",
                "there is no queue and no message {id}: the queues are {en}; miseban queues show sync lists message ids"
            )));
        }
        products::add(self.rows, &mut messages.iter_mut().collect::<Vec<_>>()).await;
        Ok(MessagesById { messages })
    }

    async fn with_id(&self, id: &str) -> Result<Vec<MessageView>, CommandError> {
        let mut messages = Vec::new();
        for queue in QueueName::ALL {
            let found = self.queue.find(queue, id).await?.into_iter();
            messages.extend(found.map(|listed| MessageView::of(queue, listed, self.now)));
        }
        Ok(messages)
    }

    /// The selection of `args`, with the whole id of a message that is named by its beginning.
    async fn selection(&self, args: &DeadMessageArgs) -> Result<DeadSelection, CommandError> {
        let selection = DeadSelection::of(args)?;
        let queues = selection.queues();
        let DeadSelection::One(queue, id) = selection else {
            return Ok(selection);
        };
        let dead = (&queues[..], &[MessageState::Dead][..]);
        let whole = id_like(&id, &self.queue, dead).await?;
        Ok(DeadSelection::One(queue, whole.unwrap_or(id)))
    }

    async fn retry(&self, args: &DeadMessageArgs) -> Result<ChangedMessages, CommandError> {
        let selection = self.selection(args).await?;
        let mut changed = ChangedMessages::default();
        for queue in selection.queues() {
            let ids = self.selected(queue, &selection).await?;
            let retried = self.queue.retry(queue, &ids).await?;
            let cut = if args.all && queue == QueueName::Update {
                retry::failed_updates(self.rows, &self.queue, &ids).await?
            } else {
                0
            };
            changed.add(queue, retried + cut);
            changed.from_rows += cut;
        }
        selection.checked(changed)
    }

    async fn discard(&self, args: &DeadMessageArgs) -> Result<ChangedMessages, CommandError> {
        let selection = self.selection(args).await?;
        let mut changed = ChangedMessages::default();
        for queue in selection.queues() {
            let ids = self.selected(queue, &selection).await?;
            changed.add(queue, self.queue.discard(queue, &ids).await?);
        }
        selection.checked(changed)
    }

    /// The selected ids; messages that die later are not included.
    async fn selected(
        &self,
        queue: QueueName,
        selection: &DeadSelection,
    ) -> Result<Vec<String>, CommandError> {
        match selection {
            DeadSelection::One(_, id) => Ok(vec![id.clone()]),
            DeadSelection::All(_) => {
                let all = MessagePage::first(MessagePage::MOST);
                let mut dead = self.queue.list(queue, MessageState::Dead, all).await?;
                // Retry in the order in which they died.
                dead.reverse();
                Ok(dead.into_iter().map(|dead| dead.id).collect())
            }
        }
    }
}
