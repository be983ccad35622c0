//! Turns a row into a listing, or says why it is invalid.

use super::fields::OpenQuote;
use super::header::Header;
use super::quoted::quoted;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::ports::store::NewListing;
use std::collections::HashMap;
use ui::message::{Text, text};

/// Reads rows, and remembers earlier ones to find duplicates.
pub struct RowReader<'a> {
    header: Header,
    accounts: HashMap<&'a str, usize>,
    ids: &'a [AccountId],
    by_asin: HashMap<(usize, Asin), (u64, ItemId)>,
    by_item: HashMap<(usize, ItemId), u64>,
    contradicted: Vec<(u64, Text)>,
}

impl<'a> RowReader<'a> {
    /// Reads rows below `header`; listings must belong to `accounts`.
    pub fn new(header: Header, accounts: &'a [AccountId]) -> Self {
        let numbered = accounts.iter().enumerate();
        Self {
            header,
            accounts: numbered.map(|(no, id)| (id.as_str(), no)).collect(),
            ids: accounts,
            by_asin: HashMap::new(),
            by_item: HashMap::new(),
            contradicted: Vec::new(),
        }
    }

    /// Rows that were read as valid, and that later ones contradict: which of them is right is for a
    /// person to say.
    pub fn contradicted(&mut self) -> Vec<(u64, Text)> {
        std::mem::take(&mut self.contradicted)
    }

    /// The listing of a row; `None` for a blank row, such as spreadsheets leave at the end.
    pub fn read(
        &mut self,
        line: u64,
        fields: Result<Vec<&str>, OpenQuote>,
    ) -> Result<Option<NewListing>, Text> {
        let fields = fields.map_err(|OpenQuote| {
            text!("引用符 \" が閉じていません", "a quote (\") is not closed")
        })?;
        if fields.iter().all(|field| field.is_empty()) {
            return Ok(None);
        }
        let [account, asin, item, sku, price, visibility] = self.header.pick(&fields)?;
        let shop = self.shop(account)?;
        let asin = parse_asin(asin)?;
        let item = parse_item(item)?;
        let shown = ShopState {
            price: parse_price(price)?,
            visible: parse_visibility(visibility)?,
            stock: None,
        };
        self.reject_duplicates(line, shop, asin, item)?;
        Ok(Some(NewListing {
            account: self.ids[shop].clone(),
            asin,
            item,
            sku: sku.to_owned(),
            shown,
        }))
    }

    fn shop(&self, account: &str) -> Result<usize, Text> {
        if account.is_empty() {
            return Err(text!("account_id が空です", "account_id is empty"));
        }
        self.accounts.get(account).copied().ok_or_else(|| {
            let account = quoted(account);
            text!(
                "account_id {account} はショップ一覧(accounts.toml)にありません",
                "account_id {account} is not in the accounts file"
            )
        })
    }

    /// An ASIN and an item may occur once per shop. Of two equal rows the first counts; of two that
    /// differ none: the item of the other would be sold without being minded, or at the price of
    /// another product.
    fn reject_duplicates(
        &mut self,
        line: u64,
        shop: usize,
        asin: Asin,
        item: ItemId,
    ) -> Result<(), Text> {
        let account = &self.ids[shop];
        if let Some((first, first_item)) = self.by_asin.get(&(shop, asin)) {
            if *first_item != item {
                let message = text!(
                    "ショップ {account} の {asin} は、別の商品番号で{line}行目にもあります。売っている商品の行だけを残してください",
                    "{asin} of account {account} is in line {line} too, as another item: keep only the line of the item that sells it"
                );
                self.contradicted.push((*first, message));
            }
            return Err(text!(
                "ショップ {account} の {asin} は{first}行目にもあります",
                "{asin} of account {account} is already in line {first}"
            ));
        }
        if let Some(first) = self.by_item.get(&(shop, item)) {
            let number = item.0;
            let message = text!(
                "ショップ {account} の item_id {number} は、別のASINで{line}行目にもあります。正しい行だけを残してください",
                "item_id {number} of account {account} is in line {line} too, as another ASIN: keep only the right line"
            );
            self.contradicted.push((*first, message));
            return Err(text!(
                "ショップ {account} の item_id {number} は{first}行目にもあります",
                "item_id {number} of account {account} is already in line {first}"
            ));
        }
        self.by_asin.insert((shop, asin), (line, item));
        self.by_item.insert((shop, item), line);
        Ok(())
    }
}

fn parse_asin(asin: &str) -> Result<Asin, Text> {
    Asin::parse(asin).map_err(|_| {
        let asin = quoted(asin);
        text!(
            "asin {asin} は正しくありません(英数字10文字)",
            "asin {asin} is invalid: ten letters or digits are needed"
        )
    })
}

fn parse_item(item: &str) -> Result<ItemId, Text> {
    digits(item)
        .filter(|number| *number > 0)
        .map(ItemId)
        .ok_or_else(|| {
            let item = quoted(item);
            text!(
                "item_id {item} は正しくありません(BASEの商品番号。数字だけ)",
                "item_id {item} is invalid: use the item number at BASE, digits only"
            )
        })
}

fn parse_price(price: &str) -> Result<Yen, Text> {
    digits(price)
        .filter(|number| (50..=99_999_999).contains(number))
        .and_then(|number| u32::try_from(number).ok())
        .map(Yen)
        .ok_or_else(|| {
            let price = quoted(price);
            text!(
                "selling_price {price} は正しくありません(50~99999999の整数の円。コンマや円記号は付けない)",
                "selling_price {price} is invalid: use whole yen from 50 to 99999999, digits only"
            )
        })
}

fn parse_visibility(visibility: &str) -> Result<bool, Text> {
    match visibility {
        "public" => Ok(true),
        "hidden" => Ok(false),
        other => {
            let other = quoted(other);
            Err(text!(
                "visibility {other} は正しくありません(public か hidden)",
                "visibility {other} is invalid: use public or hidden"
            ))
        }
    }
}

fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}
