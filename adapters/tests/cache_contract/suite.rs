//! The conformance suite of the cache: one entry for each ASIN, each part with its own time.

use crate::store_fixture::{asin, at, in_stock, informed, sold_out};
use adapters::clock::SystemClock;
use chrono::{SubsecRound as _, TimeDelta};
use shared::domain::basic_info::BasicInfo;
use shared::domain::offer::Rejection;
use shared::domain::product::{InvalidMark, Product, Seen, Stock};
use shared::ports::cache::Cache;
use shared::ports::clock::Clock as _;

async fn put(cache: &dyn Cache, products: &[Product]) {
    cache.put(products, at(1_000)).await.unwrap();
}

async fn got(cache: &dyn Cache, number: u32) -> Product {
    let mut got = cache.get(&[asin(number)]).await.unwrap();
    got.remove(&asin(number)).expect("an entry")
}

fn filtered(number: u32, times: u32, why: Rejection, seconds: i64) -> Product {
    Product {
        stock: Some(Seen {
            value: Stock::FilteredOut { times, why },
            at: at(seconds),
        }),
        ..Product::unknown(asin(number))
    }
}

pub async fn an_entry_is_read_as_it_was_written(cache: &dyn Cache) {
    let filtered = Product {
        price: in_stock(2, 500, at(1)).price,
        ..filtered(2, 3, Rejection::NoHandlingTime, 2)
    };
    let products = [in_stock(1, 1000, at(1)), filtered];

    put(cache, &products).await;

    let got = cache.get(&[asin(1), asin(2), asin(3)]).await.unwrap();
    assert_eq!(got.len(), 2);
    assert_eq!(got[&asin(1)], products[0]);
    assert_eq!(got[&asin(2)], products[1]);
}

pub async fn every_reason_of_a_filtered_product_is_kept(cache: &dyn Cache) {
    let reasons = [
        Rejection::NotNew,
        Rejection::NoHandlingTime,
        Rejection::NoShippingDate,
        Rejection::ShipsTooLate,
        Rejection::ShippingNotFree,
        Rejection::ShippingUnknown,
        Rejection::OtherCountry,
        Rejection::NoPrice,
        Rejection::PriceOutOfRange,
        Rejection::OtherCurrency,
    ];
    let products: Vec<Product> = (1..)
        .zip(reasons)
        .map(|(number, why)| filtered(number, number * 7, why, 1))
        .collect();

    put(cache, &products).await;

    for (number, product) in (1..).zip(products) {
        assert_eq!(got(cache, number).await, product);
    }
}

pub async fn a_missing_or_older_part_keeps_the_stored_one(cache: &dyn Cache) {
    put(cache, &[in_stock(1, 1000, at(10))]).await;

    put(cache, &[sold_out(1, at(20))]).await;
    put(cache, &[in_stock(1, 900, at(5))]).await;

    let got = got(cache, 1).await;
    assert_eq!(got.price, in_stock(1, 1000, at(10)).price);
    assert_eq!(got.stock, sold_out(1, at(20)).stock);
}

pub async fn a_part_of_the_same_instant_changes_nothing(cache: &dyn Cache) {
    put(cache, &[in_stock(1, 1000, at(10))]).await;

    put(cache, &[in_stock(1, 900, at(10))]).await;
    put(cache, &[sold_out(1, at(10))]).await;

    assert_eq!(got(cache, 1).await, in_stock(1, 1000, at(10)));
}

pub async fn an_unknown_product_gets_no_entry(cache: &dyn Cache) {
    put(cache, &[Product::unknown(asin(1))]).await;

    assert!(cache.get(&[asin(1)]).await.unwrap().is_empty());
    assert!(cache.get(&[]).await.unwrap().is_empty());
    assert!(cache.put(&[], at(1)).await.is_ok());
}

pub async fn an_asin_that_amazon_calls_invalid_is_no_entry(cache: &dyn Cache) {
    let mark = InvalidMark {
        since: at(20),
        seen_at: at(20),
    };
    let invalid = |product: Product| Product {
        invalid: Some(mark),
        ..product
    };

    put(cache, &[invalid(Product::unknown(asin(1)))]).await;
    put(cache, &[invalid(in_stock(2, 1000, at(10)))]).await;

    assert!(cache.get(&[asin(1)]).await.unwrap().is_empty());
    assert_eq!(got(cache, 2).await, in_stock(2, 1000, at(10)));
}

pub async fn many_random_puts_leave_the_newest_of_each_part(cache: &dyn Cache) {
    let mut dice: u64 = 7;
    let mut below = |limit: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (dice >> 33) % limit
    };
    let (mut price, mut stock) = (None, None);
    for _ in 0..300 {
        let seconds = i64::try_from(below(10_000)).unwrap();
        let yen = u32::try_from(below(100_000)).unwrap();
        let mut product = in_stock(1, yen, at(seconds));
        if below(3) == 0 {
            product.price = None;
        }
        match below(3) {
            0 => product.stock = None,
            1 => product.stock = sold_out(1, at(seconds)).stock,
            _ => {}
        }
        let newer = |known: Option<i64>| known.is_none_or(|known| seconds > known);
        if product.price.is_some() && newer(price.map(|(_, at)| at)) {
            price = Some((product.price, seconds));
        }
        if product.stock.is_some() && newer(stock.map(|(_, at)| at)) {
            stock = Some((product.stock, seconds));
        }
        put(cache, &[product]).await;
    }

    let got = got(cache, 1).await;
    assert_eq!(Some(got.price), price.map(|(price, _)| price));
    assert_eq!(Some(got.stock), stock.map(|(stock, _)| stock));
}

pub async fn a_part_of_tomorrow_is_replaced_by_one_of_today(cache: &dyn Cache) {
    let (today, day) = (SystemClock.now().trunc_subsecs(3), TimeDelta::days(1));
    let tomorrow = in_stock(1, 1000, today + day);
    let texts = |title, at| [(asin(1), informed(title, at))];
    cache.put(&[tomorrow], today + day).await.unwrap();
    let early = texts("tomorrow", today + day);
    cache.put_infos(&early, today + day).await.unwrap();

    cache.put(&[in_stock(1, 1200, today)], today).await.unwrap();
    cache
        .put_infos(&texts("today", today), today)
        .await
        .unwrap();

    assert_eq!(got(cache, 1).await, in_stock(1, 1200, today));
    let infos = cache.infos(&[asin(1)]).await.unwrap();
    assert_eq!(infos[&asin(1)], informed("today", today));
}

pub async fn texts_that_were_put_are_got(cache: &dyn Cache) {
    let nothing = Seen {
        value: BasicInfo::default(),
        at: at(2),
    };
    let infos = [
        (asin(1), informed("𠮷野の急須 😀\n\"赤\"", at(1))),
        (asin(2), nothing),
    ];

    cache.put_infos(&infos, at(5)).await.unwrap();

    let got = cache.infos(&[asin(1), asin(2), asin(3)]).await.unwrap();
    assert_eq!(got, infos.into_iter().collect());
}

pub async fn a_newer_answer_without_values_erases_nothing(cache: &dyn Cache) {
    let known = informed("known", at(10));
    let nothing = |seconds| Seen {
        value: BasicInfo::default(),
        at: at(seconds),
    };
    cache
        .put_infos(&[(asin(1), known.clone())], at(10))
        .await
        .unwrap();

    cache
        .put_infos(&[(asin(1), informed("older", at(9)))], at(11))
        .await
        .unwrap();
    cache
        .put_infos(&[(asin(1), informed("as old", at(10)))], at(11))
        .await
        .unwrap();
    let before = cache.infos(&[asin(1)]).await.unwrap();
    cache
        .put_infos(&[(asin(1), nothing(20))], at(20))
        .await
        .unwrap();

    assert_eq!(before[&asin(1)], known);
    let after = cache.infos(&[asin(1)]).await.unwrap();
    assert_eq!(
        after[&asin(1)],
        Seen {
            at: at(20),
            ..known
        }
    );
}

pub async fn texts_and_prices_never_make_each_other_fresh(cache: &dyn Cache) {
    put(cache, &[in_stock(1, 1000, at(1))]).await;

    cache
        .put_infos(&[(asin(1), informed("new", at(500)))], at(500))
        .await
        .unwrap();
    put(cache, &[in_stock(1, 1100, at(600))]).await;

    assert_eq!(got(cache, 1).await, in_stock(1, 1100, at(600)));
    let infos = cache.infos(&[asin(1)]).await.unwrap();
    assert_eq!(infos[&asin(1)].at, at(500));
}
