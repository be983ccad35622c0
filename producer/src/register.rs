//! Registers ASINs for an account: reports duplicates, creates listings at once for products that
//! another account has, and starts a run that asks Amazon for the others.

use crate::start_run::{StartRunError, StartedRun, check_account, send};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, split};
use shared::domain::listing::ListingStatus;
use shared::domain::product::Product;
use shared::domain::run::{RunId, RunKind};
use shared::ports::context::Context;
use shared::ports::store::{NewRegistration, NewRun, Store, StoreError};
use std::collections::HashSet;

/// ASINs of one database lookup.
const LOOKUP_LEN: usize = 1_000;

/// Which ASINs to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The id of the run.
    pub id: RunId,
    /// The account of the new listings.
    pub account: AccountId,
    /// The products, in the order given.
    pub asins: Vec<Asin>,
    /// Works on a copy of the database.
    pub dry_run: bool,
}

/// The ASINs of a registration, sorted before Amazon is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The run that asks Amazon for the unknown ASINs.
    pub run: StartedRun,
    /// ASINs that already have a listing in the account, with its status, in the order given.
    pub duplicates: Vec<(Asin, ListingStatus)>,
    /// Number of new listings of products that another account has; they need no request.
    pub known: u64,
}

/// Starts the run of a registration. One transaction writes the run and the listings of known
/// products: of two registrations at once one fails as a whole, and a crash leaves either a run to
/// resume or nothing.
///
/// # Errors
///
/// See [`StartRunError`]; rows are written only with `NotSent`.
pub async fn register(order: Registration, ctx: &Context) -> Result<Registered, StartRunError> {
    let started_at = ctx.clock.now();
    check_account(&order.account, &*ctx.store).await?;
    for chunk in order.asins.chunks(LOOKUP_LEN) {
        ctx.store.forget_invalid(chunk).await?;
    }
    let sorted = sort(&order, &*ctx.store).await?;
    let count = sorted.unknown.len();
    let new = NewRegistration {
        run: NewRun {
            id: order.id,
            kind: RunKind::Register,
            account: Some(order.account.clone()),
            max_items: None,
            dry_run: order.dry_run,
            started_at,
            batches: split(sorted.unknown),
            guard: ctx.rules.guard,
        },
        account: order.account,
        known: sorted.known,
    };
    let known = ctx.store.start_registration(&new).await?;
    send(&new.run, &*ctx.queue).await?;
    Ok(Registered {
        run: StartedRun {
            id: new.run.id,
            asins: count,
            batches: new.run.batches.len(),
        },
        duplicates: sorted.duplicates,
        known,
    })
}

#[derive(Default)]
struct SortedAsins {
    duplicates: Vec<(Asin, ListingStatus)>,
    known: Vec<Asin>,
    unknown: Vec<Asin>,
}

async fn sort(order: &Registration, store: &dyn Store) -> Result<SortedAsins, StoreError> {
    let mut sorted = SortedAsins::default();
    let mut seen = HashSet::new();
    let distinct = order.asins.iter().copied();
    let distinct: Vec<Asin> = distinct.filter(|asin| seen.insert(*asin)).collect();
    for chunk in distinct.chunks(LOOKUP_LEN) {
        let listed = store.listed_in(&order.account, chunk).await?;
        let products = store.products(chunk).await?;
        let infos = store.infos(chunk).await?;
        let is_complete = |product: &Product| product.stock.is_some();
        for asin in chunk {
            let known = infos.contains_key(asin) && products.get(asin).is_some_and(is_complete);
            match listed.get(asin) {
                Some(status) => sorted.duplicates.push((*asin, *status)),
                None if known => sorted.known.push(*asin),
                None => sorted.unknown.push(*asin),
            }
        }
    }
    Ok(sorted)
}
