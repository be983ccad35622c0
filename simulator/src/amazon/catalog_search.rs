//! `searchCatalogItems` by ASIN (Catalog Items 2022-04-01).

use serde_json::{Value, json};

use super::catalog_item::{item, without_texts};
use super::error;
use super::marketplace::MARKETPLACE;
use crate::catalog::is_well_formed;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::state::World;

const UNREADABLE: &str = "Request has missing or invalid parameters and cannot be parsed.";

/// Answers `GET /catalog/2022-04-01/items`.
pub fn answer(world: &World, request: &HttpRequest, faults: &CallFaults) -> HttpResponse {
    if request.query("marketplaceIds") != Some(MARKETPLACE) {
        return error::response(400, "400", UNREADABLE);
    }
    let page_size: usize = match request.query("pageSize").unwrap_or("10").parse() {
        Ok(size @ 1..=20) => size,
        _ => return error::invalid_input("Invalid 'pageSize' provided."),
    };
    let from: usize = match request.query("pageToken").map(str::parse) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return error::invalid_input("Invalid 'pageToken' provided."),
    };
    let found = match matches(world, request) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let end = from.saturating_add(page_size).min(found.len());
    let pagination = if end < found.len() {
        json!({"nextToken": end.to_string()})
    } else {
        json!({})
    };
    let sets = included(request);
    let page = found.get(from..end).unwrap_or_default();
    let left_out = |place, asin: &str| {
        faults
            .for_item(FaultKind::MissingItems, place, asin)
            .is_some()
    };
    let mut items: Vec<Value> = page
        .iter()
        .enumerate()
        .filter(|(place, asin)| !left_out(*place, asin))
        .map(|(place, asin)| {
            let item = item(world, asin, &sets);
            match faults.for_item(FaultKind::NoTexts, place, asin) {
                Some(_) => without_texts(item),
                None => item,
            }
        })
        .collect();
    if faults.has(FaultKind::Shuffle) {
        items.reverse();
    }
    let body = json!({"numberOfResults": found.len(), "pagination": pagination, "items": items});
    let mut response = HttpResponse::json(200, &body);
    response.note.touched = csv(request.query("identifiers"));
    response
}

/// The requested ASINs that Amazon knows.
fn matches(world: &World, request: &HttpRequest) -> Result<Vec<String>, Box<HttpResponse>> {
    let asins = csv(request.query("identifiers"));
    let refusal = if request.query("identifiers").is_none() {
        error::response(400, "400", UNREADABLE)
    } else if request.query("identifiersType") != Some("ASIN") {
        error::invalid_input("Invalid 'identifiersType' provided.")
    } else if !(1..=20).contains(&asins.len()) {
        error::response(400, "400", UNREADABLE)
    } else if !asins.iter().all(|asin| is_well_formed(asin)) {
        error::invalid_input("Invalid 'asin' provided.")
    } else {
        let known = |asin: &String| world.market.state(asin).known;
        return Ok(asins.into_iter().filter(known).collect());
    };
    Err(Box::new(refusal))
}

fn csv(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn included(request: &HttpRequest) -> Vec<String> {
    match csv(request.query("includedData")) {
        sets if sets.is_empty() => vec!["summaries".to_owned()],
        sets => sets,
    }
}
