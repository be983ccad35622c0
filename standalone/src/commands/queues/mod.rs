//! `queues`: looks into the queues in Redis, and decides what becomes of what was given up.

mod chosen;
mod text;
mod view;

use crate::cli::{Chosen, QueuesCommand, ShowArgs};
use crate::page::Page;
use adapters::queue::RedisQueue;
use app::config::Settings;
use app::wiring;
use chosen::Choice;
use chrono::{DateTime, Utc};
use shared::jobs::QueueName;
use shared::ports::queue::{Place, Queue as _, QueueDesk as _, QueueView as _, Slice};
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use view::{Changed, Figures, Found, Message, Messages, Overview, Paused, Room};

/// Does one of the commands of `queues`.
///
/// # Errors
///
/// No shared queue, a Redis that cannot be asked, a queue or an id that is not known.
pub async fn queues(
    command: &QueuesCommand,
    settings: &Settings,
    now: DateTime<Utc>,
    page: &mut Page<'_>,
) -> Result<Exit, CommandError> {
    let desk = Desk {
        queue: open(settings).await?,
        now,
    };
    match command {
        QueuesCommand::Ls(_) => page.show(&desk.overview().await?, text::overview)?,
        QueuesCommand::Show(args) => match QueueName::from_word(&args.what) {
            Some(queue) => page.show(&desk.messages(queue, args).await?, text::messages)?,
            None => page.show(&desk.found(&args.what).await?, text::found)?,
        },
        QueuesCommand::Retry(args) => page.show(&desk.retry(args).await?, text::retried)?,
        QueuesCommand::Drop(args) => page.show(&desk.discard(args).await?, text::dropped)?,
        QueuesCommand::Pause(args) => {
            desk.queue.pause(args.queue).await?;
            page.show(&Paused::new(args.queue, true), text::paused)?;
        }
        QueuesCommand::Resume(args) => {
            desk.queue.resume(args.queue).await?;
            page.show(&Paused::new(args.queue, false), text::paused)?;
        }
    }
    Ok(Exit::Done)
}

/// Opens the queue in Redis and nothing else.
///
/// # Errors
///
/// [`CommandError::Usage`] without `REDIS_URL`: the queue is then in the memory of another process.
pub(super) async fn open(settings: &Settings) -> Result<RedisQueue, CommandError> {
    let Some(redis) = &settings.redis else {
        return Err(CommandError::Usage(text!(
            "REDIS_URL がありません。1つのプロセスで動かすとき、キューは miseban serve や miseban run のメモリーの中だけにあり、外からは見えません。miseban status を使ってください",
            "REDIS_URL is not set: in one process the queue is in the memory of miseban serve or miseban run and cannot be looked into; use miseban status"
        )));
    };
    wiring::shared_queue(redis).await
}

struct Desk {
    queue: RedisQueue,
    now: DateTime<Utc>,
}

impl Desk {
    async fn overview(&self) -> Result<Overview, CommandError> {
        let mut queues = Vec::new();
        for queue in QueueName::ALL {
            queues.push(Figures::of(queue, &self.queue.stats(queue).await?));
        }
        Ok(Overview { queues })
    }

    async fn messages(&self, queue: QueueName, args: &ShowArgs) -> Result<Messages, CommandError> {
        let stats = self.queue.stats(queue).await?;
        let mut rooms = Vec::new();
        for place in args.places() {
            let listed = self.queue.list(queue, place, Slice::first(args.limit));
            let messages = listed.await?.into_iter();
            rooms.push(Room {
                place: place.as_str(),
                count: match place {
                    Place::Ready => stats.ready,
                    Place::Delayed => stats.delayed,
                    Place::Claimed => stats.claimed,
                    Place::Dead => stats.dead,
                },
                messages: messages
                    .map(|listed| Message::of(queue, listed, self.now))
                    .collect(),
            });
        }
        Ok(Messages {
            queue: queue.as_str(),
            places: rooms,
        })
    }

    async fn found(&self, id: &str) -> Result<Found, CommandError> {
        let mut messages = Vec::new();
        for queue in QueueName::ALL {
            let found = self.queue.find(queue, id).await?.into_iter();
            messages.extend(found.map(|listed| Message::of(queue, listed, self.now)));
        }
        if messages.is_empty() {
            return Err(CommandError::Usage(text!(
                "{id} というキューもメッセージもありません。キューは sync と update です。IDは miseban queues show sync で分かります",
                "there is no queue and no message {id}: queues are sync and update; ids are listed by miseban queues show sync"
            )));
        }
        Ok(Found { messages })
    }

    async fn retry(&self, args: &Chosen) -> Result<Changed, CommandError> {
        let choice = Choice::of(args)?;
        let mut changed = Changed::default();
        for queue in choice.queues() {
            let ids = self.chosen(queue, &choice).await?;
            changed.add(queue, self.queue.retry(queue, &ids).await?);
        }
        choice.met(changed)
    }

    async fn discard(&self, args: &Chosen) -> Result<Changed, CommandError> {
        let choice = Choice::of(args)?;
        let mut changed = Changed::default();
        for queue in choice.queues() {
            let ids = self.chosen(queue, &choice).await?;
            changed.add(queue, self.queue.discard(queue, &ids).await?);
        }
        choice.met(changed)
    }

    /// The ids that are meant; what dies from now on is not.
    async fn chosen(&self, queue: QueueName, choice: &Choice) -> Result<Vec<String>, CommandError> {
        match choice {
            Choice::One(_, id) => Ok(vec![id.clone()]),
            Choice::All(_) => {
                let whole = Slice::first(Slice::MOST);
                let mut dead = self.queue.list(queue, Place::Dead, whole).await?;
                // The one that died first goes first again.
                dead.reverse();
                Ok(dead.into_iter().map(|dead| dead.id).collect())
            }
        }
    }
}
