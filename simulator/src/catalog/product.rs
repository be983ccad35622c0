//! The basic information of one product: title, brand, category.
//!
//! The catalogue search returns it, and the shops use the titles.

use crate::random::SeededRandom;

const PURPOSE: u64 = 2;
const BRANDS: [&str; 8] = [
    "北斗堂",
    "サンライト",
    "Mizuho Works",
    "青葉工房",
    "KITAMURA",
    "ひまわり製作所",
    "North Pine",
    "東雲",
];
const THINGS: [(&str, &str, &str); 8] = [
    (
        "ステンレスボトル 500ml",
        "ホーム＆キッチン",
        "kitchen_display_on_website",
    ),
    ("木製パズル 48ピース", "おもちゃ", "toy_display_on_website"),
    (
        "USB充電ケーブル 2m",
        "家電＆カメラ",
        "ce_display_on_website",
    ),
    (
        "ボールペン 0.5mm 10本組",
        "文房具・オフィス用品",
        "office_product_display_on_website",
    ),
    (
        "ペット用ブラシ",
        "ペット用品",
        "pet_products_display_on_website",
    ),
    ("フィギュア 限定版", "ホビー", "hobby_display_on_website"),
    (
        "保湿クリーム 80g",
        "ビューティー",
        "beauty_display_on_website",
    ),
    (
        "工具セット 24点",
        "DIY・工具",
        "home_improvement_display_on_website",
    ),
];

/// The basic information of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogProduct {
    pub title: String,
    pub brand: &'static str,
    pub category: &'static str,
    pub category_id: &'static str,
    pub model_number: String,
    pub jan: String,
    pub rank: i64,
    pub images: u8,
}

impl CatalogProduct {
    /// Product `number` of the world of `seed`.
    pub fn of(seed: u64, number: usize) -> Self {
        let mut random = SeededRandom::new(seed, PURPOSE, number as u64);
        let brand = random.pick(&BRANDS);
        let (thing, category, category_id) = random.pick(&THINGS);
        let model_number = format!("M{:05}", random.between(1, 99_999));
        Self {
            title: format!("{brand} {thing} {model_number}"),
            brand,
            category,
            category_id,
            model_number,
            jan: format!("49{:011}", random.between(1, 2_000_000_000)),
            rank: random.between(1, 400_000),
            images: u8::try_from(random.between(1, 7)).unwrap_or(1),
        }
    }
}
