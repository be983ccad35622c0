//! A list as text: one line for each product, and what a person can do about them.

use shared::domain::offer::Rejection;
use shared::ports::store::{ListedItem, ProductList};
use ui::labels;
use ui::layout::{grouped, table, when};
use ui::message::{Lang, Text, text};

/// Shop, ASIN, the platform's number, the reason, what the shop shows and should show, since when, name.
pub fn rows(items: &[ListedItem], lang: Lang) -> String {
    let rows: Vec<_> = items.iter().map(|item| row(item, lang)).collect();
    table(&rows, &[])
}

fn row(item: &ListedItem, lang: Lang) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let shown = item.shown.as_ref();
    let shown = shown.map(|shown| labels::shop_state(shown, lang));
    let wanted = item.wanted.as_ref().filter(|_| item.wanted != item.shown);
    let wanted = wanted.map(|wanted| format!("-> {}", labels::shop_state(wanted, lang)));
    let why = item.why.as_deref().map(|why| reason(why, lang));
    vec![
        or_dash(item.account.as_ref().map(ToString::to_string)),
        or_dash(item.asin.as_ref().map(ToString::to_string)),
        or_dash(item.item.map(|item| item.0.to_string())),
        or_dash(item.at.map(when)),
        or_dash(why),
        [shown, wanted]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        item.name
            .clone()
            .or_else(|| item.sku.clone())
            .unwrap_or_default(),
    ]
}

/// A code, or the commonest reason for which the offers were rejected.
fn reason(why: &str, lang: Lang) -> String {
    match serde_json::from_value::<Rejection>(why.into()) {
        Ok(rejection) => labels::rejection(rejection, lang).to_owned(),
        Err(_) => labels::code(why, lang),
    }
}

/// The number of products, and what to do; nothing is to do about none.
pub fn summary(list: ProductList, count: u64) -> Text {
    if count == 0 {
        return text!("0件", "none");
    }
    let count = grouped(count);
    let Text { ja, en } = todo(list);
    text!("{count}件。{ja}", "{count} in all; {en}")
}

fn todo(list: ProductList) -> Text {
    match list {
        ProductList::Held => text!(
            "理由を見て、設定か商品を見直してください(1件ずつの経緯は miseban explain ASIN)",
            "see the reason, then review the setting or the item (miseban explain ASIN shows its history)"
        ),
        ProductList::Failed => text!(
            "次の実行でもう一度試みます。今すぐなら miseban run price-stock、Redisを使うときは miseban queues retry update --all",
            "the next run tries again; to do it now: miseban run price-stock, or with Redis miseban queues retry update --all"
        ),
        ProductList::Waiting => text!(
            "miseban serve が動いていれば自動で続けます(理由と再開の時刻は miseban status)",
            "a running miseban serve continues them (miseban status shows why and when)"
        ),
        ProductList::Missing => text!(
            "miseban run stale で再確認できます",
            "miseban run stale asks for them again"
        ),
        ProductList::PriceChanges | ProductList::StockChanges => text!(
            "ショップの変更は miseban changes で見られます",
            "miseban changes shows what changed in the shops"
        ),
        ProductList::Invalid => text!(
            "Amazonの商品ページを見て、なければショップで非公開にするか削除してください",
            "look at their pages on Amazon: if there is none, hide or delete these items in the shop"
        ),
        ProductList::SoldOut => text!(
            "Amazonの在庫が戻れば、自動で再公開します",
            "they are shown again automatically once Amazon has stock"
        ),
        ProductList::Pending => text!(
            "ショップに商品を作ってから、miseban import listings で取り込んでください",
            "create the items in the shop, then import them with miseban import listings"
        ),
        ProductList::Deleted => text!(
            "ショップに作り直したときは、miseban import listings で取り込んでください",
            "after you create one again in the shop, import it with miseban import listings"
        ),
        ProductList::Unknown => text!(
            "SKUにASINがあるものは miseban import shop で取り込めます(先に --dry-run で見られます)",
            "miseban import shop imports those with an ASIN in their SKU (--dry-run shows which)"
        ),
        ProductList::Drifted => text!(
            "前回の miseban reconcile で見つかり、元に戻しています(左がショップの表示、右が設定した表示)",
            "the last miseban reconcile found and undid these (on the left what the shop showed)"
        ),
        ProductList::Impossible => text!(
            "BASEの管理画面で価格・公開・在庫を見てください",
            "look at their price, visibility and stock in the admin pages of BASE"
        ),
    }
}
