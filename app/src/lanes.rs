//! What is known of the quotas, for people: also of those that nothing was asked of yet.

use crate::backends;
use crate::config::Settings;
use adapters::redis::RedisLink;
use adapters::store::SqlStore;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::rate::LanePace;
use shared::ports::store::{AccountRow, AccountStore as _, LaneMemory, LaneStore as _};
use std::collections::BTreeMap;
use ui::command_error::CommandError;

/// The lanes by name: the database keeps what is known of them, but the calls of the shops are counted
/// in Redis where many processes share them. A Redis that does not respond is no reason to show nothing
/// else.
///
/// # Errors
///
/// A database that cannot be read.
pub async fn lanes(
    settings: &Settings,
    store: &SqlStore,
    redis: Option<&RedisLink>,
) -> Result<Vec<(String, LaneMemory)>, CommandError> {
    let mut lanes: BTreeMap<String, LaneMemory> = store.lanes().await?.into_iter().collect();
    let accounts = store.accounts().await?;
    let shops: Vec<Lane> = accounts
        .iter()
        .filter(|account| account.active)
        .map(|account| shop_lane(settings, account))
        .collect();
    for (name, memory) in amazon_lanes(settings) {
        lanes.entry(name).or_insert(memory);
    }
    for shop in &shops {
        lanes.entry(shop.to_string()).or_default();
    }
    if let Some(redis) = redis {
        match backends::shared_use(settings, redis, &shops).await {
            Ok(counted) => {
                for (name, counted) in counted {
                    let refusals = lanes.get(&name).and_then(|known| known.refusals);
                    lanes.insert(
                        name,
                        LaneMemory {
                            refusals,
                            ..counted
                        },
                    );
                }
            }
            Err(error) => tracing::warn!(%error, "could not read the use of the quotas"),
        }
    }
    Ok(lanes.into_iter().collect())
}

/// The lanes of Amazon that have a rate, as they are before the first request.
fn amazon_lanes(settings: &Settings) -> Vec<(String, LaneMemory)> {
    let Ok(amazon) = settings.amazon.credentials() else {
        return Vec::new();
    };
    let rates = backends::rates(settings);
    let id = || amazon.app_id.clone();
    let lanes = [
        (Lane::ItemOffers(id()), rates.item_offers),
        (Lane::CatalogItems(id()), rates.catalog_items),
    ];
    let unused = lanes.into_iter().filter_map(|(lane, rate)| {
        let configured = rate?.micros();
        let pace = LanePace {
            configured,
            period: configured,
            ..LanePace::default()
        };
        let memory = LaneMemory {
            pace,
            ..LaneMemory::default()
        };
        Some((lane.to_string(), memory))
    });
    unused.collect()
}

fn shop_lane(settings: &Settings, account: &AccountRow) -> Lane {
    Lane::Shop(ShopLane {
        platform: account.platform.clone(),
        account: account.id.clone(),
        quota: settings.base.quota,
    })
}
