//! One of the predecessor's rows into one listing, or the trap that it is in.

use super::Trap;
use adapters::ecauto::OldListing;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::ports::store::NewListing;
use std::collections::{HashMap, HashSet};

/// A trap, and what stands there.
pub type Caught = (Trap, String);

/// Reads rows and remembers what was taken before.
pub struct Judge<'a> {
    accounts: HashMap<&'a str, &'a AccountId>,
    asins: HashSet<(&'a AccountId, Asin)>,
    items: HashSet<(&'a AccountId, ItemId)>,
}

impl<'a> Judge<'a> {
    /// For these shops.
    pub fn new(accounts: &'a [AccountId]) -> Self {
        Self {
            accounts: accounts.iter().map(|id| (id.as_str(), id)).collect(),
            asins: HashSet::new(),
            items: HashSet::new(),
        }
    }

    /// The listing of a row, and what was mended in it.
    ///
    /// # Errors
    ///
    /// Why it stays out: the first reason, from where it is sold to what it is.
    pub fn read(&mut self, old: &OldListing) -> Result<(NewListing, Vec<Caught>), Caught> {
        let mut noted = Vec::new();
        on_base(old)?;
        noted.extend(listed(old)?);
        let account = self.account(old)?;
        let (asin, raised) = asin(old)?;
        noted.extend(raised);
        let item = item(old)?;
        noted.extend(sku(old, asin)?);
        in_yen(old)?;
        let (price, rounded) = price(old)?;
        noted.extend(rounded);
        let visible = visible(old)?;
        self.remember(account, asin, item)?;
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

    fn account(&self, old: &OldListing) -> Result<&'a AccountId, Caught> {
        let found = text(old.account.as_ref());
        let account = self.accounts.get(found).copied();
        account.ok_or_else(|| (Trap::UnknownAccount, shown(found)))
    }

    fn remember(&mut self, account: &'a AccountId, asin: Asin, item: ItemId) -> Result<(), Caught> {
        if self.items.contains(&(account, item)) {
            return Err((Trap::DoubleItem, format!("{account} {}", item.0)));
        }
        if !self.asins.insert((account, asin)) {
            return Err((Trap::DoubleAsin, format!("{account} {asin}")));
        }
        self.items.insert((account, item));
        Ok(())
    }
}

fn on_base(old: &OldListing) -> Result<(), Caught> {
    let found = text(old.platform.as_ref());
    let base = ["base", "b"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(found));
    base.then_some(())
        .ok_or_else(|| (Trap::OtherPlatform, shown(found)))
}

fn listed(old: &OldListing) -> Result<Option<Caught>, Caught> {
    let found = text(old.status.as_ref());
    match found.to_ascii_lowercase().as_str() {
        "listed" => Ok(None),
        "active" => Ok(Some((Trap::LegacyStatus, shown(found)))),
        "pending" | "queued" | "scheduled" | "uploading" | "on_hold" => {
            Err((Trap::Waiting, shown(found)))
        }
        "sold" | "delisted" => Err((Trap::Ended, shown(found))),
        _ => Err((Trap::UnknownStatus, shown(found))),
    }
}

fn asin(old: &OldListing) -> Result<(Asin, Option<Caught>), Caught> {
    let found = old.asin.as_deref().unwrap_or_default();
    let asin = Asin::parse(found).map_err(|_| (Trap::BadAsin, shown(found)))?;
    let raised = (asin.as_str() != found).then(|| (Trap::RaisedAsin, shown(found)));
    Ok((asin, raised))
}

fn item(old: &OldListing) -> Result<ItemId, Caught> {
    let found = text(old.item.as_ref());
    let number = found.parse().ok().filter(|number| *number > 0);
    number
        .map(ItemId)
        .ok_or_else(|| (Trap::BadItem, shown(found)))
}

/// The predecessor wrote `b-<ASIN>-<yyyymmddHHMMSS>`; a code of the shop keeper's own is as good.
fn sku(old: &OldListing, asin: Asin) -> Result<Option<Caught>, Caught> {
    let found = text(old.sku.as_ref());
    if found.is_empty() {
        return Ok(Some((Trap::NoSku, String::new())));
    }
    let [kind, named, _time] = found.split('-').collect::<Vec<_>>()[..] else {
        return Ok(None);
    };
    let by_the_predecessor = ["b", "s", "base"].contains(&kind);
    match Asin::parse(named) {
        Ok(named) if by_the_predecessor && named != asin => {
            Err((Trap::SkuNamesAnother, format!("{asin}, {}", shown(found))))
        }
        _ => Ok(None),
    }
}

fn in_yen(old: &OldListing) -> Result<(), Caught> {
    let found = text(old.currency.as_ref());
    (found.is_empty() || found.eq_ignore_ascii_case("JPY"))
        .then_some(())
        .ok_or_else(|| (Trap::OtherCurrency, shown(found)))
}

/// Rounded half up, by its digits: a price is no measurement.
fn price(old: &OldListing) -> Result<(Yen, Option<Caught>), Caught> {
    let found = text(old.price.as_ref());
    let bad = || (Trap::BadPrice, shown(found));
    let (whole, fraction) = found.split_once('.').unwrap_or((found, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(fraction) {
        return Err(bad());
    }
    let whole: u32 = whole.parse().map_err(|_| bad())?;
    let up = u32::from(fraction.bytes().next().is_some_and(|digit| digit >= b'5'));
    let yen = Some(whole + up).filter(|yen| (50..=99_999_999).contains(yen));
    let cut = fraction.bytes().any(|digit| digit != b'0');
    let rounded = cut.then(|| (Trap::FractionOfYen, shown(found)));
    Ok((Yen(yen.ok_or_else(bad)?), rounded))
}

fn visible(old: &OldListing) -> Result<bool, Caught> {
    match text(old.visibility.as_ref()) {
        "public" => Ok(true),
        "hidden" => Ok(false),
        other => Err((Trap::UnknownVisibility, shown(other))),
    }
}

fn text(value: Option<&String>) -> &str {
    value.map_or("", |value| value.trim())
}

/// What stands there, for a message.
fn shown(value: &str) -> String {
    ui::layout::clean(value).chars().take(40).collect()
}
