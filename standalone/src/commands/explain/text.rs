//! Everything about an ASIN, as text.

use super::view::{ExplainView, ListingView, PendingView, ProductView};
use shared::domain::basic_info::BasicInfo;
use shared::domain::money::Yen;
use shared::domain::observation::{JudgedOffer, Verdict};
use shared::domain::product::Seen;
use shared::ports::store::{SeenInterval, UpdateHistory};
use std::fmt::Write as _;
use ui::labels;
use ui::layout::{Align, amount, clean, grouped, table, when};
use ui::message::{Lang, text};

/// All sections.
pub fn render(view: &ExplainView, lang: Lang) -> String {
    let asin = view.asin;
    let mut text = format!("ASIN {asin}\n  https://www.amazon.co.jp/dp/{asin}\n");
    let title = lang.pick("Amazonの状況", "State at Amazon");
    let known = product(view.product.as_ref(), lang);
    let _ = write!(text, "\n{title}\n{known}");
    if let Some(info) = &view.basic_info {
        let title = lang.pick("商品情報", "Basic information");
        let _ = write!(text, "\n{title}\n{}", basic_info(info, lang));
    }
    let title = lang.pick(
        "問い合わせの結果(新しい順)",
        "Answers of Amazon, newest first",
    );
    let _ = write!(text, "\n{title}\n{}", observed(&view.seen, lang));
    let title = lang.pick("ショップの商品", "Listings in the shops");
    let in_shops = if view.pending.is_empty() || !view.listings.is_empty() {
        listings(&view.listings, lang)
    } else {
        String::new()
    };
    let _ = write!(
        text,
        "\n{title}\n{in_shops}{}",
        pending(&view.pending, lang)
    );
    let title = lang.pick("ショップの更新(新しい順)", "Shop updates, newest first");
    let _ = write!(text, "\n{title}\n{}", updates(&view.updates, lang));
    text
}

fn none(lang: Lang) -> String {
    format!("  {}\n", lang.pick("ありません", "none"))
}

fn yen(price: Yen, lang: Lang) -> String {
    format!("{price}{}", lang.pick("円", " yen"))
}

fn product(product: Option<&ProductView>, lang: Lang) -> String {
    let Some(product) = product else {
        return none(lang);
    };
    let row = |label: &str, value: String, at| vec![label.to_owned(), value, when(at)];
    let price = product
        .price
        .map(|seen| row(lang.pick("価格", "price"), yen(seen.value, lang), seen.at));
    let doubted = product.doubted.map(|seen| {
        let label = lang.pick("大きな値下がり(未確認)", "doubted price");
        row(label, yen(seen.value, lang), seen.at)
    });
    let stock = product.stock.map(|seen| {
        let value = labels::stock(seen.value, lang);
        row(lang.pick("在庫", "stock"), value, seen.at)
    });
    let invalid = product.invalid_since.map(|at| {
        let label = lang.pick("Amazonに該当商品なし", "unknown to Amazon");
        let value = lang.pick(
            "1日ごと、のち週に1度問い合わせます",
            "asked daily, then weekly",
        );
        row(label, value.to_owned(), at)
    });
    let rows: Vec<_> = [price, doubted, stock, invalid]
        .into_iter()
        .flatten()
        .collect();
    if rows.is_empty() {
        return none(lang);
    }
    table(&rows, &[])
}

fn basic_info(info: &Seen<BasicInfo>, lang: Lang) -> String {
    let value = &info.value;
    let images = value.images.as_ref().map(|images| {
        let text = text!(
            "{count}枚",
            "{count}",
            count = amount(images.len() as u64, "image", "images"),
        );
        text.of(lang).to_owned()
    });
    let row = |label: &str, value: String| vec![label.to_owned(), value];
    let texts = [
        (lang.pick("商品名", "title"), value.title.as_deref()),
        (lang.pick("ブランド", "brand"), value.brand.as_deref()),
        (
            lang.pick("カテゴリー", "category"),
            value.category.as_deref(),
        ),
        (
            lang.pick("説明", "description"),
            value.description.as_deref(),
        ),
        (lang.pick("画像", "images"), images.as_deref()),
    ];
    let mut rows: Vec<_> = texts
        .into_iter()
        .filter_map(|(label, value)| Some(row(label, shortened(value?))))
        .collect();
    rows.push(row(lang.pick("取得", "fetched"), when(info.at)));
    table(&rows, &[])
}

/// Shortened to one line; the JSON has the whole text.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let text = clean(&text.replace('\n', " "));
    let cut: String = text.chars().take(MOST).collect();
    let more = if cut.len() < text.len() { "..." } else { "" };
    format!("{cut}{more}")
}

fn pending(pending: &[PendingView], lang: Lang) -> String {
    let mut text = String::new();
    for PendingView { account, since } in pending {
        let since = when(*since);
        let line = text!(
            "  {account}  {since} に登録、まだ出品していません(出品したら miseban import listings)",
            "  {account}  registered {since}, not in the shop yet (after listing it: miseban import listings)"
        );
        let _ = writeln!(text, "{}", line.of(lang));
    }
    text
}

/// Lists the offers of the newest answer; the JSON has those of older ones too.
fn observed(seen: &[SeenInterval], lang: Lang) -> String {
    let Some(newest) = seen.first() else {
        return none(lang);
    };
    let row = |seen: &SeenInterval| {
        let price = seen
            .price
            .map(|price| yen(Yen(price), lang))
            .unwrap_or_default();
        vec![
            when(seen.first_at),
            "-".to_owned(),
            when(seen.last_at),
            labels::outcome(seen.outcome, lang).to_owned(),
            price,
        ]
    };
    let rows: Vec<_> = seen.iter().map(row).collect();
    let mut text = table(&rows, &[]);
    if !newest.offers.is_empty() {
        let title = lang.pick("最新の出品", "Offers in the newest answer");
        let rows: Vec<_> = newest
            .offers
            .iter()
            .map(|offer| judged(offer, lang))
            .collect();
        let _ = write!(text, "\n{title}\n{}", table(&rows, &[Align::Right]));
    }
    text
}

fn judged(offer: &JudgedOffer, lang: Lang) -> Vec<String> {
    let price = offer.price.map_or_else(
        || "?".to_owned(),
        |price| {
            let sign = if price < 0 { "-" } else { "" };
            let amount = grouped(price.unsigned_abs());
            format!("{sign}{amount}{}", lang.pick("円", " yen"))
        },
    );
    let shipping = match offer.max_handling_hours {
        None => text!("発送時間不明", "shipping time unknown"),
        Some(0) => text!("即日発送", "ships at once"),
        Some(hours) if hours % 24 == 0 => {
            let days = hours / 24;
            text!("発送まで{days}日", "ships within {hours} h")
        }
        Some(hours) if hours > 72 => {
            let days = (hours + 23) / 24;
            text!("発送まで約{days}日", "ships within {hours} h")
        }
        Some(hours) => text!("発送まで{hours}時間", "ships within {hours} h"),
    };
    let verdict = match offer.verdict {
        Verdict::Won(score) => text!("仕入れ先に採用", "chosen (score {score})"),
        Verdict::Outscored(score) => {
            text!("不採用(優先度・価格)", "not chosen (score {score})")
        }
        Verdict::Rejected(why) => {
            let [ja, en] = [Lang::Ja, Lang::En].map(|lang| labels::rejection(why, lang));
            text!("除外: {ja}", "rejected: {en}")
        }
    };
    let seller = offer.seller_id.as_deref().unwrap_or_default().to_owned();
    let from = offer.ships_from.as_deref().map(clean).map(|country| {
        let text = text!("発送元 {country}", "from {country}");
        text.of(lang).to_owned()
    });
    let [shipping, verdict] = [shipping, verdict].map(|text| text.of(lang).to_owned());
    vec![price, shipping, from.unwrap_or_default(), verdict, seller]
}

fn listings(listings: &[ListingView], lang: Lang) -> String {
    if listings.is_empty() {
        return none(lang);
    }
    listings.iter().map(|view| listing(view, lang)).collect()
}

fn listing(view: &ListingView, lang: Lang) -> String {
    let (account, item) = (&view.account, view.item_id.0);
    let status = labels::status(view.status, lang);
    let sku = clean(&view.sku);
    let mut text = format!("  {account}  item {item}  SKU {sku}  {status}\n");
    let row = |label: &str, value: String, note: String| {
        vec![String::new(), label.to_owned(), value, note]
    };
    let never = lang
        .pick("取り込み時から変更なし", "unchanged since import")
        .to_owned();
    let applied = view.applied_at.map_or(never, |at| {
        let at = when(at);
        text!("{at} に反映", "applied {at}").of(lang).to_owned()
    });
    let (desired, note) = match &view.desired {
        Some(desired) => {
            let (at, version) = (when(desired.at), desired.version);
            let note = text!("{at} に計算", "computed {at} (version {version})");
            let state = labels::shop_state(&desired.state, lang);
            (state, note.of(lang).to_owned())
        }
        None => (
            lang.pick("まだ不明", "not known yet").to_owned(),
            String::new(),
        ),
    };
    let shown = labels::shop_state(&view.shown, lang);
    let rows = [
        row(lang.pick("現在のショップ表示", "shown"), shown, applied),
        row(lang.pick("設定後の表示", "desired"), desired, note),
    ];
    text.push_str(&table(&rows, &[]));
    for sent in &view.unconfirmed {
        let state = labels::shop_state(sent, lang);
        let sent = text!(
            "送信済み・未確認(次の更新で再送): {state}",
            "sent without an answer (to be sent again): {state}"
        );
        let _ = writeln!(text, "    {}", sent.of(lang));
    }
    if let Some(reason) = view.hold {
        let label = lang.pick("要確認", "held");
        let why = labels::hold(reason);
        let _ = writeln!(text, "    {label}: {}", why.of(lang));
    }
    text
}

fn updates(updates: &[UpdateHistory], lang: Lang) -> String {
    if updates.is_empty() {
        return none(lang);
    }
    let row = |update: &UpdateHistory| {
        let code = update.code.as_deref();
        vec![
            when(update.at),
            update.account.to_string(),
            labels::update_state(&update.state, code, lang).to_owned(),
            labels::shop_state(&update.from, lang),
            "->".to_owned(),
            labels::shop_state(&update.to, lang),
            code.map(|code| labels::code(code, lang))
                .unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = updates.iter().map(row).collect();
    table(&rows, &[])
}
