//! Fakes of the ports that the clients need, and a server that sends a fixed answer.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::{AccountId, AccountRefusal};
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use shared::ports::store::{
    AccountRow, AccountStore, LeaseStore, ReauthoriseMark, ShopBinding, StandingStore, StoreError,
    StoredToken, TokenAge, TokenStore,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A clock that moves only when a test moves it.
pub struct HeldClock(Mutex<DateTime<Utc>>);

impl HeldClock {
    pub fn new() -> Arc<Self> {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        Arc::new(Self(Mutex::new(start)))
    }

    pub fn advance(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Records the feedback that it gets.
#[derive(Default)]
pub struct Listener {
    pub feedback: Mutex<Vec<(Lane, Micros, Feedback)>>,
    pub closed: Mutex<Vec<(Lane, Window)>>,
}

#[async_trait]
impl Limiter for Listener {
    async fn acquire(&self, lane: &Lane, _: Priority) -> Result<Grant, LimiterError> {
        Ok(Grant::Go(permit(lane.clone())))
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        let feedback = (lane.clone(), granted_at, feedback);
        self.feedback.lock().unwrap().push(feedback);
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        self.closed.lock().unwrap().push((lane.clone(), window));
        DateTime::UNIX_EPOCH
    }

    async fn period(&self, _: &Lane) -> Option<Micros> {
        None
    }
}

/// Tokens and accounts in memory.
#[derive(Default)]
pub struct Memory {
    pub tokens: Mutex<HashMap<String, StoredToken>>,
    pub marks: Mutex<HashMap<AccountId, DateTime<Utc>>>,
    seeds: Mutex<HashMap<AccountId, String>>,
    whys: Mutex<HashMap<AccountId, String>>,
    pub proxies: Mutex<HashMap<AccountId, DateTime<Utc>>>,
    pub refused: Mutex<HashMap<AccountId, DateTime<Utc>>>,
    pub leases: Mutex<HashMap<String, (String, DateTime<Utc>)>>,
    pub standing: Mutex<HashMap<AccountId, AccountRefusal>>,
    pub shops: Mutex<HashMap<AccountId, ShopBinding>>,
    /// So many calls of `save_token` fail first.
    pub broken_saves: AtomicUsize,
    /// So many calls of `end_lease` fail first.
    pub broken_ends: AtomicUsize,
}

/// Fails as long as some of the calls that are to fail are left.
fn fail_first(left: &AtomicUsize) -> Result<(), StoreError> {
    let next = |left: usize| left.checked_sub(1);
    let broken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
    match broken {
        Ok(_) => Err(StoreError::Unavailable("locked".to_owned())),
        Err(_) => Ok(()),
    }
}

#[async_trait]
impl LeaseStore for Memory {
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut leases = self.leases.lock().unwrap();
        let free = leases
            .get(name)
            .is_none_or(|(by, until)| by == holder || *until <= now);
        if free {
            leases.insert(name.to_owned(), (holder.to_owned(), until));
        }
        Ok(free)
    }

    async fn lease_until(&self, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let leases = self.leases.lock().unwrap();
        Ok(leases.get(name).map(|(_, until)| *until))
    }

    async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        fail_first(&self.broken_ends)?;
        let mut leases = self.leases.lock().unwrap();
        if leases.get(name).is_some_and(|(by, _)| by == holder) {
            leases.remove(name);
        }
        Ok(())
    }
}

#[async_trait]
impl TokenStore for Memory {
    async fn token(&self, owner: &str) -> Result<Option<StoredToken>, StoreError> {
        Ok(self.tokens.lock().unwrap().get(owner).cloned())
    }

    async fn save_token(&self, owner: &str, token: &StoredToken) -> Result<(), StoreError> {
        fail_first(&self.broken_saves)?;
        let mut tokens = self.tokens.lock().unwrap();
        tokens.insert(owner.to_owned(), token.clone());
        Ok(())
    }

    async fn restore_token(&self, owner: &str, token: &StoredToken) -> Result<bool, StoreError> {
        let mut tokens = self.tokens.lock().unwrap();
        let is_as_new = |stored: &StoredToken| stored.refreshed_at >= token.refreshed_at;
        let lost = !tokens.get(owner).is_some_and(is_as_new);
        if lost {
            tokens.insert(owner.to_owned(), token.clone());
        }
        Ok(lost)
    }

    async fn token_ages(&self) -> Result<Vec<TokenAge>, StoreError> {
        let tokens = self.tokens.lock().unwrap();
        let age = |(owner, token): (&String, &StoredToken)| TokenAge {
            owner: owner.clone(),
            access_expires_at: token.access_expires_at,
            refreshed_at: token.refreshed_at,
        };
        Ok(tokens.iter().map(age).collect())
    }
}

#[async_trait]
impl StandingStore for Memory {
    async fn set_refused(
        &self,
        account: &AccountId,
        refused: Option<(&AccountRefusal, DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let mut standing = self.standing.lock().unwrap();
        match refused {
            Some((refusal, ..)) => standing.insert(account.clone(), refusal.clone()),
            None => standing.remove(account),
        };
        Ok(())
    }

    async fn bind_shop(&self, account: &AccountId, shop: &ShopBinding) -> Result<(), StoreError> {
        let mut shops = self.shops.lock().unwrap();
        shops.insert(account.clone(), shop.clone());
        Ok(())
    }
}

#[async_trait]
impl AccountStore for Memory {
    async fn sync_accounts(&self, _: &[AccountRow]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let marks = self.marks.lock().unwrap();
        let shops = self.shops.lock().unwrap();
        let ids: BTreeSet<&AccountId> = marks.keys().chain(shops.keys()).collect();
        let row = |id: &AccountId| AccountRow {
            reauthorise_since: marks.get(id).copied(),
            reauthorise_why: self.whys.lock().unwrap().get(id).cloned(),
            reauthorise_seed: self.seeds.lock().unwrap().get(id).cloned(),
            shop: shops.get(id).cloned(),
            ..AccountRow::new(id.clone(), id.to_string(), true)
        };
        Ok(ids.into_iter().map(row).collect())
    }

    async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        let since = self.marks.lock().unwrap().get(id).copied();
        let seed = self.seeds.lock().unwrap().get(id).cloned();
        Ok(Some(AccountRow {
            reauthorise_since: since,
            reauthorise_why: self.whys.lock().unwrap().get(id).cloned(),
            reauthorise_seed: since.and(seed),
            shop: self.shops.lock().unwrap().get(id).cloned(),
            tokens_refused_since: self.refused.lock().unwrap().get(id).copied(),
            ..AccountRow::new(id.clone(), id.to_string(), true)
        }))
    }

    async fn park(&self, _: &AccountId, _: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn set_reauthorise(
        &self,
        account: &AccountId,
        mark: Option<ReauthoriseMark<'_>>,
    ) -> Result<bool, StoreError> {
        let mut marks = self.marks.lock().unwrap();
        let mut seeds = self.seeds.lock().unwrap();
        let Some(mark) = mark else {
            return Ok(marks.remove(account).is_some());
        };
        let stays = marks.get(account).is_some_and(|since| {
            seeds[account] == mark.seed && mark.pair_at.is_none_or(|at| *since >= at)
        });
        if stays {
            return Ok(false);
        }
        marks.insert(account.clone(), mark.since);
        seeds.insert(account.clone(), mark.seed.to_owned());
        let mut whys = self.whys.lock().unwrap();
        whys.insert(account.clone(), mark.why.to_owned());
        Ok(true)
    }

    async fn set_proxy_failed(
        &self,
        account: &AccountId,
        failed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let mut proxies = self.proxies.lock().unwrap();
        match failed {
            Some((since, _)) => {
                proxies.entry(account.clone()).or_insert(since);
            }
            None => {
                proxies.remove(account);
            }
        }
        Ok(())
    }

    async fn set_tokens_refused(
        &self,
        account: &AccountId,
        now: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut refused = self.refused.lock().unwrap();
        let Some(now) = now else {
            refused.remove(account);
            return Ok(None);
        };
        Ok(Some(*refused.entry(account.clone()).or_insert(now)))
    }
}

pub fn permit(lane: Lane) -> Permit {
    Permit {
        lane,
        granted_at: 7,
        period: 0,
        waited: Duration::ZERO,
        good_until: None,
    }
}

pub fn asin(text: &str) -> Asin {
    Asin::parse(text).unwrap()
}

pub fn batch<T: AsRef<str>>(asins: &[T]) -> AsinBatch {
    split(asins.iter().map(|text| asin(text.as_ref()))).remove(0)
}

/// A server that answers every connection with `head` and then with `piece` so often, until the
/// client hangs up; returns its address and the count of bytes that it has sent.
pub async fn answer_with(
    head: &'static str,
    piece: &'static [u8],
    times: usize,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0_u8; 64 * 1024];
            let _ = stream.read(&mut request).await;
            let mut alive = stream.write_all(head.as_bytes()).await.is_ok();
            for _ in 0..times {
                alive = alive && stream.write_all(piece).await.is_ok();
                if !alive {
                    break;
                }
                count.fetch_add(piece.len(), Ordering::SeqCst);
            }
            let _ = stream.shutdown().await;
        }
    });
    (url, sent)
}
