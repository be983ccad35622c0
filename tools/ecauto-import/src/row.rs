//! Turns one of the predecessor's rows into a listing, or says which issue it has.

use crate::file::OldListing;
use crate::issue::DataIssue;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::ports::store::NewListing;
use std::collections::{HashMap, HashSet};

/// An issue, and the value that was found.
pub type FoundIssue = (DataIssue, String);

/// Checks rows one after the other, and remembers earlier ones to find duplicates.
pub struct RowChecker<'a> {
    accounts: HashMap<&'a str, &'a AccountId>,
    asins: HashSet<(&'a AccountId, Asin)>,
    items: HashMap<(&'a AccountId, ItemId), Asin>,
    contradicted: HashMap<(&'a AccountId, Asin), DataIssue>,
}

impl<'a> RowChecker<'a> {
    /// Checks listings of these shops.
    pub fn new(accounts: &'a [AccountId]) -> Self {
        Self {
            accounts: accounts.iter().map(|id| (id.as_str(), id)).collect(),
            asins: HashSet::new(),
            items: HashMap::new(),
            contradicted: HashMap::new(),
        }
    }

    /// Why a listing that was returned must be left out after all: a later row gives its ASIN another
    /// item, or its item another ASIN, and only a person knows which of them is for sale.
    pub fn contradiction(&self, listing: &NewListing) -> Option<FoundIssue> {
        let key = (&listing.account, listing.asin);
        let issue = *self.contradicted.get(&key)?;
        let (account, asin, item) = (&listing.account, listing.asin, listing.item.0);
        Some((issue, format!("{account} {asin} {item}")))
    }

    /// The listing of a row, and the issues that were corrected in it.
    ///
    /// # Errors
    ///
    /// Why the row is left out: the first issue found.
    pub fn check(&mut self, old: &OldListing) -> Result<(NewListing, Vec<FoundIssue>), FoundIssue> {
        let mut noted = Vec::new();
        on_base(old)?;
        noted.extend(listed(old)?);
        let account = self.account(old)?;
        let (asin, corrected) = asin(old)?;
        noted.extend(corrected);
        let item = item(old)?;
        noted.extend(sku(old, asin)?);
        in_yen(old)?;
        let (price, rounded) = price(old)?;
        noted.extend(rounded);
        let visible = visible(old)?;
        self.reject_duplicates(account, asin, item)?;
        let listing = NewListing {
            account: account.clone(),
            asin,
            item,
            sku: text(old.sku.as_ref()).to_owned(),
            shown: ShopState {
                price,
                visible,
                stock: None,
            },
        };
        Ok((listing, noted))
    }

    fn account(&self, old: &OldListing) -> Result<&'a AccountId, FoundIssue> {
        let found = text(old.account.as_ref());
        let account = self.accounts.get(found).copied();
        account.ok_or_else(|| (DataIssue::UnknownAccount, shown(found)))
    }

    fn reject_duplicates(
        &mut self,
        account: &'a AccountId,
        asin: Asin,
        item: ItemId,
    ) -> Result<(), FoundIssue> {
        if let Some(first) = self.items.get(&(account, item)) {
            if *first != asin {
                let issue = DataIssue::DoubleItem;
                self.contradicted.insert((account, *first), issue);
            }
            return Err((DataIssue::DoubleItem, format!("{account} {}", item.0)));
        }
        if !self.asins.insert((account, asin)) {
            let issue = DataIssue::DoubleAsin;
            self.contradicted.insert((account, asin), issue);
            return Err((DataIssue::DoubleAsin, format!("{account} {asin}")));
        }
        self.items.insert((account, item), asin);
        Ok(())
    }
}

fn on_base(old: &OldListing) -> Result<(), FoundIssue> {
    let found = text(old.platform.as_ref());
    let base = ["base", "b"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(found));
    base.then_some(())
        .ok_or_else(|| (DataIssue::OtherPlatform, shown(found)))
}

fn listed(old: &OldListing) -> Result<Option<FoundIssue>, FoundIssue> {
    let found = text(old.status.as_ref());
    match found.to_ascii_lowercase().as_str() {
        "listed" => Ok(None),
        "active" => Ok(Some((DataIssue::LegacyStatus, shown(found)))),
        "pending" | "queued" | "scheduled" | "uploading" | "on_hold" => {
            Err((DataIssue::Waiting, shown(found)))
        }
        "sold" | "delisted" => Err((DataIssue::Ended, shown(found))),
        _ => Err((DataIssue::UnknownStatus, shown(found))),
    }
}

fn asin(old: &OldListing) -> Result<(Asin, Option<FoundIssue>), FoundIssue> {
    let found = old.asin.as_deref().unwrap_or_default();
    let asin = Asin::parse(found).map_err(|_| (DataIssue::BadAsin, shown(found)))?;
    let corrected = (asin.as_str() != found).then(|| (DataIssue::RaisedAsin, shown(found)));
    Ok((asin, corrected))
}

fn item(old: &OldListing) -> Result<ItemId, FoundIssue> {
    let found = text(old.item.as_ref());
    let number = found.parse().ok().filter(|number| *number > 0);
    number
        .map(ItemId)
        .ok_or_else(|| (DataIssue::BadItem, shown(found)))
}

/// The predecessor wrote `b-<ASIN>-<yyyymmddHHMMSS>`; another format is accepted as it is.
fn sku(old: &OldListing, asin: Asin) -> Result<Option<FoundIssue>, FoundIssue> {
    let found = text(old.sku.as_ref());
    if found.is_empty() {
        return Ok(Some((DataIssue::NoSku, String::new())));
    }
    let [kind, named, _time] = found.split('-').collect::<Vec<_>>()[..] else {
        return Ok(None);
    };
    let by_predecessor = ["b", "s", "base"].contains(&kind);
    match Asin::parse(named) {
        Ok(named) if by_predecessor && named != asin => Err((
            DataIssue::SkuNamesAnother,
            format!("{asin}, {}", shown(found)),
        )),
        _ => Ok(None),
    }
}

fn in_yen(old: &OldListing) -> Result<(), FoundIssue> {
    let found = text(old.currency.as_ref());
    (found.is_empty() || found.eq_ignore_ascii_case("JPY"))
        .then_some(())
        .ok_or_else(|| (DataIssue::OtherCurrency, shown(found)))
}

/// Rounded half up, on the decimal digits, so that no float rounding is involved.
fn price(old: &OldListing) -> Result<(Yen, Option<FoundIssue>), FoundIssue> {
    let found = text(old.price.as_ref());
    let bad = || (DataIssue::BadPrice, shown(found));
    let (whole, fraction) = found.split_once('.').unwrap_or((found, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(fraction) {
        return Err(bad());
    }
    let whole: u32 = whole.parse().map_err(|_| bad())?;
    let up = u32::from(fraction.bytes().next().is_some_and(|digit| digit >= b'5'));
    let yen = Some(whole + up).filter(|yen| (50..=99_999_999).contains(yen));
    let cut = fraction.bytes().any(|digit| digit != b'0');
    let rounded = cut.then(|| (DataIssue::FractionOfYen, shown(found)));
    Ok((Yen(yen.ok_or_else(bad)?), rounded))
}

fn visible(old: &OldListing) -> Result<bool, FoundIssue> {
    match text(old.visibility.as_ref()) {
        "public" => Ok(true),
        "hidden" => Ok(false),
        other => Err((DataIssue::UnknownVisibility, shown(other))),
    }
}

fn text(value: Option<&String>) -> &str {
    value.map_or("", |value| value.trim())
}

/// The value for a message.
fn shown(value: &str) -> String {
    ui::layout::clean(value).chars().take(40).collect()
}
