//! The counter of one queue in this process: who claims, and who has done, is served together.
//!
//! One call takes all who ask at the same moment, so that a busy process sends few calls and a quiet
//! one waits for nobody.

use super::{Calls, Found, LINED_UP_AT_ONCE, call, micros, span};
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, QueueError, Room, Settlement};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// A turn that follows another this soon waits for others to join it, until a good part of what this
/// process holds is back: the price of fewer calls is that places stand idle meanwhile.
const GATHER: Duration = Duration::from_millis(3);
/// Where the messages that are done are one of so many that are out, nobody is waited for any more.
const GOOD_PART: usize = 4;
/// While messages are ready, what is due is looked for this often only.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Messages, and claims that are done, of one turn: it holds up everyone else.
const SERVED_AT_ONCE: usize = 100;

type Reply<T> = oneshot::Sender<Result<T, QueueError>>;

/// Where one asks. The task that serves ends with it.
pub struct Counter {
    asks: mpsc::UnboundedSender<Ask>,
    /// Claims that were given out here and have not come back: about so many may still come.
    out: Arc<AtomicUsize>,
    server: AbortHandle,
}

enum Ask {
    Claim(Wanted),
    Done(Done),
}

struct Wanted {
    room: Room,
    lease: Duration,
    reply: Reply<Handed>,
}

struct Done {
    id: String,
    token: u64,
    reply: Reply<bool>,
}

/// What one turn is to do, and the answer of its script.
#[derive(Default)]
struct Turn {
    wanted: Vec<Wanted>,
    done: Vec<Done>,
}

/// How many messages each of those gets at most who want some, in their order.
type Shares = Vec<usize>;
type Answer = (i64, String, Vec<(String, Vec<u8>, u32, u64)>);

impl Counter {
    /// Serves `queue` from now on.
    pub fn open(calls: Arc<Calls>, queue: QueueName) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let out = Arc::new(AtomicUsize::new(0));
        let server = Server {
            calls,
            queue,
            asked,
            out: Arc::clone(&out),
            last_turn: None,
            last_look: None,
            empty: true,
        };
        let server = tokio::spawn(server.serve()).abort_handle();
        Self { asks, out, server }
    }

    /// As many messages as there is `room` for, each for `lease` or longer. Where the caller is gone by
    /// the time they are there, they go back.
    pub async fn claim(&self, room: &Room, lease: Duration) -> Result<Found, QueueError> {
        let (reply, answer) = oneshot::channel();
        let wanted = Wanted {
            room: room.clone(),
            lease,
            reply,
        };
        self.ask(Ask::Claim(wanted), answer).await.map(Handed::take)
    }

    /// Ends a claim whose work is done; `false` when it does not hold any more.
    pub async fn done(&self, claim: &Claimed) -> Result<bool, QueueError> {
        let (reply, answer) = oneshot::channel();
        let done = Done {
            id: claim.id.clone(),
            token: claim.token,
            reply,
        };
        self.ask(Ask::Done(done), answer).await
    }

    /// A claim ends elsewhere: nobody needs to wait for it here.
    pub fn let_go(&self) {
        fewer(&self.out, 1);
    }

    async fn ask<T>(
        &self,
        ask: Ask,
        answer: oneshot::Receiver<Result<T, QueueError>>,
    ) -> Result<T, QueueError> {
        let closed = || QueueError("the counter is closed".to_owned());
        self.asks.send(ask).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Server {
    calls: Arc<Calls>,
    queue: QueueName,
    asked: mpsc::UnboundedReceiver<Ask>,
    out: Arc<AtomicUsize>,
    last_turn: Option<Instant>,
    last_look: Option<Instant>,
    /// The last claim found nothing.
    empty: bool,
}

impl Server {
    async fn serve(mut self) {
        let mut turn = Turn::default();
        while let Some(ask) = self.asked.recv().await {
            turn.add(ask);
            self.gather(&mut turn).await;
            self.last_turn = Some(Instant::now());
            let turn = std::mem::take(&mut turn);
            if turn.wanted.is_empty() && turn.done.is_empty() {
                continue;
            }
            let shares = turn.shares();
            let answer = self.call(&turn, shares.iter().sum()).await;
            if !turn.wanted.is_empty() {
                self.empty = answer
                    .as_ref()
                    .is_ok_and(|(.., messages)| messages.is_empty());
            }
            self.reply(turn, shares, answer);
        }
    }

    /// Waits for those who may still come, where the last turn was just now.
    async fn gather(&mut self, turn: &mut Turn) {
        let until = self.last_turn.map(|last| last + GATHER);
        loop {
            while turn.has_room()
                && let Ok(ask) = self.asked.try_recv()
            {
                turn.add(ask);
            }
            let Some(until) = until.filter(|until| *until > Instant::now()) else {
                return;
            };
            if !turn.has_room() || turn.done.len() * GOOD_PART >= self.out.load(Ordering::Relaxed) {
                return;
            }
            match tokio::time::timeout_at(until, self.asked.recv()).await {
                Ok(Some(ask)) => turn.add(ask),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn call(&mut self, turn: &Turn, messages: usize) -> Result<Answer, QueueError> {
        let look = self.look();
        let lease = turn.wanted.iter().map(|wanted| wanted.lease).max();
        let keys = self.calls.keys(self.queue)?;
        let mut call = call(&self.calls.scripts.turn, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.delayed)
            .key(&keys.leases)
            .key(&keys.paused)
            .key(&keys.counts)
            .key(&keys.workers)
            .arg(&keys.bell)
            .arg(micros(lease.unwrap_or_default()))
            .arg(LINED_UP_AT_ONCE)
            .arg(messages)
            .arg(look);
        self.calls.sign(&mut call, self.queue);
        for done in &turn.done {
            call.arg(&done.id).arg(done.token);
        }
        self.calls.ask(&call).await
    }

    fn look(&mut self) -> &'static str {
        if self.empty {
            return "idle";
        }
        let now = Instant::now();
        if self.last_look.is_some_and(|last| now < last + LOOK_EVERY) {
            return "";
        }
        self.last_look = Some(now);
        "always"
    }

    fn reply(&mut self, turn: Turn, shares: Shares, answer: Result<Answer, QueueError>) {
        // Whoever has asked to settle has no claim that this process would wait for, whatever the
        // answer is. One that nobody waits for any more has settled all the same.
        fewer(&self.out, turn.done.len());
        let (wait, held, messages) = match answer {
            Ok(answer) => answer,
            Err(QueueError(why)) => return turn.refuse(&why),
        };
        for (done, held) in turn.done.into_iter().zip(held.bytes()) {
            done.reply.send(Ok(held == b'1')).ok();
        }
        let mut messages: VecDeque<Claimed> = messages
            .into_iter()
            .map(|(id, payload, attempt, token)| Claimed {
                id,
                payload,
                attempt,
                token,
            })
            .collect();
        for (wanted, share) in turn.wanted.into_iter().zip(shares) {
            let share: Vec<Claimed> = messages.drain(..share.min(messages.len())).collect();
            self.out.fetch_add(share.len(), Ordering::Relaxed);
            let handed = Handed {
                share,
                next_due: span(wait),
                back: self.way_back(),
            };
            // Where nobody waits for them any more, they go back by being dropped.
            wanted.reply.send(Ok(handed)).ok();
        }
    }

    fn way_back(&self) -> WayBack {
        WayBack {
            calls: Arc::clone(&self.calls),
            queue: self.queue,
            out: Arc::clone(&self.out),
            runtime: Handle::current(),
        }
    }
}

/// Messages on their way to who asked for them. Dropped on it, also when they have arrived and nobody
/// looked, they go back.
struct Handed {
    share: Vec<Claimed>,
    /// Where there is none: when something falls due.
    next_due: Option<Duration>,
    back: WayBack,
}

impl Handed {
    fn take(mut self) -> Found {
        let share = std::mem::take(&mut self.share);
        if share.is_empty() {
            Found::Nothing(self.next_due)
        } else {
            Found::Messages(share)
        }
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if !self.share.is_empty() {
            self.back.give(std::mem::take(&mut self.share));
        }
    }
}

struct WayBack {
    calls: Arc<Calls>,
    queue: QueueName,
    out: Arc<AtomicUsize>,
    runtime: Handle,
}

impl WayBack {
    fn give(&self, claimed: Vec<Claimed>) {
        fewer(&self.out, claimed.len());
        let (calls, queue) = (Arc::clone(&self.calls), self.queue);
        self.runtime.spawn(async move {
            for claimed in claimed {
                let back = Settlement::Defer(Duration::ZERO);
                if let Err(error) = calls.settle(queue, &claimed, back).await {
                    tracing::debug!(%error, "a message that nobody waits for stays on its lease");
                }
            }
        });
    }
}

impl Turn {
    /// Takes whoever still waits for the answer.
    fn add(&mut self, ask: Ask) {
        match ask {
            Ask::Claim(wanted) if wanted.reply.is_closed() => {}
            Ask::Claim(wanted) => self.wanted.push(wanted),
            Ask::Done(done) => self.done.push(done),
        }
    }

    fn shares(&self) -> Shares {
        let room = |wanted: &Wanted| wanted.room.now().min(SERVED_AT_ONCE);
        self.wanted.iter().map(room).collect()
    }

    fn has_room(&self) -> bool {
        let messages = self.shares().iter().sum::<usize>();
        messages.max(self.done.len()) < SERVED_AT_ONCE
    }

    fn refuse(self, why: &str) {
        let error = || QueueError(why.to_owned());
        for wanted in self.wanted {
            wanted.reply.send(Err(error())).ok();
        }
        for done in self.done {
            done.reply.send(Err(error())).ok();
        }
    }
}

fn fewer(out: &AtomicUsize, by: usize) {
    let lower = |out: usize| Some(out.saturating_sub(by));
    // Always some, so that it always succeeds.
    out.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lower)
        .ok();
}
