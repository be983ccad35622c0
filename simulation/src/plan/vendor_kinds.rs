//! The faults of the vendors that the simulator has, and the operations that meet them.

use simulator::FaultKind;

pub const OFFERS: &str = "getItemOffersBatch";
pub const EDIT: &str = "items/edit";
pub const ITEMS: &str = "items";
const DETAIL: &str = "items/detail";
pub const BASE_TOKEN: &str = "baseToken";
pub const LWA_TOKEN: &str = "lwaToken";
pub const CHATWORK: &str = "messages";

/// The codes with which BASE refuses a shop, and an application.
pub const RESTRICTED: [&str; 2] = ["access_denied", "unauthorized_client"];

/// The vendors' kinds, with the operations that have them.
pub const VENDORS: [(FaultKind, &[&str]); 27] = [
    (FaultKind::Throttle, &[OFFERS, EDIT, ITEMS, CHATWORK]),
    (
        FaultKind::Status,
        &[OFFERS, EDIT, ITEMS, BASE_TOKEN, LWA_TOKEN, CHATWORK],
    ),
    (FaultKind::Slow, &["*", OFFERS, EDIT, BASE_TOKEN, CHATWORK]),
    (
        FaultKind::Hang,
        &[OFFERS, EDIT, ITEMS, BASE_TOKEN, LWA_TOKEN, CHATWORK],
    ),
    (FaultKind::Cut, &[OFFERS, EDIT, ITEMS, BASE_TOKEN]),
    (FaultKind::Truncate, &[OFFERS, EDIT, ITEMS, BASE_TOKEN]),
    (FaultKind::Malformed, &[OFFERS, EDIT, ITEMS]),
    (FaultKind::Html, &[OFFERS, EDIT, ITEMS, BASE_TOKEN]),
    (FaultKind::OnlyErrors, &[OFFERS]),
    (FaultKind::MissingAuthentication, &[OFFERS]),
    (FaultKind::ControlCharacters, &[OFFERS, ITEMS]),
    (FaultKind::Gzip, &[OFFERS, ITEMS]),
    (FaultKind::OddValues, &[ITEMS]),
    (FaultKind::WrongTypes, &[OFFERS, ITEMS, EDIT]),
    (FaultKind::TokenExpiry, &[OFFERS, EDIT]),
    (FaultKind::Forbidden, &[OFFERS, EDIT]),
    (FaultKind::ItemError, &[OFFERS]),
    (FaultKind::MissingItems, &[OFFERS]),
    (FaultKind::EmptyOffers, &[OFFERS]),
    (FaultKind::UnlistedOffers, &[OFFERS]),
    (FaultKind::BlankOffers, &[OFFERS]),
    (FaultKind::StalePrice, &[OFFERS]),
    (FaultKind::BaseError, &[EDIT, DETAIL]),
    (FaultKind::LateStatus, &[EDIT, BASE_TOKEN]),
    (FaultKind::LateHtml, &[EDIT, BASE_TOKEN]),
    (FaultKind::OldValues, &[EDIT]),
    (FaultKind::OtherItem, &[EDIT]),
];
