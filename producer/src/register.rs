//! Registers ASINs for an account: what has a listing there is refused by name, what is known already
//! becomes a listing to come at once, and the rest is asked of Amazon by a run.

use crate::start_run::{Refused, Started, check_account, send};
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, split};
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::ListingStatus;
use shared::domain::product::Product;
use shared::domain::run::{RunId, RunKind};
use shared::ports::queue::Queue;
use shared::ports::store::{NewRegistration, NewRun, Store, StoreError};
use std::collections::HashSet;

/// ASINs that are looked up at once.
const LOOK_UP: usize = 1_000;

/// What to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The id of the run.
    pub id: RunId,
    /// The shop.
    pub account: AccountId,
    /// The products, as they were given.
    pub asins: Vec<Asin>,
    /// Works on a copy.
    pub dry_run: bool,
    /// What holds for every run; this one hides nothing.
    pub guard: MassChangeGuard,
    /// The start.
    pub now: DateTime<Utc>,
}

/// What became of the ASINs of a registration before Amazon is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The run that asks for the others.
    pub run: Started,
    /// Have a listing in the account already, with its status, in the order of asking.
    pub duplicates: Vec<(Asin, ListingStatus)>,
    /// Known from another account: a listing to come, without a request.
    pub known: u64,
}

/// Starts the run of a registration. The listings of what is known stand or fall with its row: of two
/// registrations at once one is refused as a whole, and a crash leaves a run to resume or nothing.
///
/// # Errors
///
/// See [`Refused`]; only after `NotSent` anything is written.
pub async fn register(
    order: Registration,
    store: &dyn Store,
    queue: &dyn Queue,
) -> Result<Registered, Refused> {
    check_account(&order.account, store).await?;
    let sorted = sort(&order, store).await?;
    let count = sorted.unknown.len();
    let new = NewRegistration {
        run: NewRun {
            id: order.id,
            kind: RunKind::Register,
            account: Some(order.account.clone()),
            dry_run: order.dry_run,
            started_at: order.now,
            batches: split(sorted.unknown),
            guard: order.guard,
        },
        account: order.account,
        known: sorted.known,
    };
    let known = store.start_registration(&new).await?;
    let run = new.run;
    send(&run, queue)
        .await
        .map_err(|error| Refused::NotSent(run.id, error))?;
    Ok(Registered {
        run: Started {
            id: run.id,
            asins: count,
            batches: run.batches.len(),
        },
        duplicates: sorted.duplicates,
        known,
    })
}

#[derive(Default)]
struct Sorted {
    duplicates: Vec<(Asin, ListingStatus)>,
    known: Vec<Asin>,
    unknown: Vec<Asin>,
}

async fn sort(order: &Registration, store: &dyn Store) -> Result<Sorted, StoreError> {
    let mut sorted = Sorted::default();
    let mut seen = HashSet::new();
    let distinct = order.asins.iter().copied();
    let distinct: Vec<Asin> = distinct.filter(|asin| seen.insert(*asin)).collect();
    for chunk in distinct.chunks(LOOK_UP) {
        let listed = store.listed_in(&order.account, chunk).await?;
        let products = store.products(chunk).await?;
        let infos = store.infos(chunk).await?;
        let is_whole =
            |product: &Product| product.stock.is_some() && product.invalid_since.is_none();
        for asin in chunk {
            let told = infos.contains_key(asin) && products.get(asin).is_some_and(is_whole);
            match listed.get(asin) {
                Some(status) => sorted.duplicates.push((*asin, *status)),
                None if told => sorted.known.push(*asin),
                None => sorted.unknown.push(*asin),
            }
        }
    }
    Ok(sorted)
}
