//! The settings of the rules: which offers count, what the shop sells, how long values stay fresh.

use super::reader::Reader;
use super::table as t;
use shared::domain::desired::SellingRule;
use shared::domain::freshness::Ttls;
use shared::domain::guard::MassChangeGuard;
use shared::domain::offer::OfferRule;
use shared::domain::price_fall::PriceFallRule;
use shared::domain::pricing::{Bounds, Strategy};
use shared::domain::retention::Retention;
use shared::domain::rules::Rules;
use ui::message::text;

pub(super) fn read(reader: &mut Reader<'_>) -> Rules {
    Rules {
        selling: selling(reader),
        offers: OfferRule {
            max_handling_hours: reader.read(&t::OFFER_MAX_HANDLING_HOURS).into(),
            unknown_shipping: reader.read(&t::OFFER_UNKNOWN_SHIPPING),
            countries: reader.read(&t::OFFER_SHIPS_FROM),
            ..OfferRule::default()
        },
        falls: PriceFallRule {
            percent: reader.read(&t::CONFIRM_FALL_PERCENT),
        },
        ttls: Ttls {
            price: reader.read(&t::TTL_PRICE_HOURS),
            stock: reader.read(&t::TTL_STOCK_HOURS),
            basic_info: reader.read(&t::TTL_BASIC_INFO_DAYS),
        },
        guard: MassChangeGuard {
            percent: reader.read(&t::GUARD_PERCENT),
            count: reader.read(&t::GUARD_COUNT),
        },
        retention: Retention {
            observations: reader.read(&t::KEEP_OBSERVATIONS_DAYS),
            runs: reader.read(&t::KEEP_RUNS_DAYS),
        },
        hours: reader.read(&t::RUN_HOURS),
    }
}

fn selling(reader: &mut Reader<'_>) -> SellingRule {
    SellingRule {
        strategy: strategy(reader),
        bounds: bounds(reader),
        min_change: reader.read(&t::UPDATE_MIN_CHANGE_YEN),
        min_change_percent: reader.read(&t::UPDATE_MIN_CHANGE_PERCENT),
        filtered_out_after: reader.read(&t::FILTERED_OUT_HIDES_AFTER),
        restock_after: reader.read(&t::RESTOCK_AFTER_HOURS),
    }
}

fn strategy(reader: &mut Reader<'_>) -> Strategy {
    if reader.is_given(&t::PRICE_RATIO) && reader.is_given(&t::PRICE_TIERS) {
        reader.conflict(text!(
            "PRICE_RATIO と PRICE_TIERS は一緒に使えません。どちらか1つにしてください",
            "PRICE_RATIO and PRICE_TIERS exclude each other: keep one"
        ));
    }
    match reader.optional(&t::PRICE_TIERS) {
        Some(tiers) => Strategy::Tiers(tiers),
        None => Strategy::Flat(reader.read(&t::PRICE_RATIO)),
    }
}

fn bounds(reader: &mut Reader<'_>) -> Bounds {
    let (min, max) = (reader.read(&t::PRICE_MIN), reader.read(&t::PRICE_MAX));
    let refused = reader.is_refused(&t::PRICE_MIN) || reader.is_refused(&t::PRICE_MAX);
    if min > max && !refused {
        reader.conflict(text!(
            "PRICE_MIN({min}円)が PRICE_MAX({max}円)より大きくなっています",
            "PRICE_MIN ({min} yen) is above PRICE_MAX ({max} yen)"
        ));
    }
    Bounds { min, max }
}
