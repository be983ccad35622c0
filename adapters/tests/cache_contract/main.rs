//! The conformance suite of the cache, run on the database and on Redis.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

#[path = "../redis_fixture/mod.rs"]
mod redis_fixture;
#[path = "../store_fixture/mod.rs"]
mod store_fixture;
mod suite;

use adapters::cache::RedisCache;
use adapters::store::SqlStore;
use redis_fixture::TestRedis;
use shared::domain::freshness::Ttls;
use shared::ports::cache::Cache;
use shared::ports::store::BatchStore;
use store_fixture::sqlite::open;
use store_fixture::{asin, at, in_stock};

/// A cache, with the store or server that must outlive it.
struct World<T> {
    cache: Box<dyn Cache>,
    _below: T,
}

async fn sql() -> World<SqlStore> {
    let store = open().await;
    World {
        cache: Box::new(store.cache()),
        _below: store,
    }
}

async fn redis() -> World<TestRedis> {
    let server = TestRedis::open().await;
    World {
        cache: Box::new(RedisCache::new(&server.link().await, &Ttls::default())),
        _below: server,
    }
}

macro_rules! sentences {
    ($($sentence:ident),+ $(,)?) => {
        mod in_the_database {
            $(#[tokio::test]
            async fn $sentence() {
                let world = super::sql().await;
                super::suite::$sentence(&*world.cache).await;
            })+
        }
        mod in_redis {
            $(#[tokio::test]
            async fn $sentence() {
                let world = super::redis().await;
                super::suite::$sentence(&*world.cache).await;
            })+
        }
    };
}

sentences! {
    an_entry_is_read_as_it_was_written,
    every_reason_of_a_filtered_product_is_kept,
    a_missing_or_older_part_keeps_the_stored_one,
    a_part_of_the_same_instant_changes_nothing,
    an_unknown_product_gets_no_entry,
    an_asin_that_amazon_calls_invalid_is_no_entry,
    many_random_puts_leave_the_newest_of_each_part,
    a_part_of_tomorrow_is_replaced_by_one_of_today,
    texts_that_were_put_are_got,
    a_newer_answer_without_values_erases_nothing,
    texts_and_prices_never_make_each_other_fresh,
}

#[tokio::test]
async fn the_cache_in_the_database_does_not_change_the_products() {
    let store = open().await;

    let put = store.cache().put(&[in_stock(1, 1000, at(1))], at(1)).await;

    assert!(put.is_ok());
    assert!(store.products(&[asin(1)]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_entry_in_redis_outlives_the_longest_pause_between_two_runs_by_a_day() {
    let redis = TestRedis::open().await;
    let link = redis.link().await;
    let cache = RedisCache::new(&link, &Ttls::default());
    cache.put(&[in_stock(1, 1000, at(1))], at(1)).await.unwrap();

    let key = format!("{}:cache:{}", link.prefix(), asin(1));
    let left: i64 = redis::from_redis_value(redis.run(&["TTL", &key]).await).unwrap();

    let eight_days = 8 * 24 * 3_600;
    assert!((eight_days - 100..=eight_days).contains(&left), "{left}");
}

#[tokio::test]
async fn a_damaged_entry_in_redis_is_a_miss_and_is_overwritten() {
    let redis = TestRedis::open().await;
    let link = redis.link().await;
    let cache = RedisCache::new(&link, &Ttls::default());
    let key = format!("{}:cache:{}", link.prefix(), asin(1));
    redis.run(&["SET", &key, "gibberish"]).await;

    let before = cache.get(&[asin(1)]).await.unwrap();
    cache.put(&[in_stock(1, 1000, at(1))], at(1)).await.unwrap();

    assert!(before.is_empty());
    let after = cache.get(&[asin(1)]).await.unwrap();
    assert_eq!(after[&asin(1)], in_stock(1, 1000, at(1)));
}

#[tokio::test]
async fn an_unreachable_redis_is_an_error_and_an_emptied_one_a_miss() {
    let mut redis = TestRedis::own().await;
    let cache = RedisCache::new(&redis.link().await, &Ttls::default());
    cache.put(&[in_stock(1, 1000, at(1))], at(1)).await.unwrap();

    redis.run(&["FLUSHALL"]).await;
    let emptied = cache.get(&[asin(1)]).await.unwrap();
    redis.stop();

    assert!(emptied.is_empty());
    assert!(cache.get(&[asin(1)]).await.is_err());
    assert!(cache.put(&[in_stock(1, 1000, at(1))], at(1)).await.is_err());
}
