//! Sample reports for the tests of the report and of the notices.

use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::money::Yen;
use shared::domain::product::StockChange;
use shared::domain::report::{
    BackfillTotals, CacheUse, CauseCount, DoubtedPrices, InvalidListings, KnownAs, Outcomes,
    PriceChange, PriceChanges, Report, ShopChanges, StockChanges, TurnedStock, Updates,
    WithoutOffer,
};
use shared::domain::run::{RunId, RunKind, RunState};

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn asin(number: u32) -> Asin {
    Asin::parse(&format!("B0{number:08}")).unwrap()
}

/// A run in which nothing happened.
pub fn quiet() -> Report {
    Report {
        run_id: RunId::parse("01939c1e-7c00-7000-8000-000000000001").unwrap(),
        kind: RunKind::PriceStock,
        dry_run: false,
        state: RunState::Done,
        error: None,
        started_at: at("2026-11-22T00:00:00Z"),
        ended_at: Some(at("2026-11-22T01:51:12Z")),
        seconds: 6672.4,
        asins: 12_829,
        batches: 642,
        requests: 642,
        refused: 0,
        outcomes: Outcomes {
            success: 12_560,
            out_of_stock: 107,
            filtered_out: 162,
            ..Outcomes::default()
        },
        cache: CacheUse::default(),
        backfill: BackfillTotals::default(),
        price_changes: PriceChanges::default(),
        doubted: DoubtedPrices::default(),
        without_offer: WithoutOffer::default(),
        stock_changes: StockChanges::default(),
        shops: Vec::new(),
        updates: Updates::default(),
        hidden: 0,
        shown: 0,
        delisted: 0,
        permit_wait_seconds: 6120.0,
        quota_used: 0.962,
        failures: Vec::new(),
        holds: Vec::new(),
        still_missing: Vec::new(),
        unanswered: Vec::new(),
        invalid: InvalidListings::default(),
        guard: None,
        reconcile: None,
    }
}

/// One in which everything happened that happens in runs of prices.
pub fn eventful() -> Report {
    let cause = |code: &str, count| CauseCount {
        code: code.to_owned(),
        count,
    };
    let change = |number: u32| PriceChange {
        asin: asin(number),
        old: Yen(20_000 + number),
        new: Yen(if number.is_multiple_of(2) {
            1_200
        } else {
            120_000
        }),
        known_as: known_as(number),
    };
    Report {
        refused: 2,
        outcomes: Outcomes {
            success: 12_540,
            out_of_stock: 107,
            filtered_out: 162,
            api_error: 17,
            invalid_asin: 3,
        },
        backfill: BackfillTotals {
            asins: 580,
            requests: 29,
            success: 563,
            failed: 17,
            left_out: 0,
        },
        price_changes: PriceChanges {
            count: 734,
            of_100_yen_or_more: 310,
            examples: (1..=12).map(change).collect(),
        },
        doubted: doubted(),
        without_offer: without_offer(),
        stock_changes: stock_changes(),
        shops: shops(),
        updates: Updates {
            applied: 720,
            equal: 12_000,
            held: 4,
            failed: 5,
            parked: 1_500,
            for_hours: 0,
        },
        hidden: 41,
        shown: 9,
        delisted: 17,
        failures: vec![cause("unavailable", 4), cause("bad_price", 1)],
        holds: vec![cause("price_above_bounds", 3), cause("not_editable", 1)],
        still_missing: (1..=10).map(asin).collect(),
        ..quiet()
    }
}

fn doubted() -> DoubtedPrices {
    DoubtedPrices {
        count: 1,
        examples: vec![PriceChange {
            asin: asin(13),
            old: Yen(7_583),
            new: Yen(736),
            known_as: known_as(13),
        }],
    }
}

fn stock_changes() -> StockChanges {
    let turned = |change| {
        move |number| TurnedStock {
            asin: asin(number),
            change,
            known_as: known_as(number),
        }
    };
    let sold_out = (31..=40).map(turned(StockChange::ToOut));
    let back = (51..=59).map(turned(StockChange::ToIn));
    StockChanges {
        to_out: 41,
        to_in: 9,
        examples: sold_out.chain(back).collect(),
    }
}

/// Some products have no name, and some are listed by two shops.
fn known_as(number: u32) -> KnownAs {
    let shops = ["main", "sub"].into_iter().take(1 + number as usize % 2);
    KnownAs {
        name: (!number.is_multiple_of(3)).then(|| format!("商品{number}")),
        accounts: shops.map(|shop| AccountId::parse(shop).unwrap()).collect(),
    }
}

fn shops() -> Vec<ShopChanges> {
    vec![
        ShopChanges {
            price_changes: 500,
            to_out: 41,
            to_in: 9,
            applied: 700,
            hidden: 41,
            shown: 9,
            held: 3,
            failed: 5,
            ..shop("main", "本店")
        },
        ShopChanges {
            price_changes: 234,
            applied: 20,
            held: 1,
            parked: 1_500,
            for_hours: 0,
            delisted: 17,
            ..shop("sub", "sub")
        },
    ]
}

fn shop(id: &str, name: &str) -> ShopChanges {
    ShopChanges {
        account: AccountId::parse(id).unwrap(),
        name: name.to_owned(),
        price_changes: 0,
        to_out: 0,
        to_in: 0,
        applied: 0,
        hidden: 0,
        shown: 0,
        held: 0,
        failed: 0,
        parked: 0,
        for_hours: 0,
        delisted: 0,
    }
}

fn without_offer() -> WithoutOffer {
    WithoutOffer {
        count: 12,
        examples: (14..=23).map(asin).collect(),
    }
}
